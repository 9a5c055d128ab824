//! Some credential with that issuer names the assertion's audience.

use super::subject::until_2023;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, Wording};

pub(super) const CHECK: Check = Check {
    id: "fic.audience",
    title: "A credential with that issuer has the assertion's audience",
    errors: &[NO_MATCH],
    evaluate,
};

const NO_MATCH: ErrorSpec = ErrorSpec {
    code: 700_212,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::WORKLOAD_IDENTITY_1200,
};

/// Seen instead of 700212 for an assertion from an Entra tenant.
const ENTRA_VARIANT: &[u32] = &[7_002_121];

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let matching = exchange.matching()?;
    let presented = exchange.claims()?.audiences();
    if presented.is_empty() {
        return Err(exchange.missing_claim("aud"));
    }
    if matching.all.is_empty() {
        return Err(Verdict::not_reached("the client has no federated identity credential"));
    }
    let presented = presented.join(", ");
    if let Some(fic) = matching.by_audience.first() {
        return Ok(format!("`{}` fits {presented}", fic.name.as_deref().unwrap_or("a credential")).into());
    }
    if exchange.policy.wording == Wording::Until2023 {
        return Err(until_2023(exchange, "no credential with the assertion's issuer has its audience"));
    }
    Err(NO_MATCH.refuse_or(
        if exchange.entra.is_some() { ENTRA_VARIANT } else { &[] },
        format!(
            "No matching federated identity record found for presented assertion audience '{presented}'. Please check \
             your federated identity credential Subject, Audience and Issuer against the presented assertion. \
             https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation"
        ),
        format!(
            "the assertion's audience is {presented}; the credential expects {}",
            expected(&matching.audience_candidates)
        ),
    ))
}

fn expected(candidates: &[&crate::FederatedIdentityCredential]) -> String {
    let mut audiences: Vec<_> = candidates.iter().flat_map(|fic| &fic.audiences).map(String::as_str).collect();
    audiences.sort_unstable();
    audiences.dedup();
    audiences.join(" or ")
}
