//! Microsoft Graph, as far as workload identity federation needs it: applications, service principals, their
//! federated identity credentials and role assignments, users and the organization.
//!
//! Whoever has a token of this emulator may do everything in the token's tenant: permissions are not modelled.

mod answer;
mod application;
mod applications;
mod assignments;
mod body;
mod directory_objects;
mod federated;
mod filter;
mod keys;
mod organization;
mod path;
mod principal;
mod principals;
mod problem;
mod query;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method, Response, Uri};
use axum::routing::any;
use serde_json::{Map, Value};

use crate::bearer::{Caller, caller};
use crate::directory::key;
use crate::{Emulator, http};

use answer::{Answer, Ids};
use filter::Filter;
use path::{Address, Part};
use problem::Problem;
use query::Query;

/// The routes of both versions.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    let mut routes = Router::new();
    for version in [Version::V1, Version::Beta] {
        let root = version.root();
        for path in [format!("/{root}"), format!("/{root}/"), format!("/{root}/{{*path}}")] {
            routes = routes.route(&path, any(serve));
        }
    }
    routes
}

/// The two versions of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    Beta,
}

impl Version {
    fn root(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// A request by a known caller.
struct Call<'a> {
    emulator: &'a Emulator,
    version: Version,
    /// `https://localhost:8443`
    origin: String,
    method: &'a str,
    /// `/v1.0/applications`
    path: &'a str,
    caller: Caller,
    query: Query,
    body: &'a [u8],
    /// `Prefer: create-if-missing`
    creates_missing: bool,
}

impl Call<'_> {
    /// The body, a JSON object.
    fn body(&self) -> Result<Map<String, Value>, Problem> {
        body::read(self.body)
    }

    /// The tenant whose directory is shown.
    fn tenant(&self) -> &str {
        &self.caller.tenant_id
    }

    /// Whether this is the tenant whose directory is shown.
    fn is_here(&self, tenant: Option<&str>) -> bool {
        tenant.is_some_and(|tenant| key(tenant) == self.caller.tenant_id)
    }
}

async fn serve(
    State(emulator): State<Arc<Emulator>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let ids = Ids::new(&headers, emulator.now());
    if let Some(fault) = emulator.fault("graph") {
        return ids.fault(fault);
    }
    let version = if uri.path().starts_with("/beta") { Version::Beta } else { Version::V1 };
    let answered = body.map_err(too_large).and_then(|body| {
        let call = Call {
            emulator: &emulator,
            version,
            origin: http::origin(&headers, "https"),
            method: method.as_str(),
            path: uri.path(),
            caller: caller(&emulator, &headers)?,
            query: Query::read(uri.query().unwrap_or_default())?,
            body: &body,
            creates_missing: prefers(&headers, "create-if-missing"),
        };
        let address = Address::read(uri.path().get(version.root().len() + 1..).unwrap_or_default())?;
        let answer = dispatch(&call, below_tenant(&call, &address.parts()))?;
        Ok(answer.written(&call))
    });
    match answered {
        Ok(answer) => ids.on(answer),
        Err(problem) => ids.refuse(&problem),
    }
}

fn too_large(_: BytesRejection) -> Problem {
    Problem::new(413, "RequestEntityTooLarge", format!("The request is larger than {} bytes.", http::MAX_BODY))
}

fn prefers(headers: &HeaderMap, wish: &str) -> bool {
    let mut wishes = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    wishes.any(|value| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(wish)))
}

/// Older clients name the tenant after the version: `/v1.0/{tenant}/applications`.
fn below_tenant<'p, 'a>(call: &Call<'_>, parts: &'p [Part<'a>]) -> &'p [Part<'a>] {
    match parts {
        [Part::Plain(first), rest @ ..] if !rest.is_empty() => {
            let registry = call.emulator.registry();
            let names_it = registry.directory.tenant(first).is_some_and(|tenant| tenant.id == call.caller.tenant_id);
            if names_it || *first == "myorganization" { rest } else { parts }
        }
        _ => parts,
    }
}

fn dispatch(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    match parts {
        [Part::Plain("applications"), rest @ ..] => applications::route(call, rest),
        [Part::Plain("servicePrincipals"), rest @ ..] => principals::route(call, rest),
        [Part::Plain("users"), rest @ ..] => users::route(call, rest),
        [Part::Plain("me"), rest @ ..] => users::me(call, rest),
        [Part::Plain("organization"), rest @ ..] => organization::route(call, rest),
        [Part::Plain("domains")] => organization::domains(call),
        [Part::Plain("directoryObjects"), rest @ ..] => directory_objects::route(call, rest),
        [Part::Plain("oauth2PermissionGrants")] => nothing(call, "oauth2PermissionGrants"),
        [Part::Plain(other) | Part::Keyed(_, other), ..] => Err(Problem::segment(other)),
        [] => Err(Problem::segment("")),
    }
}

/// Lists that exist in Graph and are empty here. What is added to them is accepted and forgotten.
fn empty_list(call: &Call<'_>, of: &str, rest: &[Part<'_>]) -> Result<Answer, Problem> {
    match (call.method, rest) {
        ("GET", [Part::Plain(name)]) if EMPTY_LISTS.contains(name) => nothing(call, &format!("{of}/{name}")),
        ("POST", [Part::Plain(name), Part::Plain("$ref")])
        | ("DELETE", [Part::Plain(name), _, Part::Plain("$ref")] | [Part::Plain(name), _])
            if EMPTY_LISTS.contains(name) =>
        {
            Ok(Answer::Done)
        }
        (_, [Part::Plain(name), ..]) if EMPTY_LISTS.contains(name) => Err(Problem::method()),
        (_, [.., Part::Plain(name) | Part::Keyed(_, name)]) => Err(Problem::segment(name)),
        _ => Err(Problem::method()),
    }
}

const EMPTY_LISTS: [&str; 12] = [
    "claimsMappingPolicies",
    "createdObjects",
    "delegatedPermissionClassifications",
    "endpoints",
    "homeRealmDiscoveryPolicies",
    "memberOf",
    "oauth2PermissionGrants",
    "ownedObjects",
    "owners",
    "tokenIssuancePolicies",
    "tokenLifetimePolicies",
    "transitiveMemberOf",
];

fn nothing(call: &Call<'_>, name: &str) -> Result<Answer, Problem> {
    match call.method {
        "GET" => Ok(Answer::list(name, Vec::new())),
        _ => Err(Problem::method()),
    }
}
