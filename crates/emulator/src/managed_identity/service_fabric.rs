//! A Service Fabric cluster, which settles itself whose token an application gets.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response};
use serde_json::json;

use super::grant::{Denied, Granted, Wanted};
use super::{failed, failure, host_secret, parameter};
use crate::{Emulator, http};

const VERSION: &str = "2019-07-01-preview";

/// Status, code and message.
type Problem = (u16, &'static str, String);

pub(super) async fn token(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("identity") {
        let code = if fault.status == 429 { "TooManyRequests" } else { "InternalServerError" };
        return failed(problem((fault.status, code, failure(fault.status).to_owned())), fault);
    }
    match grant(&emulator, query.as_deref(), &headers) {
        Ok(granted) => http::json(
            200,
            &json!({
                "token_type": "Bearer",
                "access_token": granted.access_token.reveal(),
                "expires_in": granted.expires_in,
                "expires_on": granted.expires_on,
                "resource": granted.resource,
            }),
        ),
        Err(why) => problem(why),
    }
}

fn grant(emulator: &Emulator, query: Option<&str>, headers: &HeaderMap) -> Result<Granted, Problem> {
    let unknown = || {
        (404, "ManagedIdentityNotFound", "Managed identity not found for the specified application host.".to_owned())
    };
    let Some(secret) = http::header(headers, "secret") else {
        return Err((400, "SecretHeaderNotFound", "Secret is not found in the request headers.".to_owned()));
    };
    if secret != host_secret(emulator) {
        return Err(unknown());
    }
    let version = parameter(query, "api-version").unwrap_or_default();
    if version != VERSION {
        let message = format!("The api-version '{version}' is not supported. Supported version is '{VERSION}'.");
        return Err((400, "InvalidApiVersion", message));
    }
    let Some(resource) = parameter(query, "resource") else {
        let message = "The parameter 'resource' should not be null or empty string.";
        return Err((400, "ArgumentNullOrEmpty", message.to_owned()));
    };
    Wanted::settled().grant(emulator, resource).map_err(|denied| match denied {
        Denied::NotFound | Denied::Several => unknown(),
        Denied::Refused(refusal) => {
            tracing::warn!(code = refusal.code, message = %refusal.message, "Service Fabric does not pass on why.");
            (500, "InternalServerError", "An error occurred.".to_owned())
        }
    })
}

fn problem((status, code, message): Problem) -> Response<Body> {
    let correlation_id = http::random_id().to_string();
    http::json(status, &json!({"error": {"correlationId": correlation_id, "code": code, "message": message}}))
}
