//! The scope names one resource with `/.default`.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Endpoint, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "request.scope",
    title: "The scope is one resource followed by /.default",
    errors: &[WITHOUT_DEFAULT, INVALID, RESOURCE_PARAMETER],
    evaluate,
};

const WITHOUT_DEFAULT: ErrorSpec = ErrorSpec {
    code: 1_002_012,
    oauth_error: "invalid_scope",
    status: 400,
    basis: Basis::Documented,
    source: source::CLIENT_CREDENTIALS,
};

const INVALID: ErrorSpec = ErrorSpec {
    code: 70_011,
    oauth_error: "invalid_scope",
    status: 400,
    basis: Basis::Documented,
    source: source::CLIENT_CREDENTIALS,
};

const RESOURCE_PARAMETER: ErrorSpec = ErrorSpec {
    code: 901_002,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let request = exchange.request;
    if request.endpoint == Endpoint::V1 {
        return Err(Verdict::does_not_apply("the v1 endpoint takes a resource, not a scope"));
    }
    if let Some(resource) = request.resource.as_deref() {
        return Err(RESOURCE_PARAMETER.refuse(
            "The 'resource' request parameter isn't supported.",
            format!("the v2 endpoint takes `scope={}/.default` instead of `resource`", resource.trim_end_matches('/')),
        ));
    }
    if request.grant_type.as_deref().is_some_and(|grant_type| grant_type != "client_credentials") {
        return Err(Verdict::does_not_apply("only client credentials are bound to /.default"));
    }
    let Some(scope) = request.scope.as_deref() else {
        return Err(Verdict::cannot_tell("the evidence does not show the scope asked for: give --scope"));
    };
    let mut scopes = scope.split_ascii_whitespace();
    match (scopes.next(), scopes.next()) {
        (Some(only), None) if resource_of(only).is_some_and(|resource| !resource.is_empty()) => {
            Ok("the scope ends in /.default".into())
        }
        (Some(_), None) => Err(WITHOUT_DEFAULT.refuse(
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value \
                 with /.default suffixed to the resource identifier (application ID URI)."
            ),
            format!("`{scope}` does not end in /.default, and an application cannot ask for single permissions"),
        )),
        _ => Err(INVALID.refuse(
            format!("The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."),
            format!("`{scope}` is not exactly one resource"),
        )),
    }
}

/// What precedes the last `/.default`.
pub(super) fn resource_of(scope: &str) -> Option<&str> {
    scope.strip_suffix("/.default").or_else(|| scope.eq(".default").then_some(""))
}
