//! The token service's answers: bodies, statuses and headers as Entra writes them.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, HeaderName, PRAGMA};
use axum::http::{HeaderMap, Response};
use fedlens_trust::{Refusal, Wording};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::http;

/// The header that carries a client's own request id.
const CORRELATION: &str = "client-request-id";

/// The codes whose bodies were seen without an `error_uri`.
const WITHOUT_URI: [u32; 5] = [700_211, 501_661, 90_061, 50_171, 500_181];

/// The ids and the time of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(crate) trace_id: Uuid,
    pub(crate) correlation_id: Uuid,
    pub(crate) now: Timestamp,
    echo: bool,
    wording: Wording,
}

/// The error body, its fields in Entra's order.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: String,
    trace_id: String,
    correlation_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'a str>,
}

impl Context {
    /// The client's request id comes in a header, in the query or in the form; `sent` is what the latter two hold.
    pub(crate) fn new(headers: &HeaderMap, sent: Option<&str>, now: Timestamp, wording: Wording) -> Self {
        let id = http::header(headers, CORRELATION).or(sent).and_then(|id| Uuid::try_parse(id.trim()).ok());
        let wish = http::header(headers, "return-client-request-id");
        let echo = wish.is_some_and(|wish| wish.eq_ignore_ascii_case("true"));
        Self { trace_id: http::trace_id(), correlation_id: id.unwrap_or_else(http::random_id), now, echo, wording }
    }

    /// The answer to a refused request.
    pub(crate) fn refuse(&self, refusal: &Refusal, host: &str) -> Response<Body> {
        self.error(refusal.status, refusal.oauth_error, refusal.code, &refusal.message, host)
    }

    /// An error with an AADSTS number.
    pub(crate) fn error(&self, status: u16, error: &str, code: u32, message: &str, host: &str) -> Response<Body> {
        let time = self.now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let gap = if self.wording == Wording::Until2023 { "\r\n" } else { " " };
        let (trace, correlation) = (self.trace_id, self.correlation_id);
        let blocked = code == 53_003;
        let body = ErrorBody {
            error,
            error_description: format!(
                "AADSTS{code}: {message}{gap}Trace ID: {trace}{gap}Correlation ID: {correlation}{gap}Timestamp: {time}"
            ),
            error_codes: [code],
            timestamp: time,
            trace_id: trace.to_string(),
            correlation_id: correlation.to_string(),
            error_uri: (!WITHOUT_URI.contains(&code)).then(|| format!("https://{host}/error?code={code}")),
            suberror: blocked.then_some("message_only"),
            claims: blocked.then_some(r#"{"access_token":{"capolids":{"essential":true,"values":["emulated"]}}}"#),
        };
        let mut answer = http::json(status, &body);
        self.finish(&mut answer);
        answer
    }

    /// A body of another kind, with the headers that all answers of the token endpoint have.
    pub(crate) fn success(&self, body: &impl Serialize) -> Response<Body> {
        let mut answer = http::json(200, body);
        self.finish(&mut answer);
        answer
    }

    /// `Strict-Transport-Security`, which Entra sends, is left out: a browser would hold all of localhost to it.
    fn finish(&self, answer: &mut Response<Body>) {
        http::set(answer, CACHE_CONTROL, "no-store, no-cache");
        http::set(answer, PRAGMA, "no-cache");
        let trace_id = self.trace_id.to_string();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("p3p", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\""),
            ("x-ms-ests-server", "2.1.0.0 - EMULATED ProdSlices"),
            ("x-ms-request-id", &trace_id),
        ] {
            http::set(answer, HeaderName::from_static(name), value);
        }
        if self.echo {
            http::set(answer, HeaderName::from_static(CORRELATION), &self.correlation_id.to_string());
        }
    }
}
