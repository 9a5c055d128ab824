//! The emulator's own pages: exchanges, the directory, the authority's certificate.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::Response;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use fedlens_token::redact_text;
use serde::Serialize;
use serde_json::json;

use crate::{Emulator, http};

/// The most exchanges in one answer, and in one where nothing is said.
const MAX_PAGE: usize = 1_000;
const PAGE: usize = 100;

/// The longest that an answer waits for the next exchange.
const MAX_WAIT: u64 = 60;

/// The routes below `/_fedlens`.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/_fedlens/exchanges", get(list))
        .route("/_fedlens/exchanges/{id}", get(one))
        .route("/_fedlens/directory", get(directory))
        .route("/_fedlens/environment", get(environment))
        .route("/_fedlens/ca.pem", get(authority))
        .route("/_fedlens/health", get(health))
}

/// `?after=SEQUENCE` those after a number, `?limit=COUNT`, `?wait=SECONDS` for the next one where there is none.
async fn list(State(emulator): State<Arc<Emulator>>, RawQuery(query): RawQuery) -> Response<Body> {
    let number = |name: &str| http::query(query.as_deref(), name).and_then(|value| value.parse::<u64>().ok());
    let limit = number("limit").map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(MAX_PAGE)).min(MAX_PAGE);
    let Some(after) = number("after") else {
        return exchanges(&emulator.exchanges.last(limit));
    };
    let next = emulator.exchanges.next();
    let found = emulator.exchanges.after(after, limit);
    if found.is_empty()
        && let Some(seconds) = number("wait")
    {
        let waited = tokio::time::timeout(Duration::from_secs(seconds.min(MAX_WAIT)), next).await;
        return exchanges(&if waited.is_ok() { emulator.exchanges.after(after, limit) } else { found });
    }
    exchanges(&found)
}

fn exchanges(found: &[crate::Exchange]) -> Response<Body> {
    redacted(&json!({"schema": "fedlens.exchanges/1", "exchanges": found}))
}

/// JSON in which sentences name no person either.
fn redacted(body: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut answer = http::text(200, redact_text(&text).into_owned());
    http::set(&mut answer, CONTENT_TYPE, "application/json; charset=utf-8");
    answer
}

async fn one(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> Response<Body> {
    match emulator.exchanges.find(&id) {
        Some(exchange) => redacted(&exchange),
        None => http::json(
            404,
            &json!({"error": {"code": "NotFound",
            "message": format!("No exchange with the trace or correlation id {id} is remembered.")}}),
        ),
    }
}

async fn directory(State(emulator): State<Arc<Emulator>>) -> Response<Body> {
    http::json(200, &emulator.registry().document())
}

/// What a client is told, apart from files.
async fn environment(State(emulator): State<Arc<Emulator>>) -> Response<Body> {
    http::json(200, &emulator.surroundings())
}

async fn authority(State(emulator): State<Arc<Emulator>>) -> Response<Body> {
    http::text(200, emulator.authority_pem.clone())
}

async fn health() -> Response<Body> {
    http::json(200, &json!({"status": "ready", "version": env!("CARGO_PKG_VERSION")}))
}
