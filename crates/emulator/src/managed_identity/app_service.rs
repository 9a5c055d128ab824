//! App Service, Functions, Container Apps and Automation.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, Response};
use serde_json::json;

use super::grant::{Denied, Granted, Id, Unnamed, Wanted};
use super::{azure_ml, failed, failure, host_secret, parameter};
use crate::{Emulator, http};

/// What the versions of the protocol differ in.
pub(super) struct Dialect {
    pub(super) version: &'static str,
    /// The header that carries the host's secret.
    pub(super) header: &'static str,
    pub(super) names: &'static [(&'static str, Id)],
    pub(super) unnamed: Unnamed,
}

const DIALECT: Dialect = Dialect {
    version: "2019-08-01",
    header: "x-identity-header",
    names: &[
        ("client_id", Id::Client),
        ("principal_id", Id::Object),
        ("object_id", Id::Object),
        ("mi_res_id", Id::Resource),
    ],
    unnamed: Unnamed::SystemAssigned,
};

/// `{"statusCode":400,"message":"…"}`
struct Problem {
    status: u16,
    message: Cow<'static, str>,
}

/// The version of 2017 is still spoken here.
pub(super) async fn token(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let version = parameter(query.as_deref(), "api-version");
    let is_old = version.as_deref() == Some(azure_ml::DIALECT.version);
    answer(&emulator, query.as_deref(), &headers, if is_old { &azure_ml::DIALECT } else { &DIALECT })
}

/// The answer to a request in one version of the protocol.
pub(super) fn answer(
    emulator: &Emulator,
    query: Option<&str>,
    headers: &HeaderMap,
    dialect: &Dialect,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("identity") {
        return failed(Problem::new(fault.status, failure(fault.status)).answer(), fault);
    }
    match grant(emulator, query, headers, dialect) {
        Ok(granted) => http::json(
            200,
            &json!({
                "access_token": granted.access_token.reveal(),
                "expires_in": granted.expires_in,
                "expires_on": granted.expires_on,
                "resource": granted.resource,
                "token_type": "Bearer",
                "client_id": granted.client_id,
            }),
        ),
        Err(problem) => problem.answer(),
    }
}

fn grant(emulator: &Emulator, query: Option<&str>, headers: &HeaderMap, dialect: &Dialect) -> Result<Granted, Problem> {
    let Dialect { version, header, names, unnamed } = dialect;
    if http::header(headers, header) != Some(host_secret(emulator).as_str()) {
        return Err(Problem::new(401, format!("The header {header} is missing or does not carry this host's secret.")));
    }
    if parameter(query, "api-version").as_deref() != Some(version) {
        return Err(Problem::new(400, format!("The api-version is missing or not supported; it is {version}.")));
    }
    let resource = parameter(query, "resource").ok_or(Problem::new(400, "The parameter resource is missing."))?;
    let wanted = Wanted::named(query, names, *unnamed);
    wanted.grant(emulator, resource).map_err(|denied| match denied {
        Denied::NotFound if wanted.ids().is_empty() => {
            Problem::new(400, "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
        }
        Denied::NotFound | Denied::Several => Problem::new(
            400,
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        ),
        Denied::Refused(refusal) => {
            tracing::warn!(code = refusal.code, message = %refusal.message, "App Service does not pass on why.");
            Problem::new(500, "An unexpected error occured while fetching the AAD Token.")
        }
    })
}

impl Problem {
    fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into() }
    }

    fn answer(&self) -> Response<Body> {
        let Self { status, message } = self;
        if *status < 500 {
            return http::json(*status, &json!({"statusCode": status, "message": message}));
        }
        let id = http::random_id().to_string();
        let mut answer = http::json(*status, &json!({"statusCode": status, "message": message, "correlationId": id}));
        http::set(&mut answer, HeaderName::from_static("x-correlation-id"), &id);
        answer
    }
}
