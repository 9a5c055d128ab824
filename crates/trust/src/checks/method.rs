//! The endpoint takes POST only.

use std::borrow::Cow;

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "request.method", title: "The request is a POST", errors: &[METHOD], evaluate };

const METHOD: ErrorSpec = ErrorSpec {
    code: 900_561,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    match exchange.request.method.as_deref() {
        None | Some("POST") => Ok(Cow::Borrowed("the token endpoint was called with POST")),
        Some(method) => Err(METHOD.refuse(
            format!("The endpoint only accepts POST requests. Received a {method} request."),
            format!("the token endpoint was called with {method}"),
        )),
    }
}
