//! The claims that matching needs are there.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, View};

pub(super) const CHECK: Check = Check {
    id: "assertion.claims",
    title: "The assertion has an issuer, an audience and a subject",
    errors: &[MISSING_FIELD, NO_SUBJECT],
    evaluate,
};

const MISSING_FIELD: ErrorSpec = ErrorSpec {
    code: 90_014,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::MSAL_NET,
};

const NO_SUBJECT: ErrorSpec = ErrorSpec {
    code: 700_022,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let claims = exchange.claims()?;
    let has = |name: &str| match name {
        "aud" => claims.audiences().iter().any(|audience| !audience.is_empty()),
        _ => claims.text(name).is_some_and(|value| !value.is_empty()),
    };
    let Some(missing) = ["iss", "aud", "sub"].into_iter().find(|name| !has(name)) else {
        return Ok("`iss`, `aud` and `sub` are there".into());
    };
    if exchange.assertion()?.view == View::Partial {
        return Err(exchange.missing_claim(missing));
    }
    let detail = format!("the assertion has no `{missing}`");
    Err(match missing {
        "sub" => NO_SUBJECT.refuse("No Subject claim provided in the assertion.", detail),
        _ => MISSING_FIELD.refuse(
            format!(
                "The required field '{missing}' is missing from the credential. Ensure that you have all the \
                 necessary parameters for the login request."
            ),
            detail,
        ),
    })
}
