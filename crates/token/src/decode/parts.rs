//! A compact token, part by part.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::base64::{self, Bytes};
use super::json::{self, Parsed};
use super::located::Located;
use super::{Decoded, Problem, ProblemKind};
use crate::{Claims, Secret};

/// Claims that hold seconds since 1970.
const TIMES: &[&str] = &["exp", "nbf", "iat", "auth_time"];

/// Claims of which a token's payload has at least one.
const COMMON: &[&str] = &["iss", "sub", "aud"];

/// Longer key names are cut in messages.
const MAX_SHOWN_CHARS: usize = 40;

/// Reads a token in one piece, without dressing.
pub(super) fn read(token: &Located<'_>) -> Decoded {
    let mut reader = Reader { token, problems: Vec::new() };
    let mut decoded = reader.compact();
    decoded.problems = reader.problems;
    decoded
}

/// One of the dot-separated parts.
struct Part<'t> {
    name: &'static str,
    text: &'t str,
    range: Range<usize>,
}

/// Gathers the problems of one token.
pub(super) struct Reader<'t> {
    token: &'t Located<'t>,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    /// A reader of JSON that needs no decoding.
    pub(super) fn new(token: &'t Located<'t>) -> Self {
        Self { token, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    pub(super) fn tell(&mut self, kind: ProblemKind, range: Range<usize>, message: String) {
        self.problems.push(Problem { kind, at: self.token.at(range), message });
    }

    fn compact(&mut self) -> Decoded {
        let whole = self.token.text();
        let text = self.before_ellipsis(whole);
        let parts = split(text);
        let count = text.split('.').count();
        let header = parts.first().and_then(|part| self.object(part));
        let encrypted = count == 5 && header.as_ref().is_none_or(|header| header.contains("enc"));
        let compact = Secret::new(whole);
        if encrypted {
            let message = "The token is encrypted (five parts): its claims can be read only with the recipient's key.";
            self.tell(ProblemKind::Encrypted, 0..whole.len(), message.to_owned());
            return Decoded { header, compact, ..Decoded::default() };
        }
        self.count(&parts, count, text.len());
        if count < 3 && header.as_ref().is_some_and(is_payload) {
            if let Some((claims, part)) = header.as_ref().zip(parts.first()) {
                self.whole_seconds(claims, &part.range);
            }
            let signature = parts.get(1).and_then(signature);
            return Decoded { claims: header, signature, compact, ..Decoded::default() };
        }
        let claims = parts.get(1).and_then(|part| self.object(part));
        if let Some((claims, part)) = claims.as_ref().zip(parts.get(1)) {
            self.whole_seconds(claims, &part.range);
        }
        if let Some(part) = parts.get(2) {
            self.base64(part);
        }
        Decoded { header, claims, signature: parts.get(2).and_then(signature), compact, ..Decoded::default() }
    }

    /// What stands before `...`, with which people and logs shorten tokens.
    fn before_ellipsis(&mut self, text: &'t str) -> &'t str {
        let Some(at) = [text.find("..."), text.find('…')].into_iter().flatten().min() else { return text };
        let (kept, rest) = text.split_at(at);
        let end = text.len() - rest.trim_start_matches(['.', '…']).len();
        self.tell(ProblemKind::Truncated, at..end, "The token was shortened here.".to_owned());
        kept
    }

    /// Tells first of a wrong number of parts: it explains most of what else is wrong then.
    fn count(&mut self, parts: &[Part<'_>], count: usize, end: usize) {
        if count != 3 {
            let message = format!(
                "The token has {count} {}; a signed token has three, with dots between them.",
                if count == 1 { "part" } else { "parts" }
            );
            let problem = Problem { kind: ProblemKind::PartCount, at: self.token.at(0..end), message };
            self.problems.insert(0, problem);
        }
        for part in parts.iter().filter(|part| part.text.is_empty()) {
            self.tell(ProblemKind::PartCount, part.range.clone(), format!("The {} is empty.", part.name));
        }
    }

    /// The part's JSON object, as far as it can be read.
    fn object(&mut self, part: &Part<'_>) -> Option<Claims> {
        if part.text.is_empty() {
            return None;
        }
        let bytes = self.base64(part);
        let text = String::from_utf8_lossy(&bytes.bytes);
        let parsed = json::parse(&text);
        if let Err(fault) = std::str::from_utf8(&bytes.bytes)
            && !(fault.error_len().is_none() && parsed.is_cut_off())
        {
            let at = fault.valid_up_to();
            let message = format!("The {} is not UTF-8 text; what is not was replaced.", part.name);
            self.tell(ProblemKind::Utf8, part.of_bytes(&bytes, at..at + 1), message);
        }
        // Replacement characters shift what follows them.
        let exact = parsed.fault.as_ref().filter(|_| matches!(text, Cow::Borrowed(_)));
        let fault_at = exact.map(|fault| {
            let at = offset(&text, fault.line(), fault.column());
            part.of_bytes(&bytes, at..at + 1)
        });
        self.claims(parsed, part.name, part.range.clone(), fault_at)
    }

    /// Turns parsed JSON into claims and tells what is wrong with it.
    pub(super) fn claims(
        &mut self,
        parsed: Parsed,
        name: &str,
        range: Range<usize>,
        fault_at: Option<Range<usize>>,
    ) -> Option<Claims> {
        for key in &parsed.repeated {
            let message = format!("The {name} has the key `{}` more than once; the last one counts.", shown(key));
            self.tell(ProblemKind::DuplicateKey, range.clone(), message);
        }
        if parsed.is_cut_off() {
            self.cut_off(name, range.clone());
        } else if let Some(fault) = &parsed.fault {
            let message = format!("The {name} is not JSON: {fault}.");
            self.tell(ProblemKind::Json, fault_at.unwrap_or_else(|| range.clone()), message);
        }
        match parsed.value? {
            Value::Object(claims) => Some(Claims(claims)),
            _ => {
                self.tell(ProblemKind::NotAnObject, range, format!("The {name} is JSON, but not an object."));
                None
            }
        }
    }

    fn cut_off(&mut self, name: &str, range: Range<usize>) {
        if self.problems.iter().all(|problem| problem.kind != ProblemKind::Truncated) {
            let message = format!("The {name} breaks off; only what stands before the break can be read.");
            self.tell(ProblemKind::Truncated, range.end..range.end, message);
        }
    }

    fn base64(&mut self, part: &Part<'_>) -> Bytes {
        let bytes = base64::decode(part.text);
        let name = part.name;
        for strange in &bytes.strange {
            let message = format!("The {name} has a character that base64url does not have.");
            self.tell(ProblemKind::Base64, part.within(strange), message);
        }
        if let Some(surplus) = &bytes.surplus {
            let message = format!("The {name} has a length that base64 cannot have: characters are missing or added.");
            self.tell(ProblemKind::Base64, part.within(surplus), message);
        }
        if let Some(standard) = &bytes.standard {
            let message = format!("The {name} is in standard base64 (`+`, `/`); a token has `-` and `_` instead.");
            self.tell(ProblemKind::Alphabet, part.within(standard), message);
        }
        if let Some(padding) = &bytes.padding {
            let message = format!("The {name} is padded with `=`, which a token must not be.");
            self.tell(ProblemKind::Padding, part.within(padding), message);
        }
        bytes
    }

    /// Tells of time claims that are not whole numbers.
    pub(super) fn whole_seconds(&mut self, claims: &Claims, range: &Range<usize>) {
        for name in TIMES {
            if claims.get(name).is_some_and(|value| !value.is_i64() && !value.is_u64()) {
                let message = format!("`{name}` is not a whole number of seconds since 1970.");
                self.tell(ProblemKind::TimeFormat, range.clone(), message);
            }
        }
    }
}

impl Part<'_> {
    fn within(&self, range: &Range<usize>) -> Range<usize> {
        self.range.start + range.start..self.range.start + range.end
    }

    /// Where decoded bytes stand in the part, or the whole part where that cannot be said.
    fn of_bytes(&self, bytes: &Bytes, range: Range<usize>) -> Range<usize> {
        let Some(characters) = bytes.characters(range) else { return self.range.clone() };
        let end = characters.end.min(self.text.len());
        self.within(&(characters.start.min(end)..end))
    }
}

/// Whether the object is a payload rather than a header.
pub(super) fn is_payload(object: &Claims) -> bool {
    !object.contains("alg") && COMMON.iter().any(|name| object.contains(name))
}

/// The byte offset of a line and column, both counted from one as `serde_json` does.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    (before + column.saturating_sub(1)).min(text.len())
}

/// The parts that have a name; what follows them is not read.
fn split(text: &str) -> Vec<Part<'_>> {
    let mut at = 0;
    let parts = text.split('.').zip(["header", "payload", "signature"]).map(move |(text, name)| {
        let start = at;
        at += text.len() + 1;
        Part { name, text, range: start..start + text.len() }
    });
    parts.collect()
}

fn signature(part: &Part<'_>) -> Option<Secret> {
    (!part.text.is_empty()).then(|| Secret::new(part.text))
}

fn shown(key: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    key.chars().take(MAX_SHOWN_CHARS).map(clean).collect()
}
