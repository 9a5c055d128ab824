//! A managed identity does not take assertions that Entra issued, except structured ones.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "entra.issuer-allowed",
    title: "The target takes assertions that Entra issued",
    errors: &[NOT_ALLOWED],
    evaluate,
};

const NOT_ALLOWED: ErrorSpec = ErrorSpec {
    code: 700_222,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Inferred,
    source: source::AZURE_DOCS_90276,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let structured = exchange.claim("sub").is_ok_and(|subject| subject.starts_with("/eid1/"));
    match exchange.client {
        Some(Client::ManagedIdentity(_)) if !structured => Err(NOT_ALLOWED.refuse(
            "AAD-issued tokens may not be used for federated identity flows.",
            "the target is a managed identity, which takes no token of another managed identity, application or user",
        )),
        None => Err(Verdict::not_reached("whether the target is an application is not known")),
        _ => Ok("the target takes assertions from this issuer".into()),
    }
}
