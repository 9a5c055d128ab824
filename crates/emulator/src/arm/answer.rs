//! Answers of Azure Resource Manager: envelopes, headers and error bodies.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, Problem};
use crate::faults::Fault;
use crate::http;

/// How many resources a page has where `$top` says nothing, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 1_000;

/// What a request comes to.
pub(super) enum Answer {
    /// A resource, or what an action returns.
    Found(Value),
    /// A resource that the request created.
    Created(Value),
    /// A list, of which a page is shown.
    List(Vec<Value>),
    /// A status without a body.
    Status(u16),
}

impl Answer {
    /// The resource, with the status that tells whether it is new.
    pub(super) fn put(is_new: bool, resource: Value) -> Self {
        if is_new { Self::Created(resource) } else { Self::Found(resource) }
    }

    pub(super) fn written(self, call: &Call<'_>) -> Response<Body> {
        match self {
            Self::Found(resource) => http::json(200, &resource),
            Self::Created(resource) => http::json(201, &resource),
            Self::List(all) => http::json(200, &page(call, all)),
            Self::Status(status) => http::empty(status),
        }
    }
}

/// `$top` and `$skiptoken`; a value that is no number counts as not given.
fn page(call: &Call<'_>, all: Vec<Value>) -> Value {
    let number = |name: &str| http::query(call.query, name).and_then(|value| value.parse::<usize>().ok());
    let size = number("$top").unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let from = number("$skiptoken").unwrap_or_default();
    let end = from.saturating_add(size);
    let total = all.len();
    let mut body = json!({"value": all.into_iter().skip(from).take(size).collect::<Vec<_>>()});
    if total > end {
        let (origin, path, version) = (&call.origin, call.path, &call.version);
        body["nextLink"] = format!("{origin}{path}?api-version={version}&$top={size}&$skiptoken={end}").into();
    }
    body
}

/// The ids of a request, which its answer carries.
pub(super) struct Ids {
    request: Uuid,
    correlation: String,
    /// The client's own id, where it asked to have it back.
    client: Option<String>,
}

impl Ids {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let request = http::random_id();
        let guid = |name: &str| http::header(headers, name).filter(|id| Uuid::try_parse(id).is_ok()).map(str::to_owned);
        let wish = http::header(headers, "x-ms-return-client-request-id");
        let client =
            guid("x-ms-client-request-id").filter(|_| wish.is_some_and(|wish| wish.eq_ignore_ascii_case("true")));
        let correlation = guid("x-ms-correlation-request-id").unwrap_or_else(|| request.to_string());
        Self { request, correlation, client }
    }

    /// The answer with the request's ids.
    pub(super) fn on(&self, mut answer: Response<Body>) -> Response<Body> {
        http::set(&mut answer, CACHE_CONTROL, "no-cache");
        http::set(&mut answer, HeaderName::from_static("x-ms-request-id"), &self.request.to_string());
        http::set(&mut answer, HeaderName::from_static("x-ms-correlation-request-id"), &self.correlation);
        if let Some(client) = &self.client {
            http::set(&mut answer, HeaderName::from_static("x-ms-client-request-id"), client);
        }
        answer
    }

    /// The error body.
    pub(super) fn refuse(&self, problem: &Problem) -> Response<Body> {
        let body = json!({"error": {"code": problem.code, "message": problem.message}});
        let mut answer = http::json(problem.status, &body);
        if problem.status == 401 {
            let challenge = format!(
                "Bearer authorization_uri=\"https://login.windows.net/common\", error=\"invalid_token\", \
                 error_description=\"{}\"",
                problem.message.replace('"', "'")
            );
            http::set(&mut answer, WWW_AUTHENTICATE, &challenge);
        }
        self.on(answer)
    }

    /// The answer of an injected fault.
    pub(super) fn fault(&self, fault: &Fault) -> Response<Body> {
        let code = match fault.status {
            429 => "TooManyRequests",
            503 => "ServiceUnavailable",
            504 => "GatewayTimeout",
            500.. => "InternalServerError",
            _ => "BadRequest",
        };
        let message = format!("The emulator was told to answer {} here.", fault.status);
        let mut answer = self.refuse(&Problem::new(fault.status, code, message));
        if let Some(seconds) = fault.retry_after {
            http::set(&mut answer, RETRY_AFTER, &seconds.to_string());
        }
        answer
    }
}
