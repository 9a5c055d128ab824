//! Where jobs ask for their tokens, and where the keys of the played issuers are published.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, Response};
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{AZURE_DEVOPS_PATH, AzureDevOpsPath, GITHUB_PATH, may_ask};
use super::{AzureDevOps, GitHub, token_request};
use crate::{Emulator, http};

/// The routes of the issuers that the emulator plays.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    let names = "{form}/{tenant}/{organisation}/{project}/{connection}";
    Router::new()
        .route(GITHUB_PATH, get(github))
        .route(&format!("{AZURE_DEVOPS_PATH}/{names}/oidctoken"), any(azure_devops))
        .route(
            "/_fedlens/kubernetes/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token",
            post(token_request::answer),
        )
        .route("/_fedlens/issuers/{name}/.well-known/openid-configuration", get(metadata))
        .route("/_fedlens/issuers/{name}/keys", get(keys))
}

/// `ACTIONS_ID_TOKEN_REQUEST_URL`
async fn github(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("issuer") {
        return http::fault(fault);
    }
    if !may_ask(&emulator.keys, http::header(&headers, "authorization")) {
        return unauthorized(&json!({"message": "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not this emulator's."}));
    }
    match GitHub::of_query(query.as_deref()).and_then(|job| job.draft(emulator.now())) {
        Ok(draft) => {
            let token = draft.sign(&emulator.keys);
            private(http::json(200, &json!({"count": token.len(), "value": token})))
        }
        Err(error) => http::json(400, &json!({"message": error.to_string()})),
    }
}

/// `SYSTEM_OIDCREQUESTURI`
async fn azure_devops(
    State(emulator): State<Arc<Emulator>>,
    path: Result<Path<AzureDevOpsPath>, axum::extract::rejection::PathRejection>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("issuer") {
        return http::fault(fault);
    }
    if !may_ask(&emulator.keys, http::header(&headers, "authorization")) {
        return unauthorized(&Value::Null);
    }
    if method != Method::POST {
        let message = format!("The requested resource does not support http method '{method}'.");
        let mut answer = http::json(405, &json!({"count": 1, "value": {"Message": message}}));
        http::set(&mut answer, ALLOW, "POST");
        return answer;
    }
    let query = query.as_deref();
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if http::query(query, "api-version").is_none() && !accepted.contains("api-version=") {
        return azure_devops_error(
            400,
            "VssVersionNotSpecifiedException",
            "No api-version was supplied for the \"POST\" request. The version must be supplied either as part of the \
             Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \
             \"?api-version=1.0\").",
        );
    }
    let asked = http::query(query, "serviceConnectionId").filter(|id| !id.is_empty());
    let Ok(connection) = asked.as_deref().map(Uuid::try_parse).transpose() else {
        let message = format!("The value '{}' is not valid for Guid.", asked.unwrap_or_default());
        return azure_devops_error(400, "VssPropertyValidationException", &message);
    };
    match path.ok().and_then(|Path(path)| AzureDevOps::of_path(&path, connection)) {
        Some(job) => {
            let token = job.draft(emulator.now()).sign(&emulator.keys);
            private(http::json(200, &json!({"oidcToken": token})))
        }
        None => azure_devops_error(404, "ResourceNotFoundException", "There is no job at this address."),
    }
}

fn azure_devops_error(status: u16, kind: &str, message: &str) -> Response<Body> {
    let body = json!({"$id": "1", "innerException": null, "message": message, "typeKey": kind, "errorCode": 0,
        "eventId": 3000});
    http::json(status, &body)
}

/// The metadata of an issuer at this origin, under any simple name.
async fn metadata(
    State(emulator): State<Arc<Emulator>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("metadata") {
        return http::fault(fault);
    }
    if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')) {
        return http::json(
            404,
            &json!({"message": "The name of an issuer has letters, digits, `-`, `_` and `.` only."}),
        );
    }
    let issuer = format!("{}/_fedlens/issuers/{name}", http::origin(&headers, "https"));
    public(&json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "aud", "exp", "iat", "iss", "jti", "nbf"],
        "scopes_supported": ["openid"],
    }))
}

/// The key that every played issuer signs with.
async fn keys(State(emulator): State<Arc<Emulator>>) -> Response<Body> {
    if let Some(fault) = emulator.fault("keys") {
        return http::fault(fault);
    }
    public(&json!({"keys": [emulator.keys.issuers().jwk()]}))
}

pub(super) fn unauthorized(body: &Value) -> Response<Body> {
    let mut answer = if body.is_null() { http::empty(401) } else { http::json(401, body) };
    http::set(&mut answer, WWW_AUTHENTICATE, "Bearer");
    answer
}

/// An answer with a token in it.
pub(super) fn private(mut answer: Response<Body>) -> Response<Body> {
    http::set(&mut answer, CACHE_CONTROL, "no-store, no-cache");
    answer
}

fn public(body: &Value) -> Response<Body> {
    let mut answer = http::json(200, body);
    http::set(&mut answer, CACHE_CONTROL, "max-age=900, public");
    http::set(&mut answer, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    answer
}
