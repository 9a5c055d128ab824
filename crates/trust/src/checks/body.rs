//! The body is a form with the parameters that the grant needs.

use super::grant::Grant;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Endpoint, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "request.parameters",
    title: "The body is a form with every required parameter",
    errors: &[MALFORMED, MISSING_PARAMETER],
    evaluate,
};

const MALFORMED: ErrorSpec = ErrorSpec {
    code: 9_002_313,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

const MISSING_PARAMETER: ErrorSpec = ErrorSpec {
    code: 900_144,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let request = exchange.request;
    if request.malformed_body {
        return Err(MALFORMED.refuse("Invalid request. Request is malformed or invalid.", "the body is not a form"));
    }
    let missing = required(exchange).into_iter().find(|(_, is_sent)| !is_sent);
    match (missing, request.view) {
        (None, _) => Ok("every required parameter is there".into()),
        (Some((name, _)), View::Whole) => Err(MISSING_PARAMETER.refuse(
            format!("The request body must contain the following parameter: '{name}'."),
            format!("the request has no `{name}`"),
        )),
        (Some((name, _)), View::Partial) => {
            Err(Verdict::cannot_tell(format!("the evidence does not show the request's `{name}`")))
        }
    }
}

/// The parameters that the grant needs, and whether each was sent.
fn required(exchange: &Exchange<'_>) -> Vec<(&'static str, bool)> {
    let request = exchange.request;
    let sent = |value: &Option<String>| value.as_deref().is_some_and(|value| !value.trim().is_empty());
    let audience = match request.endpoint {
        Endpoint::V1 => ("resource", sent(&request.resource)),
        Endpoint::V2 => ("scope", sent(&request.scope)),
    };
    let has_code = request.code.is_some();
    let of_grant = match exchange.grant {
        Some(Grant::AuthorizationCode) => vec![("code", has_code)],
        Some(Grant::DeviceCode) => vec![("device_code", has_code)],
        Some(Grant::RefreshToken) => vec![("refresh_token", has_code)],
        Some(Grant::Password) => vec![("username", sent(&request.username)), ("password", request.password.is_some())],
        Some(Grant::OnBehalfOf) => vec![
            ("assertion", request.user_assertion.is_some()),
            ("requested_token_use", sent(&request.requested_token_use)),
            audience,
        ],
        _ => vec![audience],
    };
    let of_all = [("grant_type", sent(&request.grant_type)), ("client_id", sent(&request.client_id))];
    of_all.into_iter().chain(of_grant).collect()
}
