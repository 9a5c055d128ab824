//! The token service: `/oauth2/token`, `/oauth2/v2.0/token`, metadata, keys, instance discovery, sign-in stand-ins.

mod answer;
mod form;
mod metadata;
mod mint;
mod signature;
mod token;
mod user;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use fedlens_trust::{Refusal, TokenRequest, Verdict, decide};

use crate::Emulator;

pub(crate) use answer::Context;
pub(crate) use mint::{Proof, Subject, mint, mint_for_identity, resource};
pub(crate) use user::Codes;

/// What one check says against a request, at an endpoint that asks for no more than that.
fn refusal_of(emulator: &Emulator, request: &TokenRequest, check: &str) -> Option<Refusal> {
    let registry = emulator.registry();
    let policy = emulator.policy(&registry, request.tenant.as_deref().unwrap_or_default());
    match decide(&registry.directory, request, emulator.now(), &policy).verdict(check)? {
        Verdict::Failed(refusal) => Some(refusal.clone()),
        _ => None,
    }
}

/// The routes of the token service.
pub(crate) fn routes() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", any(token::v2))
        .route("/{tenant}/oauth2/token", any(token::v1))
        .route("/{tenant}/oauth2/v2.0/devicecode", any(user::device_code))
        .route("/{tenant}/oauth2/v2.0/authorize", any(user::authorize))
        .route("/{tenant}/oauth2/deviceauth", get(user::device_page))
        .route("/{tenant}/oauth2/v2.0/logout", get(user::logout))
        .route("/common/userrealm/{user}", get(user::realm))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(metadata::v2))
        .route("/{tenant}/.well-known/openid-configuration", get(metadata::v1))
        .route("/{tenant}/discovery/v2.0/keys", get(metadata::keys))
        .route("/{tenant}/discovery/keys", get(metadata::keys))
        .route("/{tenant}/discovery/instance", get(metadata::instance))
}
