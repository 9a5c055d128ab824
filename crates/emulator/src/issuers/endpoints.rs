//! Where jobs ask for their tokens, and where the keys of the played issuers are published.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, Response};
use axum::routing::{any, get, post};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{AZURE_DEVOPS_PATH, AzureDevOpsPath, GITHUB_PATH, may_ask};
use super::{AzureDevOps, GitHub, Kubernetes};
use crate::{Emulator, http};

/// The shortest and the longest life of a service account token that is asked for, in seconds.
const MIN_LIFETIME: i64 = 600;
const MAX_LIFETIME: i64 = 86_400;

/// The routes of the issuers that the emulator plays.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    let names = "{form}/{tenant}/{organisation}/{project}/{connection}";
    Router::new()
        .route(GITHUB_PATH, get(github))
        .route(&format!("{AZURE_DEVOPS_PATH}/{names}/oidctoken"), any(azure_devops))
        .route("/_fedlens/kubernetes/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token", post(kubernetes))
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

/// The parts of a `TokenRequest` that matter here.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TokenRequest {
    spec: TokenRequestSpec,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TokenRequestSpec {
    audiences: Vec<String>,
    expiration_seconds: Option<i64>,
}

/// The `TokenRequest` of a service account, as `kubectl create token` sends it.
async fn kubernetes(
    State(emulator): State<Arc<Emulator>>,
    Path((namespace, service_account)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("issuer") {
        return http::fault(fault);
    }
    if !may_ask(&emulator.keys, http::header(&headers, "authorization")) {
        return unauthorized(&kubernetes_status(401, "Unauthorized", "Unauthorized"));
    }
    let Ok(TokenRequest { spec }) = serde_json::from_slice(&body) else {
        return http::json(400, &kubernetes_status(400, "BadRequest", "the body is no TokenRequest in JSON"));
    };
    let usual = Kubernetes::default();
    let lifetime = spec.expiration_seconds.unwrap_or(usual.lifetime);
    if lifetime < MIN_LIFETIME {
        let message = "spec.expirationSeconds: Invalid value: may not specify a duration less than 10 minutes";
        return http::json(422, &kubernetes_status(422, "Invalid", message));
    }
    let now = emulator.now();
    let lifetime = lifetime.min(MAX_LIFETIME);
    let audiences = if spec.audiences.is_empty() { vec![usual.issuer.clone()] } else { spec.audiences };
    let account = Kubernetes { namespace, service_account, audiences, lifetime, pod: None, ..usual };
    private(http::json(201, &token_answer(&account, &account.draft(now).sign(&emulator.keys), now)))
}

fn token_answer(account: &Kubernetes, token: &str, now: Timestamp) -> Value {
    let expires = now.checked_add(SignedDuration::from_secs(account.lifetime)).unwrap_or(now);
    json!({
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": account.service_account, "namespace": account.namespace},
        "spec": {"audiences": account.audiences, "expirationSeconds": account.lifetime},
        "status": {"token": token, "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()},
    })
}

fn kubernetes_status(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
        "reason": reason, "code": code})
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

fn unauthorized(body: &Value) -> Response<Body> {
    let mut answer = if body.is_null() { http::empty(401) } else { http::json(401, body) };
    http::set(&mut answer, WWW_AUTHENTICATE, "Bearer");
    answer
}

/// An answer with a token in it.
fn private(mut answer: Response<Body>) -> Response<Body> {
    http::set(&mut answer, CACHE_CONTROL, "no-store, no-cache");
    answer
}

fn public(body: &Value) -> Response<Body> {
    let mut answer = http::json(200, body);
    http::set(&mut answer, CACHE_CONTROL, "max-age=900, public");
    http::set(&mut answer, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    answer
}
