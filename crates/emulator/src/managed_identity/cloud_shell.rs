//! Cloud Shell. The one of Azure gives out tokens of the person who opened it; here it is an identity of the directory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde_json::json;

use super::grant::{Denied, Granted, Wanted};
use super::{failed, failure};
use crate::{Emulator, http};

/// Status, code and message.
type Problem = (u16, &'static str, String);

pub(super) async fn token(State(emulator): State<Arc<Emulator>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    if let Some(fault) = emulator.fault("identity") {
        return failed(problem((fault.status, "unknown", failure(fault.status).to_owned())), fault);
    }
    match grant(&emulator, &headers, &body) {
        Ok(granted) => http::json(
            200,
            &json!({
                "access_token": granted.access_token.reveal(),
                "refresh_token": "",
                "expires_in": granted.expires_in,
                "expires_on": granted.expires_on,
                "not_before": granted.not_before,
                "resource": granted.resource,
                "token_type": "Bearer",
            }),
        ),
        Err(why) => problem(why),
    }
}

fn grant(emulator: &Emulator, headers: &HeaderMap, body: &[u8]) -> Result<Granted, Problem> {
    if !http::header(headers, "metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err((400, "bad_request_102", "Required metadata header not specified".to_owned()));
    }
    let mut fields = form_urlencoded::parse(body);
    let resource = fields.find(|(name, value)| name == "resource" && !value.is_empty());
    let Some((_, resource)) = resource else {
        return Err((400, "invalid_request", "Required audience parameter not specified".to_owned()));
    };
    Wanted::settled().grant(emulator, resource.to_string()).map_err(|denied| match denied {
        Denied::NotFound | Denied::Several => (400, "invalid_request", "Identity not found".to_owned()),
        Denied::Refused(_) => {
            (400, "AudienceNotSupported", format!("Audience {resource} is not a supported MSI token audience."))
        }
    })
}

fn problem((status, code, message): Problem) -> Response<Body> {
    http::json(status, &json!({"error": {"code": code, "message": message}}))
}
