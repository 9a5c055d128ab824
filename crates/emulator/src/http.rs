//! What all answers have in common.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::crypto::random;
use crate::faults::Fault;

/// The largest request body, in bytes.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// A JSON body with a status.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Body::from(bytes));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut answer, CONTENT_TYPE, "application/json; charset=utf-8");
    answer
}

/// A plain text with a status.
pub(crate) fn text(status: u16, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut answer, CONTENT_TYPE, "text/plain; charset=utf-8");
    answer
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

/// Sets a header; a value that cannot stand in one is left out.
pub(crate) fn set<B>(answer: &mut Response<B>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// A request header's text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The origin that the client used: `https://localhost:8443`. `Host` carries the port.
pub(crate) fn origin(headers: &HeaderMap, scheme: &str) -> String {
    format!("{scheme}://{}", header(headers, "host").unwrap_or("localhost"))
}

/// The value of a query parameter, decoded.
pub(crate) fn query(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}

/// The answer of an injected fault. It carries no AADSTS text, as Entra's own 5xx answers do not.
pub(crate) fn fault(fault: &Fault) -> Response<Body> {
    let body = serde_json::json!({
        "error": if fault.status == 429 { "too_many_requests" } else { "temporarily_unavailable" },
        "error_description": format!("The emulator was told to answer {} here.", fault.status),
    });
    let mut answer = json(fault.status, &body);
    if let Some(seconds) = fault.retry_after {
        set(&mut answer, RETRY_AFTER, &seconds.to_string());
    }
    set(&mut answer, CACHE_CONTROL, "no-store");
    answer
}

/// What a JSON value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A trace id; the last byte of Entra's is always zero.
pub(crate) fn trace_id() -> Uuid {
    let mut id = uuid::Builder::from_random_bytes(random()).into_uuid().into_bytes();
    if let Some(last) = id.last_mut() {
        *last = 0;
    }
    Uuid::from_bytes(id)
}

/// A random GUID.
pub(crate) fn random_id() -> Uuid {
    uuid::Builder::from_random_bytes(random()).into_uuid()
}
