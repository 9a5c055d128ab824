//! The Instance Metadata Service of a virtual machine.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Response};
use fedlens_trust::Refusal;
use serde_json::{Value, json};

use super::grant::{Denied, Granted, Id, Unnamed, Wanted};
use super::{failed, failure, parameter};
use crate::sts::Context;
use crate::{Emulator, http};

/// The versions of the whole service, oldest first.
pub(super) const VERSIONS: &[&str] = &[
    "2017-03-01",
    "2017-04-02",
    "2017-08-01",
    "2017-10-01",
    "2017-12-01",
    "2018-02-01",
    "2018-04-02",
    "2018-10-01",
    "2019-02-01",
    "2019-03-11",
    "2019-04-30",
    "2019-06-01",
    "2019-06-04",
    "2019-08-01",
    "2019-08-15",
    "2019-11-01",
    "2020-06-01",
    "2020-07-15",
    "2020-09-01",
    "2020-10-01",
    "2020-12-01",
    "2021-01-01",
    "2021-02-01",
    "2021-03-01",
    "2021-05-01",
    "2021-10-01",
    "2021-11-01",
    "2021-11-15",
    "2021-12-13",
    "2023-07-01",
    "2023-11-15",
    "2024-03-15",
    "2024-07-17",
];

/// The version that brought tokens.
const FIRST_WITH_TOKENS: &str = "2018-02-01";

const NAMES: [(&str, Id); 4] =
    [("client_id", Id::Client), ("object_id", Id::Object), ("msi_res_id", Id::Resource), ("mi_res_id", Id::Resource)];

/// More parameters than any request has.
const MAX_PARAMETERS: usize = 100;

/// An error as IMDS writes it.
pub(super) enum Problem {
    /// `{"error":"invalid_request","error_description":"Identity not found"}`
    Named(u16, &'static str, Cow<'static, str>),
    /// The version is missing or unknown.
    Version,
    /// What Entra said, passed on.
    Entra(Box<Refusal>),
}

pub(super) async fn token(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("identity") {
        let problem = Problem::named(fault.status, "unknown", failure(fault.status));
        return failed(problem.answer(&emulator, &headers), fault);
    }
    match grant(&emulator, query.as_deref(), &headers) {
        Ok(granted) => http::json(200, &body(&granted)),
        Err(problem) => problem.answer(&emulator, &headers),
    }
}

fn grant(emulator: &Emulator, query: Option<&str>, headers: &HeaderMap) -> Result<Granted, Problem> {
    admit(query, headers, FIRST_WITH_TOKENS)?;
    let resource = parameter(query, "resource").ok_or(Problem::named(
        400,
        "invalid_request",
        "Required query variable 'resource' is missing",
    ))?;
    Ok(Wanted::named(query, &NAMES, Unnamed::Only).grant(emulator, resource)?)
}

/// What every request to IMDS has to fulfil.
pub(super) fn admit(query: Option<&str>, headers: &HeaderMap, first_version: &str) -> Result<(), Problem> {
    if http::header(headers, "metadata") != Some("true") {
        return Err(Problem::named(400, "bad_request_102", "Required metadata header not specified"));
    }
    if headers.contains_key("x-forwarded-for") {
        let description = "A request with an X-Forwarded-For header was redirected here and is not answered";
        return Err(Problem::named(400, "invalid_request", description));
    }
    if has_repeated_parameter(query.unwrap_or_default()) {
        let description = "The request is missing a required parameter, includes an invalid parameter value, includes \
                           a parameter more than once, or is otherwise malformed.";
        return Err(Problem::named(400, "invalid_request", description));
    }
    let version = parameter(query, "api-version");
    let is_known = |version: &str| VERSIONS.contains(&version) && version >= first_version;
    if version.as_deref().is_some_and(is_known) { Ok(()) } else { Err(Problem::Version) }
}

fn has_repeated_parameter(query: &str) -> bool {
    let mut seen = Vec::new();
    form_urlencoded::parse(query.as_bytes()).take(MAX_PARAMETERS).any(|(name, _)| {
        let repeated = seen.contains(&name);
        seen.push(name);
        repeated
    })
}

/// Every value is a text.
pub(super) fn body(granted: &Granted) -> Value {
    json!({
        "access_token": granted.access_token.reveal(),
        "client_id": granted.client_id,
        "expires_in": granted.expires_in,
        "expires_on": granted.expires_on,
        "ext_expires_in": granted.expires_in,
        "not_before": granted.not_before,
        "resource": granted.resource,
        "token_type": "Bearer",
    })
}

impl Problem {
    pub(super) fn named(status: u16, error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::Named(status, error, description.into())
    }

    pub(super) fn answer(&self, emulator: &Emulator, headers: &HeaderMap) -> Response<Body> {
        match self {
            Self::Named(status, error, description) => {
                http::json(*status, &json!({"error": error, "error_description": description}))
            }
            Self::Version => {
                let newest: Vec<_> = VERSIONS.iter().rev().take(3).collect();
                let error = "Bad request. api-version is invalid or was not specified in the request. For more \
                             information refer to aka.ms/azureimds";
                http::json(400, &json!({"error": error, "newest-versions": newest}))
            }
            Self::Entra(refusal) => {
                let context = Context::new(headers, None, emulator.now(), emulator.settings.wording);
                let theirs = context.refuse(refusal, emulator.cloud(&emulator.registry(), "").authority_host());
                let mut answer = http::empty(refusal.status).map(|_| theirs.into_body());
                http::set(&mut answer, CONTENT_TYPE, "application/json; charset=utf-8");
                answer
            }
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotFound => Self::named(400, "invalid_request", "Identity not found"),
            Denied::Several => Self::named(
                400,
                "invalid_request",
                "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in \
                 the token request",
            ),
            Denied::Refused(refusal) => Self::Entra(refusal),
        }
    }
}
