//! OpenID metadata, signing keys and instance discovery.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HeaderName};
use axum::http::{HeaderMap, Response};
use fedlens_trust::{TokenRequest, is_alias};
use serde_json::{Value, json};

use super::answer::Context;
use super::refusal_of;
use crate::{Emulator, http};

/// The hosts that instance discovery knows, by cloud: the preferred one first, then the one that caches go by.
const CLOUDS: [&[&str]; 3] = [
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    &["login.microsoftonline.us", "login.microsoftonline.us", "login.usgovcloudapi.net"],
];

pub(super) async fn v2(
    State(emulator): State<Arc<Emulator>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    document(&emulator, &tenant, &headers, |base, tenant, host| {
        json!({
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": format!("{}/{tenant}/v2.0", base.rsplit_once('/').map_or(base, |(origin, _)| origin)),
            "request_uri_parameter_supported": false,
            "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
            "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name",
                "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce",
                "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
            "tenant_region_scope": "WW",
            "cloud_instance_name": host.trim_start_matches("login."),
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
            "rbac_url": "https://pas.windows.net",
        })
    })
}

pub(super) async fn v1(
    State(emulator): State<Arc<Emulator>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    document(&emulator, &tenant, &headers, |base, tenant, host| {
        let sts = if host.ends_with(".cn") { "sts.chinacloudapi.cn" } else { "sts.windows.net" };
        json!({
            "token_endpoint": format!("{base}/oauth2/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{base}/discovery/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
            "scopes_supported": ["openid"],
            "issuer": format!("https://{sts}/{tenant}/"),
            "microsoft_multi_refresh_token": true,
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "device_authorization_endpoint": format!("{base}/oauth2/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": format!("{base}/oauth2/logout"),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "amr", "nonce", "email", "given_name",
                "family_name", "nickname"],
            "check_session_iframe": format!("{base}/oauth2/checksession"),
            "userinfo_endpoint": format!("{base}/openid/userinfo"),
            "tenant_region_scope": "WW",
            "cloud_instance_name": host.trim_start_matches("login."),
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
            "rbac_url": "https://pas.windows.net",
        })
    })
}

/// Addresses name the origin that the client used, and the tenant by its id.
fn document(
    emulator: &Emulator,
    tenant: &str,
    headers: &HeaderMap,
    build: impl FnOnce(&str, &str, &str) -> Value,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("metadata") {
        return http::fault(fault);
    }
    let host = emulator.cloud(&emulator.registry(), tenant).authority_host();
    let named = match emulator.registry().directory.tenant(tenant) {
        _ if is_alias(tenant) => (tenant.to_ascii_lowercase(), "{tenantid}".to_owned()),
        Some(known) => (known.id.clone(), known.id.clone()),
        None => return unknown_tenant(emulator, tenant, headers, host),
    };
    let base = format!("{}/{}", http::origin(headers, "https"), named.0);
    public(&build(&base, &named.1, host))
}

/// The token endpoint's refusal, with the `error` that metadata has for it.
fn unknown_tenant(emulator: &Emulator, tenant: &str, headers: &HeaderMap, host: &str) -> Response<Body> {
    let context = Context::new(headers, None, emulator.now(), emulator.settings.wording);
    let request = TokenRequest { tenant: Some(tenant.to_owned()), ..TokenRequest::default() };
    match refusal_of(emulator, &request, "tenant.exists") {
        Some(refusal) => context.error(400, "invalid_tenant", refusal.code, &refusal.message, host),
        None => http::empty(404),
    }
}

pub(super) async fn keys(State(emulator): State<Arc<Emulator>>) -> Response<Body> {
    if let Some(fault) = emulator.fault("keys") {
        return http::fault(fault);
    }
    public(&json!({"keys": [emulator.keys.entra().jwk()]}))
}

/// Instance discovery: whether a host is Entra's. The emulator's own host is.
pub(super) async fn instance(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("metadata") {
        return http::fault(fault);
    }
    let endpoint = http::query(query.as_deref(), "authorization_endpoint").unwrap_or_default();
    let context = || Context::new(&headers, None, emulator.now(), emulator.settings.wording);
    let host = emulator.cloud(&emulator.registry(), "").authority_host();
    let Some(rest) = endpoint.strip_prefix("https://") else {
        return context().error(400, "invalid_request", 50_050, "The request is malformed.", host);
    };
    let mut parts = rest.split('/');
    let (asked, tenant) = (parts.next().unwrap_or_default(), parts.next().unwrap_or("common"));
    let own = http::header(&headers, "host").unwrap_or("localhost");
    let name = |host: &str| host.rsplit_once(':').map_or(host, |(name, _)| name).to_owned();
    let is_known = CLOUDS.iter().any(|hosts| hosts.contains(&asked));
    if !is_known && name(asked) != name(own) {
        let message = "Unknown or invalid instance.";
        return context().error(400, "invalid_instance", 50_049, message, host);
    }
    let mut metadata: Vec<_> = CLOUDS
        .iter()
        .filter_map(|hosts| {
            let (preferred, cache) = (hosts.first()?, hosts.get(1)?);
            let mut aliases: Vec<_> = hosts.to_vec();
            aliases.dedup();
            Some(json!({"preferred_network": preferred, "preferred_cache": cache, "aliases": aliases}))
        })
        .collect();
    if !is_known {
        metadata.push(json!({"preferred_network": own, "preferred_cache": own, "aliases": [own]}));
    }
    public(&json!({
        "tenant_discovery_endpoint": format!("https://{asked}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": http::query(query.as_deref(), "api-version").unwrap_or_else(|| "1.1".to_owned()),
        "metadata": metadata,
    }))
}

fn public(body: &Value) -> Response<Body> {
    let mut answer = http::json(200, body);
    http::set(&mut answer, CACHE_CONTROL, "max-age=86400, private");
    http::set(&mut answer, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    http::set(&mut answer, HeaderName::from_static("x-content-type-options"), "nosniff");
    answer
}
