//! Some credential with that issuer and audience names the assertion's subject, letter for letter.

use fedlens_issuers::{Subject, parse_subject};

use super::matching::Matching;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, FederatedIdentityCredential, Verdict, Wording};

pub(super) const CHECK: Check = Check {
    id: "fic.subject",
    title: "A credential with that issuer and audience has the assertion's subject",
    errors: &[NO_MATCH, OTHER_CASE, STRUCTURED, UNTIL_2023],
    evaluate,
};

const NO_MATCH: ErrorSpec = ErrorSpec {
    code: 700_213,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::LOGIN_379,
};

const OTHER_CASE: ErrorSpec = ErrorSpec {
    code: 7_002_138,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::LOGIN_515,
};

const STRUCTURED: ErrorSpec = ErrorSpec {
    code: 7_002_137,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::AGENTS_202,
};

const UNTIL_2023: ErrorSpec = ErrorSpec {
    code: 70_021,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::WORKLOAD_IDENTITY_616,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let matching = exchange.matching()?;
    let presented = exchange.claim("sub")?;
    if matching.all.is_empty() {
        return Err(Verdict::not_reached("the client has no federated identity credential"));
    }
    if let Some(fic) = matching.by_subject.first() {
        return Ok(format!("`{}` fits {presented}", fic.name.as_deref().unwrap_or("a credential")).into());
    }
    if exchange.policy.wording == Wording::Until2023 {
        return Err(until_2023(exchange, "no credential with the assertion's issuer and audience has its subject"));
    }
    Err(refusal(matching, presented))
}

fn refusal(matching: &Matching<'_>, presented: &str) -> Verdict {
    let configured = || matching.subject_candidates.iter().filter_map(|fic| fic.subject.as_deref());
    if let Some(other) = configured().find(|subject| equal_ignoring_case(subject, presented)) {
        return OTHER_CASE.refuse(
            format!(
                "No matching federated identity record found for presented assertion subject '{presented}'. The subject \
                 matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated \
                 identity credential Subject, Audience and Issuer against the presented assertion. See documentation \
                 at: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change \
                 notification and remediation at: \
                 https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024."
            ),
            format!("the credential has {other}, the assertion {presented}: only letter case differs"),
        );
    }
    if presented.starts_with("/eid1/") && configured().any(is_wrongly_encoded) {
        return STRUCTURED.refuse_or(
            &[700_213],
            format!(
                "No matching federated identity record found for presented assertion subject '{presented}'. Please make \
                 sure the federated identity credential Subject is '/eid1/c/pub/t/{{tenantId}}/a/{{app}}/{{value}}'."
            ),
            "the credential's subject has the tenant or application id in a wrong encoding",
        );
    }
    let flexible: &[u32] = if matching.subject_candidates.iter().any(is_flexible) { &[7_002_131] } else { &[] };
    NO_MATCH.refuse_or(
        flexible,
        format!(
            "No matching federated identity record found for presented assertion subject '{presented}'. Check your \
             federated identity credential Subject, Audience and Issuer against the presented assertion. \
             https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
        ),
        format!("no credential has the subject {presented}"),
    )
}

fn equal_ignoring_case(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || left.to_lowercase() == right.to_lowercase()
}

/// A structured subject whose ids do not decode: the GUID as text, or another byte order's alphabet.
fn is_wrongly_encoded(subject: &str) -> bool {
    subject.starts_with("/eid1/") && !matches!(parse_subject(None, subject), Subject::Eid1(_))
}

fn is_flexible(fic: &&FederatedIdentityCredential) -> bool {
    fic.claims_matching_expression.is_some()
}

/// The single text that Entra used for all three fields until October 2023.
pub(super) fn until_2023(exchange: &Exchange<'_>, detail: &'static str) -> Verdict {
    let claim = |name| exchange.claim(name).unwrap_or_default();
    let audience = exchange.claims().map(|claims| claims.audiences().join(", ")).unwrap_or_default();
    UNTIL_2023.refuse(
        format!(
            "No matching federated identity record found for presented assertion. Assertion Issuer: '{}'. Assertion \
             Subject: '{}'. Assertion Audience: '{audience}'. \
             https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
            claim("iss"),
            claim("sub"),
        ),
        detail,
    )
}
