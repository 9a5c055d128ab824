//! Some credential names the assertion's issuer, letter for letter.

use super::subject::until_2023;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, Wording};

pub(super) const CHECK: Check =
    Check { id: "fic.issuer", title: "A credential has the assertion's issuer", errors: &[NO_MATCH], evaluate };

const NO_MATCH: ErrorSpec = ErrorSpec {
    code: 700_211,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::WORKLOAD_IDENTITY_1200,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let matching = exchange.matching()?;
    let presented = exchange.claim("iss")?;
    if matching.all.is_empty() {
        return Err(Verdict::not_reached("the client has no federated identity credential"));
    }
    if let Some(fic) = matching.by_issuer.first() {
        return Ok(format!("`{}` names {presented}", fic.name.as_deref().unwrap_or("a credential")).into());
    }
    if exchange.policy.wording == Wording::Until2023 {
        return Err(until_2023(exchange, "no credential has the assertion's issuer"));
    }
    Err(NO_MATCH.refuse(
        format!(
            "No matching federated identity record found for presented assertion issuer '{presented}'. Please check \
             your federated identity credential Subject, Audience and Issuer against the presented assertion. \
             https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation"
        ),
        format!("no credential has the issuer {presented}"),
    ))
}
