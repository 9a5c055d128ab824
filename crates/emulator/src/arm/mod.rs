//! Azure Resource Manager, as far as workload identity federation needs it: the cloud's endpoints, subscriptions,
//! resource groups, user-assigned managed identities and their federated identity credentials.
//!
//! Whoever has a token of this emulator may do everything in the subscriptions of the token's tenant: permissions
//! are not modelled.

mod answer;
mod credentials;
mod endpoints;
mod groups;
mod identities;
mod names;
mod problem;
mod providers;
mod subscriptions;
mod versions;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method, Response, Uri};
use axum::routing::any;
use serde_json::{Map, Value};

use crate::bearer::{Caller, caller};
use crate::{Emulator, http};

use answer::{Answer, Ids};
use problem::Problem;

/// The routes of Azure Resource Manager.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/metadata/endpoints", any(serve))
        .route("/tenants", any(serve))
        .route("/subscriptions", any(serve))
        .route("/subscriptions/", any(serve))
        .route("/subscriptions/{*path}", any(serve))
}

/// A request by a known caller.
struct Call<'a> {
    emulator: &'a Emulator,
    /// `https://localhost:8443`
    origin: String,
    method: &'a str,
    /// `/subscriptions`
    path: &'a str,
    query: Option<&'a str>,
    /// `2024-11-30`
    version: String,
    caller: Caller,
    body: &'a [u8],
}

impl Call<'_> {
    /// The body, a JSON object.
    fn body(&self) -> Result<Map<String, Value>, Problem> {
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(fields)) => Ok(fields),
            _ => Err(Problem::new(
                400,
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: it is not a JSON object.",
            )),
        }
    }
}

async fn serve(
    State(emulator): State<Arc<Emulator>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let ids = Ids::new(&headers);
    if let Some(fault) = emulator.fault("arm") {
        return ids.fault(fault);
    }
    match body.map_err(too_large).and_then(|body| answer(&emulator, &method, &uri, &headers, &body)) {
        Ok(answer) => ids.on(answer),
        Err(problem) => ids.refuse(&problem),
    }
}

fn too_large(_: BytesRejection) -> Problem {
    let message = format!("The request content is larger than {} bytes.", http::MAX_BODY);
    Problem::new(413, "RequestContentTooLarge", message)
}

fn answer(
    emulator: &Emulator,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response<Body>, Problem> {
    let origin = http::origin(headers, "https");
    let version = versions::asked(uri.query())?;
    if uri.path() == "/metadata/endpoints" && method == Method::GET {
        return Ok(http::json(200, &endpoints::document(&origin, emulator.cloud(&emulator.registry(), ""), &version)));
    }
    let call = Call {
        emulator,
        origin,
        method: method.as_str(),
        path: uri.path(),
        query: uri.query(),
        version,
        caller: caller(emulator, headers)?,
        body,
    };
    let names = names::read(uri.path())?;
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    Ok(dispatch(&call, &names)?.written(&call))
}

fn dispatch(call: &Call<'_>, names: &[&str]) -> Result<Answer, Problem> {
    match names {
        ["tenants"] => subscriptions::tenants(call),
        ["subscriptions"] => subscriptions::list(call),
        ["subscriptions", id, rest @ ..] => {
            let subscription = subscriptions::find(&call.emulator.registry(), call, id)?;
            if rest.is_empty() { subscriptions::get(call, &subscription) } else { below(call, &subscription.id, rest) }
        }
        _ => Err(Problem::path(call.path)),
    }
}

/// What a subscription holds.
fn below(call: &Call<'_>, subscription: &str, names: &[&str]) -> Result<Answer, Problem> {
    match names {
        ["locations"] => subscriptions::locations(call, subscription),
        ["providers", "Microsoft.ManagedIdentity", "userAssignedIdentities"] => {
            identities::list(call, subscription, None)
        }
        ["providers", rest @ ..] => providers::route(call, subscription, rest),
        ["resourcegroups", group, "providers", "Microsoft.ManagedIdentity", "userAssignedIdentities", rest @ ..] => {
            identities::route(call, subscription, group, rest)
        }
        ["resourcegroups", _, "providers", namespace, kind, ..] => Err(Problem::resource_type(namespace, kind)),
        ["resourcegroups", rest @ ..] => groups::route(call, subscription, rest),
        _ => Err(Problem::path(call.path)),
    }
}
