//! Managed identity as its hosts offer it: one file for each.
//!
//! Every host finds an identity of the directory and hands out its token. What differs is how a process proves that it
//! runs there, what the parameters are called, and how answers and errors are written. The hosts vouch for their
//! identities, so nothing here is journaled as an exchange: there is no credential to decide about.

mod app_service;
mod arc;
mod azure_ml;
mod cloud_shell;
mod grant;
mod host;
mod imds;
mod instance;
mod service_fabric;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use axum::http::header::RETRY_AFTER;
use axum::routing::{MethodRouter, get, post};
use serde_json::{Map, json};

use crate::crypto::{base64url, sha256, sign};
use crate::faults::Fault;
use crate::{Emulator, http};

pub use host::HostFlavour;

const IMDS: &str = "/metadata/identity/oauth2/token";
const INSTANCE: &str = "/metadata/instance";
const ARC: &str = "/arc/metadata/identity/oauth2/token";
const APP_SERVICE: &str = "/msi/token";
const APP_SERVICE_ON_WINDOWS: &str = "/MSI/token";
const AZURE_ML: &str = "/MSI/auth";
const CLOUD_SHELL: &str = "/oauth2/token";

/// IMDS's path too, but over HTTPS.
const SERVICE_FABRIC: &str = IMDS;

/// The hosts that are reached over plain HTTP.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    let router = Router::new()
        .route("/metadata/versions", get(instance::versions))
        .route(INSTANCE, get(instance::instance))
        .route(&format!("{INSTANCE}/{{*path}}"), get(instance::instance));
    [
        (IMDS, get(imds::token)),
        (ARC, get(arc::token)),
        (APP_SERVICE, get(app_service::token)),
        (APP_SERVICE_ON_WINDOWS, get(app_service::token)),
        (AZURE_ML, get(azure_ml::token)),
        (CLOUD_SHELL, post(cloud_shell::token)),
    ]
    .into_iter()
    .fold(router, with_trailing_slash)
}

/// The host that is reached over HTTPS.
pub(crate) fn secure_routes() -> Router<Arc<Emulator>> {
    with_trailing_slash(Router::new(), (SERVICE_FABRIC, get(service_fabric::token)))
}

/// Node asks for paths with a slash at their end.
fn with_trailing_slash(
    router: Router<Arc<Emulator>>,
    (path, method): (&str, MethodRouter<Arc<Emulator>>),
) -> Router<Arc<Emulator>> {
    router.route(path, method.clone()).route(&format!("{path}/"), method)
}

/// What a host gives to its own processes, for them to prove that they run there. It follows from the signing key, so
/// it is the same at each start for as long as the key is kept.
fn host_secret(emulator: &Emulator) -> String {
    let purpose = [("purpose".to_owned(), json!("host secret"))].into_iter().collect();
    base64url(sha256(sign(emulator.keys.entra(), &Map::new(), &purpose).as_bytes()))
}

/// A query parameter that is not empty.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    http::query(query, name).filter(|value| !value.is_empty())
}

/// Why a host fails, as IMDS documents it by status.
fn failure(status: u16) -> &'static str {
    match status {
        404 => "IMDS endpoint is updating",
        410 => "IMDS is going through updates",
        429 => "IMDS Throttle limit reached",
        400..500 => "One or more of the request parameters was incorrect",
        _ => "Failed to retrieve token from the Active directory",
    }
}

/// The answer to a request that an injected fault meets.
fn failed(mut answer: Response<Body>, fault: &Fault) -> Response<Body> {
    if let Some(seconds) = fault.retry_after {
        http::set(&mut answer, RETRY_AFTER, &seconds.to_string());
    }
    answer
}
