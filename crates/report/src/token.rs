//! A decoded token: header, claims with their meaning, lifetime, classification, issuer.

use fedlens_issuers::{Recognised, recognise};
use fedlens_token::{Claims, Classification, Decoded, Problem, Redaction, TokenKind, classify, explain};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::catalog_page::section;
use crate::finished;
use crate::markdown::cell;
use crate::paint::{BAD, BOLD, DIM, GOOD, OPEN, paint};
use crate::terminal::paragraph;

const NOT_VERIFIED: &str = "Nothing was verified: this says what the token claims, not whether it is genuine.";

/// What is said of a token; its JSON form is a stable contract.
#[derive(Debug, Serialize)]
pub struct TokenView {
    /// `fedlens.token/1`
    pub schema: &'static str,
    /// Always false: decoding implies no verification.
    pub verified: bool,
    /// App-only, delegated, an ID token, or open.
    pub classification: Classification,
    /// The platform behind the issuer.
    pub issuer: Option<Recognised>,
    /// Its life against the clock.
    pub lifetime: Lifetime,
    /// The header.
    pub header: Vec<ClaimView>,
    /// The claims.
    pub claims: Vec<ClaimView>,
    /// What surrounded it.
    pub dressing: Vec<fedlens_token::Dressing>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// A claim and its meaning.
#[derive(Debug, Serialize)]
pub struct ClaimView {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// What it means, where it is known.
    pub meaning: Option<String>,
}

/// A token's life.
#[derive(Debug, Serialize)]
pub struct Lifetime {
    /// From when on.
    pub valid_from: Option<Timestamp>,
    /// Until when.
    pub expires: Option<Timestamp>,
    /// From issue to expiry, in seconds.
    pub seconds: Option<i64>,
    /// `valid`, `expired`, `not-yet-valid`, or `unknown`.
    pub state: &'static str,
    /// Seconds until expiry; negative after it.
    pub remaining: Option<i64>,
}

impl TokenView {
    /// The view of a token at a time.
    pub fn new(token: &Decoded, now: Timestamp, redaction: Redaction) -> Self {
        let claims = token.claims.clone().unwrap_or_default();
        let shown = |claims: &Claims| if redaction == Redaction::On { claims.redacted() } else { claims.clone() };
        Self {
            schema: "fedlens.token/1",
            verified: false,
            classification: classify(&claims),
            issuer: claims.text("iss").and_then(recognise),
            lifetime: lifetime(&claims, now),
            header: views(&shown(&token.header.clone().unwrap_or_default())),
            claims: views(&shown(&claims)),
            dressing: token.dressing.clone(),
            problems: token.problems.clone(),
        }
    }
}

fn views(claims: &Claims) -> Vec<ClaimView> {
    let view = |(name, value): (&str, &Value)| ClaimView {
        name: name.to_owned(),
        value: value.clone(),
        meaning: explain(name, value),
    };
    claims.iter().map(view).collect()
}

fn lifetime(claims: &Claims, now: Timestamp) -> Lifetime {
    let (from, until) = (claims.seconds("nbf").or_else(|| claims.seconds("iat")), claims.seconds("exp"));
    let issued = claims.seconds("iat").or(from);
    let now = now.as_second();
    let time = |seconds: i64| Timestamp::from_second(seconds).ok();
    Lifetime {
        valid_from: from.and_then(time),
        expires: until.and_then(time),
        seconds: until.zip(issued).map(|(until, issued)| until.saturating_sub(issued)),
        state: match (from, until) {
            (_, Some(until)) if now >= until => "expired",
            (Some(from), _) if now < from => "not-yet-valid",
            (_, Some(_)) => "valid",
            (_, None) => "unknown",
        },
        remaining: until.map(|until| until.saturating_sub(now)),
    }
}

/// The view for a terminal.
pub fn token(view: &TokenView, redaction: Redaction) -> String {
    let mut text = paragraph(NOT_VERIFIED, "", "");
    text.push_str(&format!("\n{}  {}\n", kind_words(view.classification.kind), paint(DIM, view.classification.claim)));
    text.push_str(&paragraph(&view.classification.because, "  ", "  "));
    text.push_str(&issuer(view));
    text.push_str(&section("Lifetime"));
    text.push_str(&lifetime_words(&view.lifetime));
    text.push_str(&claim_list("Header", &view.header));
    text.push_str(&claim_list("Claims", &view.claims));
    if !view.problems.is_empty() {
        text.push_str(&section("Problems"));
        for problem in &view.problems {
            let at = format!("  {} ", paint(BAD, format!("bytes {}..{}", problem.at.start, problem.at.end)));
            text.push_str(&paragraph(&problem.message, &at, "    "));
        }
    }
    finished(text, redaction)
}

fn kind_words(kind: TokenKind) -> String {
    match kind {
        TokenKind::AppOnly => paint(GOOD, "App-only token"),
        TokenKind::Delegated => paint(BAD, "Delegated (user) token"),
        TokenKind::IdToken => paint(BAD, "ID token"),
        TokenKind::Undetermined => paint(OPEN, "Undetermined: neither app-only nor delegated by its claims"),
    }
}

fn issuer(view: &TokenView) -> String {
    let Some(recognised) = &view.issuer else {
        return format!("{}  not recognised\n", section("Issuer"));
    };
    let mut text = section("Issuer");
    let tenant =
        recognised.entra.map(|entra| format!(", tenant {}, v{}", entra.tenant, entra.version)).unwrap_or_default();
    text.push_str(&format!("  {}{tenant}\n", recognised.platform.name));
    for oddity in &recognised.oddities {
        text.push_str(&paragraph(oddity, "  - ", "    "));
    }
    text
}

fn lifetime_words(lifetime: &Lifetime) -> String {
    let style = if lifetime.state == "valid" { GOOD } else { BAD };
    let left = match lifetime.remaining {
        Some(seconds) if seconds >= 0 => format!("{} left", duration(seconds)),
        Some(seconds) => format!("expired {} ago", duration(-seconds)),
        None => "no expiry".to_owned(),
    };
    let whole = lifetime.seconds.map(|seconds| format!(", lives {}", duration(seconds))).unwrap_or_default();
    let time = |time: Option<Timestamp>| time.map_or_else(|| "unknown".to_owned(), |time| time.to_string());
    format!(
        "  {}: {left}{whole}\n  from {} until {}\n",
        paint(style, lifetime.state),
        time(lifetime.valid_from),
        time(lifetime.expires),
    )
}

fn duration(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn claim_list(title: &str, claims: &[ClaimView]) -> String {
    if claims.is_empty() {
        return String::new();
    }
    let mut text = section(title);
    for claim in claims {
        text.push_str(&format!("  {} {}\n", paint(BOLD, &claim.name), plain(&claim.value)));
        if let Some(meaning) = &claim.meaning {
            text.push_str(&paragraph(meaning, "      ", "      "));
        }
    }
    text
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The view as Markdown.
pub fn token_markdown(view: &TokenView, redaction: Redaction) -> String {
    let mut text = format!(
        "# Token\n\n{NOT_VERIFIED}\n\n{}\n\n| claim | value | meaning |\n| --- | --- | --- |\n",
        view.classification.because
    );
    for claim in view.header.iter().chain(&view.claims) {
        let meaning = claim.meaning.as_deref().unwrap_or_default();
        text.push_str(&format!("| `{}` | `{}` | {} |\n", claim.name, cell(&plain(&claim.value)), cell(meaning)));
    }
    for problem in &view.problems {
        text.push_str(&format!("\n- bytes {}..{}: {}", problem.at.start, problem.at.end, problem.message));
    }
    text.push('\n');
    finished(text, redaction)
}
