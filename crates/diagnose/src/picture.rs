//! The exchange in one line, and what happened in one sentence.

use fedlens_catalog::entry;
use fedlens_issuers::recognise;
use fedlens_token::TokenKind;
use fedlens_trust::{Client, Outcome, Verdict};

use crate::facts::Facts;
use crate::{Step, StepState};

/// Checks that make a step of their own; the others belong to the step before them.
const STEPS: &[(&str, &[&str])] = &[
    (
        "request",
        &[
            "request.method",
            "request.parameters",
            "request.client-id",
            "request.single-client",
            "request.grant-type",
            "request.client-credential",
            "request.scope",
        ],
    ),
    ("tenant", &["tenant.identifier", "tenant.exists"]),
    (
        "token form",
        &["assertion.shape", "assertion.header-type", "assertion.algorithm", "assertion.key-hint", "assertion.claims"],
    ),
    (
        "application",
        &[
            "application.exists",
            "application.enabled",
            "client.type",
            "client.secret",
            "certificate.client-id",
            "assertion.certificate",
            "certificate.signature",
            "certificate.audience",
            "fic.exists",
        ],
    ),
    ("issuer", &["fic.issuer"]),
    ("audience", &["fic.audience", "entra.credential-audience"]),
    ("subject", &["fic.subject", "entra.single-match"]),
    ("app-only", &["entra.app-only"]),
    (
        "Entra rules",
        &[
            "entra.issuer-allowed",
            "entra.managed-identity",
            "entra.token-audience",
            "entra.not-federated",
            "entra.same-tenant",
            "entra.same-cloud",
            "entra.target-kind",
        ],
    ),
    ("signature", &["issuer.metadata", "assertion.signing-key", "assertion.signature"]),
    ("time", &["assertion.time"]),
    ("tenant policy", &["tenant.federation-enabled", "tenant.issuer-allowed", "tenant.enterprise"]),
    (
        "user",
        &[
            "grant.authorization-code",
            "grant.device-code",
            "grant.refresh-token",
            "user-assertion.shape",
            "user-assertion.signature",
            "user-assertion.time",
            "user-assertion.audience",
            "user-assertion.kind",
            "user.exists",
            "user.enabled",
            "user.password",
        ],
    ),
    ("resource", &["resource.exists", "resource.assignment", "tenant.conditional-access"]),
];

/// Steps before the exchange proper are drawn only where it broke there.
const PRELIMINARY: &[&str] = &["request", "tenant", "token form"];

/// The steps up to the break, or to the token. Those of which nothing is known are left out.
pub(crate) fn draw(facts: &Facts<'_>) -> Vec<Step> {
    let Some(decision) = facts.decision else { return Vec::new() };
    let first_failed =
        decision.checks.iter().find(|check| matches!(check.verdict, Verdict::Failed(_))).map(|check| check.id);
    let mut steps = vec![Step { label: presented(facts), state: StepState::Passed }];
    let mut broken = false;
    for (label, checks) in STEPS {
        let states: Vec<_> = checks.iter().filter_map(|id| decision.verdict(id)).collect();
        if broken {
            break;
        }
        let state = if checks.iter().any(|id| Some(*id) == first_failed) {
            StepState::Failed
        } else if states.iter().any(|verdict| matches!(verdict, Verdict::Passed { .. })) {
            StepState::Passed
        } else if states.iter().any(|verdict| matches!(verdict, Verdict::CannotTell { .. })) {
            StepState::Unknown
        } else {
            continue;
        };
        if state != StepState::Failed && PRELIMINARY.contains(label) {
            continue;
        }
        broken |= state == StepState::Failed;
        steps.push(Step { label: (*label).to_owned(), state });
    }
    steps.push(Step {
        label: "access token".to_owned(),
        state: match decision.outcome {
            Outcome::Accepted => StepState::Passed,
            Outcome::Rejected => StepState::NotReached,
            Outcome::CannotTell => StepState::Unknown,
        },
    });
    steps
}

fn presented(facts: &Facts<'_>) -> String {
    let platform = facts.issuer().and_then(recognise).map(|recognised| recognised.platform.name);
    match facts.token_kind().map(|class| class.kind) {
        Some(TokenKind::Delegated) => "user token".to_owned(),
        Some(TokenKind::IdToken) => "ID token".to_owned(),
        Some(TokenKind::AppOnly) => "app-only token".to_owned(),
        _ => platform.map_or_else(|| "assertion".to_owned(), |platform| format!("{platform} token")),
    }
}

/// Who failed at what, with the reader's names.
pub(crate) fn summary(facts: &Facts<'_>) -> String {
    let who = who(facts);
    let primary = facts.primary();
    if let Some(refusal) = facts.refusal() {
        let same = primary.is_none_or(|failure| failure.code.number() == Some(refusal.code));
        if same {
            let verb = if primary.is_some() { "refused" } else { "would refuse" };
            return format!("Entra {verb} {who}: {}.", refusal.detail.trim_end_matches('.'));
        }
    }
    if let Some(failure) = primary {
        let title = entry(failure.code.as_str()).map(|entry| entry.title);
        return match (title, failure.code.number()) {
            (Some(title), Some(_)) => format!("Entra refused {who} with {}: {title}.", failure.code),
            (Some(title), None) => format!("{} failed with {}: {title}.", sentence_case(&who), failure.code),
            (None, _) => format!("{} failed with {}.", sentence_case(&who), failure.code),
        };
    }
    match facts.decision.map(|decision| decision.outcome) {
        Some(Outcome::Accepted) => format!("Entra would accept {who} and issue a token."),
        Some(_) => format!("No check fails for {who}, but the evidence leaves some open."),
        None if facts.evidence.items.is_empty() => "None of the inputs could be used.".to_owned(),
        None => "No sign-in failure was found in what was given.".to_owned(),
    }
}

fn who(facts: &Facts<'_>) -> String {
    let fields = facts.primary().map(|failure| &failure.fields);
    let client = facts.exchange.and_then(|exchange| exchange.directory.client(exchange.request.client_id.as_deref()));
    let name = client.and_then(Client::name).or_else(|| fields?.application_name.as_deref());
    let id = facts
        .exchange
        .and_then(|exchange| exchange.request.client_id.as_deref())
        .or_else(|| fields?.application.as_deref())
        .filter(|id| !id.is_empty());
    match (name.filter(|name| !name.is_empty()), id) {
        (Some(name), Some(id)) => format!("`{name}` ({id})"),
        (Some(name), None) => format!("`{name}`"),
        (None, Some(id)) => format!("application {id}"),
        (None, None) => "the workload".to_owned(),
    }
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
