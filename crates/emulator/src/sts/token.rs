//! The two token endpoints.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, Response};
use fedlens_token::Decoded;
use fedlens_trust::{
    Client, ClientSecret, Code, Decision, Endpoint, Password, Signature, Tenant, TokenRequest, User, decide,
};
use serde_json::json;

use super::answer::Context;
use super::form::Form;
use super::mint::{Minted, Proof, Subject, id_token, mint, resource};
use super::signature::{Lookup, ask_issuer, look_up};
use super::user::{Redeemed, client_info};
use crate::directory::{Registry, secret_digest};
use crate::exchanges::{Exchange, Presented};
use crate::{Emulator, http};

const ON_BEHALF_OF: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const MICROSOFT_GRAPH: &str = "https://graph.microsoft.com";

/// What came in, beside the state.
struct Incoming<'a> {
    endpoint: Endpoint,
    tenant: &'a str,
    path: String,
    headers: &'a HeaderMap,
    form: Form,
    assertion: Option<Decoded>,
    context: Context,
}

pub(super) async fn v2(
    emulator: State<Arc<Emulator>>,
    tenant: Path<String>,
    method: Method,
    query: RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    answer(emulator.0, Endpoint::V2, &tenant, &method, query.0.as_deref(), &headers, &body).await
}

pub(super) async fn v1(
    emulator: State<Arc<Emulator>>,
    tenant: Path<String>,
    method: Method,
    query: RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    answer(emulator.0, Endpoint::V1, &tenant, &method, query.0.as_deref(), &headers, &body).await
}

async fn answer(
    emulator: Arc<Emulator>,
    endpoint: Endpoint,
    tenant: &str,
    method: &Method,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Body> {
    if let Some(fault) = emulator.fault("token") {
        return http::fault(fault);
    }
    let form = Form::read(body, headers);
    let sent = form.text("client-request-id").map(str::to_owned).or_else(|| http::query(query, "client-request-id"));
    let context = Context::new(headers, sent.as_deref(), emulator.now(), emulator.settings.wording);
    let assertion = form.token("client_assertion");
    let path = match endpoint {
        Endpoint::V1 => format!("/{tenant}/oauth2/token"),
        Endpoint::V2 => format!("/{tenant}/oauth2/v2.0/token"),
    };
    let incoming = Incoming { endpoint, tenant, path, headers, form, assertion, context };
    if emulator.registry().has_new_credentials(context.now) {
        emulator.registry_mut().show_credentials(context.now);
    }
    let (mut request, ask) = request(&emulator, &incoming, method);
    if ask && let (Some(assertion), Some(token)) = (&mut request.assertion, &incoming.assertion) {
        assertion.signature = ask_issuer(&emulator, token).await;
    }
    let redeemed = redeem(&emulator, &incoming.form, &mut request, context.now);
    finish(&emulator, &incoming, request, redeemed)
}

/// The request as `decide` takes it, and whether the assertion's issuer has to be asked for its key.
fn request(emulator: &Emulator, incoming: &Incoming<'_>, method: &Method) -> (TokenRequest, bool) {
    let form = &incoming.form;
    let registry = emulator.registry();
    let mut request = form.request(incoming.endpoint, method.as_str(), incoming.tenant, incoming.assertion.as_ref());
    request.url = Some(format!("{}{}", http::origin(incoming.headers, "https"), incoming.path));
    let client_id = request.client_id.clone().unwrap_or_default();
    request.client_secret = form.text("client_secret").map(|secret| known_secret(&registry, &client_id, secret));
    request.password = form.text("password").map(|password| known_password(&registry, form, password));
    if let (Some(user_assertion), Some(token)) = (&mut request.user_assertion, form.token("assertion")) {
        user_assertion.signature = match look_up(emulator, &registry, "", &token) {
            Lookup::Settled(signature) => signature,
            Lookup::AskIssuer => Signature::UnknownKey,
        };
    }
    let mut ask = false;
    if let (Some(assertion), Some(token)) = (&mut request.assertion, &incoming.assertion) {
        match look_up(emulator, &registry, &client_id, token) {
            Lookup::Settled(signature) => assertion.signature = signature,
            // Entra asks an issuer only for an assertion that a credential matches.
            Lookup::AskIssuer => {
                let policy = emulator.policy(&registry, incoming.tenant);
                ask = decide(&registry.directory, &request, incoming.context.now, &policy).refusal().is_none();
            }
        }
    }
    (request, ask)
}

fn known_secret(registry: &Registry, client_id: &str, secret: &str) -> ClientSecret {
    let digest = secret_digest(secret);
    let secrets = registry.application_extra(client_id).map(|extra| extra.secrets.as_slice()).unwrap_or_default();
    match secrets.iter().filter(|known| known.sha256 == digest).max_by_key(|known| known.expires.is_none()) {
        Some(known) => ClientSecret::Registered { expires: known.expires },
        None => ClientSecret::Wrong,
    }
}

fn known_password(registry: &Registry, form: &Form, password: &str) -> Password {
    let user = form.text("username").and_then(|name| registry.directory.user(name));
    match user {
        Some(user) if registry.has_password(user, password) => Password::Right,
        _ => Password::Wrong,
    }
}

/// What is known of the code that the grant takes; the code is used up only where the request is otherwise right.
fn redeem(emulator: &Emulator, form: &Form, request: &mut TokenRequest, now: jiff::Timestamp) -> Option<Redeemed> {
    let grant = request.grant_type.as_deref()?;
    let code = match grant {
        "authorization_code" => form.text("code")?,
        "device_code" | "urn:ietf:params:oauth:grant-type:device_code" => {
            form.text("device_code").or_else(|| form.text("code"))?
        }
        "refresh_token" => {
            form.text("refresh_token")?;
            request.code = Some(Code::Unknown);
            return None;
        }
        _ => return None,
    };
    let client_id = request.client_id.clone().unwrap_or_default();
    request.code = Some(Code::Valid);
    let registry = emulator.registry();
    let policy = emulator.policy(&registry, request.tenant.as_deref().unwrap_or_default());
    let acceptable = decide(&registry.directory, request, now, &policy).refusal().is_none();
    let (state, redeemed) = emulator.codes.redeem(code, &client_id, form.text("code_verifier"), now, acceptable);
    request.code = Some(state);
    redeemed
}

/// Decides, records and answers.
fn finish(
    emulator: &Emulator,
    incoming: &Incoming<'_>,
    request: TokenRequest,
    redeemed: Option<Redeemed>,
) -> Response<Body> {
    let context = &incoming.context;
    let registry = emulator.registry();
    let policy = emulator.policy(&registry, incoming.tenant);
    let decision = decide(&registry.directory, &request, context.now, &policy);
    let refusal = decision.refusal().cloned();
    let answer = match &refusal {
        Some(refusal) => context.refuse(refusal, policy.cloud.authority_host()),
        None => match issue(emulator, incoming, &request, &registry, redeemed) {
            Some(body) => context.success(&body),
            None => http::json(400, &not_played(&request)),
        },
    };
    drop(registry);
    let status = answer.status().as_u16();
    emulator.exchanges.record(record(incoming, request, decision, status, refusal.map(|refusal| refusal.code)));
    answer
}

fn proof(request: &TokenRequest) -> Proof {
    let claims = request.assertion.as_ref().and_then(|assertion| assertion.claims.as_ref());
    let issuer = claims.and_then(|claims| claims.text("iss"));
    match (issuer, &request.client_secret) {
        (Some(issuer), _) if request.client_id.as_deref().is_some_and(|id| fedlens_trust::same_id(id, issuer)) => {
            Proof::Certificate
        }
        (Some(_), _) => Proof::Federated,
        (None, Some(_)) => Proof::Secret,
        (None, None) => Proof::None,
    }
}

/// The body of an accepted request.
fn issue(
    emulator: &Emulator,
    incoming: &Incoming<'_>,
    request: &TokenRequest,
    registry: &Registry,
    redeemed: Option<Redeemed>,
) -> Option<serde_json::Value> {
    let form = &incoming.form;
    let client = registry.directory.client(request.client_id.as_deref())?;
    let user = match acting(registry, request, redeemed.as_ref())? {
        Acting::Client => None,
        Acting::User(user) => Some(user),
    };
    let tenant = asked_tenant(registry, incoming.tenant, client, user)?;
    let wanted = Wanted::of(request, redeemed.as_ref().and_then(|redeemed| redeemed.scope.as_deref()));
    let resource = resource(registry, &wanted.resource);
    let subject = Subject {
        registry,
        tenant,
        client,
        resource: &resource,
        proof: proof(request),
        user: user.map(|user| (user, wanted.permissions.as_str())),
        fmi_path: form.text("fmi_path"),
    };
    let signing = emulator.keys.entra();
    let now = incoming.context.now;
    let minted = mint(signing, &subject, now);
    let mut body = match incoming.endpoint {
        Endpoint::V2 => v2_body(&minted),
        Endpoint::V1 => v1_body(&minted, &wanted.resource),
    };
    if let (Some(user), Some(fields)) = (user, body.as_object_mut()) {
        fields.insert("scope".to_owned(), wanted.shown_scope().into());
        if wanted.open_id {
            let nonce = redeemed.as_ref().and_then(|redeemed| redeemed.nonce.as_deref());
            fields.insert("id_token".to_owned(), id_token(signing, &subject, user, nonce, now).into());
        }
        if form.text("client_info").is_some() {
            fields.insert("client_info".to_owned(), client_info(user, &tenant.id).into());
        }
    }
    Some(body)
}

/// Numbers are numbers here, as every client needs them.
fn v2_body(minted: &Minted) -> serde_json::Value {
    json!({
        "token_type": "Bearer",
        "expires_in": minted.expires_in,
        "ext_expires_in": minted.expires_in,
        "access_token": minted.token.reveal(),
    })
}

/// Numbers are texts here.
fn v1_body(minted: &Minted, resource: &str) -> serde_json::Value {
    json!({
        "token_type": "Bearer",
        "expires_in": minted.expires_in.to_string(),
        "ext_expires_in": minted.expires_in.to_string(),
        "expires_on": minted.expires_on.to_string(),
        "not_before": minted.not_before.to_string(),
        "resource": resource,
        "access_token": minted.token.reveal(),
    })
}

/// Whom a token is for.
#[derive(Clone, Copy)]
enum Acting<'a> {
    Client,
    User(&'a User),
}

/// Whom a token of this grant is for; `None` for a grant that the emulator does not play.
fn acting<'a>(registry: &'a Registry, request: &TokenRequest, redeemed: Option<&Redeemed>) -> Option<Acting<'a>> {
    let name = match request.grant_type.as_deref()? {
        "client_credentials" => return Some(Acting::Client),
        "password" => request.username.as_deref()?,
        ON_BEHALF_OF => request.user_assertion.as_ref()?.claims.as_ref()?.text("oid")?,
        _ => &redeemed?.user_id,
    };
    registry.directory.user(name).map(Acting::User)
}

/// The answer to a grant that is not played, which is not one of Entra's.
fn not_played(request: &TokenRequest) -> serde_json::Value {
    let grant = request.grant_type.as_deref().unwrap_or_default();
    json!({
        "error": "unsupported_grant_type",
        "error_description": format!("The emulator knows the grant type {grant} and does not play it."),
    })
}

/// The tenant of the path; for `common` and its kin the user's, or the client's.
fn asked_tenant<'a>(registry: &'a Registry, path: &str, client: Client<'_>, user: Option<&User>) -> Option<&'a Tenant> {
    let directory = &registry.directory;
    let home = user.and_then(|user| user.tenant_id.as_deref()).or_else(|| client.home_tenant());
    directory.tenant(path).or_else(|| directory.tenant(home?))
}

/// What a scope or resource parameter asks for.
struct Wanted {
    resource: String,
    permissions: String,
    /// Whether they were asked for as `.default`.
    by_default: bool,
    open_id: bool,
}

impl Wanted {
    fn of(request: &TokenRequest, earlier: Option<&str>) -> Self {
        let scope = request.scope.as_deref().or(earlier).unwrap_or_default();
        let mut names = scope.split_ascii_whitespace();
        let open_id = scope.split_ascii_whitespace().any(|name| name == "openid");
        let by_default = scope.split_ascii_whitespace().any(|name| name.ends_with("/.default"));
        let is_protocol = |name: &&str| matches!(*name, "openid" | "profile" | "email" | "offline_access");
        let first = names.find(|name| !is_protocol(name));
        let resource =
            request.resource.clone().or_else(|| first.map(resource_part)).unwrap_or_else(|| MICROSOFT_GRAPH.to_owned());
        let permissions: Vec<_> = scope
            .split_ascii_whitespace()
            .filter(|name| !is_protocol(name))
            .map(|name| name.rsplit_once('/').map_or(name, |(_, permission)| permission))
            .map(|permission| if permission == ".default" { "user_impersonation" } else { permission })
            .collect();
        let permissions = if permissions.is_empty() { "user_impersonation".to_owned() } else { permissions.join(" ") };
        Self { resource, permissions, by_default, open_id }
    }

    /// Clients look for their tokens by the scope that they asked for, so `.default` is named beside what it stands for.
    fn shown_scope(&self) -> String {
        let permissions = self.permissions.split(' ').chain(self.by_default.then_some(".default"));
        let each: Vec<_> = permissions.map(|permission| format!("{}/{permission}", self.resource)).collect();
        each.join(" ")
    }
}

/// The resource of one scope: what precedes its last part. A scope without an address is Microsoft Graph's.
fn resource_part(scope: &str) -> String {
    match scope.strip_suffix("/.default") {
        Some(resource) => resource.to_owned(),
        None => match scope.rsplit_once('/') {
            Some((resource, _)) if resource.contains("://") || resource.len() == 36 => resource.to_owned(),
            _ => MICROSOFT_GRAPH.to_owned(),
        },
    }
}

fn record(
    incoming: &Incoming<'_>,
    request: TokenRequest,
    decision: Decision,
    status: u16,
    code: Option<u32>,
) -> Exchange {
    let presented = proof(&request).as_str();
    let assertion = request.assertion.map(|assertion| Presented {
        header: assertion.header.unwrap_or_default(),
        claims: assertion.claims.unwrap_or_default(),
    });
    let client = ["x-client-sku", "user-agent"].into_iter().find_map(|name| http::header(incoming.headers, name));
    Exchange {
        sequence: 0,
        trace_id: incoming.context.trace_id.to_string(),
        correlation_id: incoming.context.correlation_id.to_string(),
        at: incoming.context.now,
        path: incoming.path.clone(),
        client_id: request.client_id,
        grant_type: request.grant_type,
        scope: request.scope.or(request.resource),
        presented,
        assertion,
        status,
        code,
        decision,
        client: client.or(incoming.form.text("x-client-SKU")).map(str::to_owned),
    }
}
