//! Graph's answers: envelopes, headers and error bodies.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, HeaderName, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Call, Problem};
use crate::faults::Fault;
use crate::http;

/// What a request comes to.
pub(super) enum Answer {
    /// One object of the set with this name.
    Object(String, Value),
    /// The object that the request created.
    Created(String, Value),
    /// A list, of which a page is shown.
    List(String, Vec<Value>),
    /// What a function returns: no name of a set, as it stands.
    Returned(Value),
    /// The number of objects in a list.
    Count(Vec<Value>),
    /// Nothing to show.
    Done,
}

impl Answer {
    pub(super) fn object(set: impl Into<String>, object: Value) -> Self {
        Self::Object(set.into(), object)
    }

    pub(super) fn created(set: impl Into<String>, object: Value) -> Self {
        Self::Created(set.into(), object)
    }

    pub(super) fn list(set: impl Into<String>, objects: Vec<Value>) -> Self {
        Self::List(set.into(), objects)
    }

    /// The answer with its envelope.
    pub(super) fn written(self, call: &Call<'_>) -> Response<Body> {
        let context = |set: &str, end: &str| {
            let projection = call.query.projection();
            json!(format!("{}/{}/$metadata#{set}{projection}{end}", call.origin, call.version.root()))
        };
        match self {
            Self::Object(set, object) => {
                http::json(200, &with_context(context(&set, "/$entity"), call.query.selected(object)))
            }
            Self::Created(set, object) => {
                let id = object.get("id").and_then(Value::as_str).filter(|_| call.method == "POST");
                let location = id.map(|id| format!("{}/{id}", place(call)));
                let mut answer = http::json(201, &with_context(context(&set, "/$entity"), object));
                if let Some(location) = location {
                    http::set(&mut answer, LOCATION, &location);
                }
                answer
            }
            Self::List(set, objects) => {
                let page = call.query.page(objects);
                let mut body = Map::new();
                body.insert("@odata.context".to_owned(), context(&set, ""));
                if let Some(count) = page.count {
                    body.insert("@odata.count".to_owned(), count.into());
                }
                if let Some(next) = page.next {
                    body.insert("@odata.nextLink".to_owned(), format!("{}?{next}", place(call)).into());
                }
                body.insert("value".to_owned(), page.objects.into());
                http::json(200, &body)
            }
            Self::Returned(value) => http::json(200, &value),
            Self::Count(objects) => {
                let meets = |object: &&Value| call.query.filter.as_ref().is_none_or(|filter| filter.holds(object));
                http::text(200, objects.iter().filter(meets).count().to_string())
            }
            Self::Done => http::empty(204),
        }
    }
}

fn place(call: &Call<'_>) -> String {
    format!("{}{}", call.origin, call.path)
}

fn with_context(context: Value, object: Value) -> Value {
    let mut fields = Map::new();
    fields.insert("@odata.context".to_owned(), context);
    if let Value::Object(own) = object {
        fields.extend(own);
    }
    Value::Object(fields)
}

/// The ids of a request, which its answer carries.
pub(super) struct Ids {
    request: Uuid,
    client: Uuid,
    now: Timestamp,
}

impl Ids {
    pub(super) fn new(headers: &HeaderMap, now: Timestamp) -> Self {
        let request = http::random_id();
        let sent = http::header(headers, "client-request-id").and_then(|id| Uuid::try_parse(id.trim()).ok());
        Self { request, client: sent.unwrap_or(request), now }
    }

    /// The answer with the request's ids.
    pub(super) fn on(&self, mut answer: Response<Body>) -> Response<Body> {
        http::set(&mut answer, CACHE_CONTROL, "no-cache");
        http::set(&mut answer, HeaderName::from_static("request-id"), &self.request.to_string());
        http::set(&mut answer, HeaderName::from_static("client-request-id"), &self.client.to_string());
        http::set(&mut answer, HeaderName::from_static("odata-version"), "4.0");
        answer
    }

    /// The error body.
    pub(super) fn refuse(&self, problem: &Problem) -> Response<Body> {
        let inner = json!({
            "date": self.now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": self.request,
            "client-request-id": self.client,
        });
        let body = json!({"error": {"code": problem.code, "message": problem.message, "innerError": inner}});
        let mut answer = http::json(problem.status, &body);
        if problem.status == 401 {
            http::set(&mut answer, WWW_AUTHENTICATE, CHALLENGE);
        }
        self.on(answer)
    }

    /// The answer of an injected fault.
    pub(super) fn fault(&self, fault: &Fault) -> Response<Body> {
        let code = match fault.status {
            429 => "TooManyRequests",
            503 => "serviceNotAvailable",
            504 => "gatewayTimeout",
            500.. => "generalException",
            _ => "invalidRequest",
        };
        let message = format!("The emulator was told to answer {} here.", fault.status);
        let mut answer = self.refuse(&Problem::new(fault.status, code, message));
        if let Some(seconds) = fault.retry_after {
            http::set(&mut answer, RETRY_AFTER, &seconds.to_string());
        }
        answer
    }
}

const CHALLENGE: &str = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
                         client_id=\"00000003-0000-0000-c000-000000000000\"";
