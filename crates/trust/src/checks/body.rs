//! The body is a form with the parameters that the grant needs.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

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
    let audience = match request.endpoint {
        crate::Endpoint::V1 => ("resource", &request.resource),
        crate::Endpoint::V2 => ("scope", &request.scope),
    };
    let required = [("grant_type", &request.grant_type), ("client_id", &request.client_id), audience];
    let missing = required.iter().find(|(_, value)| value.as_deref().is_none_or(|value| value.trim().is_empty()));
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
