//! The request presents exactly one client credential.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "request.client-credential",
    title: "The request presents exactly one client credential",
    errors: &[NONE_FOR_CLIENT_CREDENTIALS, NONE, SEVERAL],
    evaluate,
};

const NONE_FOR_CLIENT_CREDENTIALS: ErrorSpec = ErrorSpec {
    code: 7_000_216,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

const NONE: ErrorSpec = ErrorSpec {
    code: 7_000_218,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

const SEVERAL: ErrorSpec = ErrorSpec {
    code: 9_002_324,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::STS_TEMPLATES,
};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let request = exchange.request;
    match (request.client_secret.is_some(), request.assertion.is_some()) {
        (true, true) => Err(SEVERAL.refuse(
            "Request should not contain more than one client credential parameters, this includes 'client_secret', \
             'client_assertion' and 'request' parameters.",
            "both a client secret and a client assertion were sent",
        )),
        (true, false) => Ok("one client secret was sent".into()),
        (false, true) => assertion_type(exchange),
        (false, false) if request.view == View::Partial => {
            Err(Verdict::cannot_tell("the evidence does not show what the client presented"))
        }
        (false, false) if exchange.is_for_user() => {
            Err(Verdict::does_not_apply("a public client needs none to get a user's token"))
        }
        (false, false) => Err(NONE_FOR_CLIENT_CREDENTIALS.refuse_or(
            &[7_000_218],
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
            "neither a client assertion nor a client secret was sent",
        )),
    }
}

fn assertion_type(exchange: &Exchange<'_>) -> Finding {
    let request = exchange.request;
    match request.client_assertion_type.as_deref() {
        Some(JWT_BEARER) => Ok("one client assertion was sent".into()),
        None if request.view == View::Partial => Ok("a client assertion was sent".into()),
        _ => Err(NONE.refuse(
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            format!("an assertion was sent without `client_assertion_type={JWT_BEARER}`"),
        )),
    }
}
