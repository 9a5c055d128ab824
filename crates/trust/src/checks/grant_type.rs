//! The grant type is one that the endpoint knows.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict};

pub(super) const CHECK: Check =
    Check { id: "request.grant-type", title: "The grant type is supported", errors: &[UNSUPPORTED], evaluate };

const UNSUPPORTED: ErrorSpec = ErrorSpec {
    code: 70_003,
    oauth_error: "unsupported_grant_type",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let Some(grant_type) = exchange.request.grant_type.as_deref() else {
        return Err(Verdict::not_reached("the grant type is not known"));
    };
    if exchange.grant.is_some() {
        return Ok(format!("`{grant_type}` is a supported grant type").into());
    }
    Err(UNSUPPORTED.refuse_or(
        &[7_000_021],
        format!("The app returned an unsupported grant type '{grant_type}'."),
        format!("`{grant_type}` is not a grant type that the token endpoint knows"),
    ))
}
