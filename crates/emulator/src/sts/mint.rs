//! The tokens that Entra issues, claim by claim.
//!
//! The resource decides the version of its token, not the endpoint. Lifetimes are those of public decoded tokens:
//! 65 minutes for applications and users, a day and five minutes for managed identities, both counted from five
//! minutes before now.

use fedlens_issuers::{Eid1, EntraIssuer};
use fedlens_token::{EXCHANGE_APP_ID, Secret};
use fedlens_trust::{Client, Tenant, User, is_exchange_audience};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::crypto::{SigningKey, base64url, random, sha256, sign};
use crate::directory::{Registry, key, names};

/// How far before now Entra dates its tokens, in seconds.
const BACKDATED: i64 = 300;

/// How long a token of an application or user can be used from now on, in seconds.
const HOUR: i64 = 3_600;

/// How long a token of a managed identity can be used from now on, in seconds.
const DAY: i64 = 86_400;

/// What `xms_ficinfo` was seen to hold in tokens got through a federated credential, and in those with `fmi_path`.
const FEDERATED: &str = "CAAQARgAIAA";
const FEDERATED_PATH: &str = "CAAQABgAIAAoAjAA";

/// How a client proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Not at all: a public client.
    None,
    /// With a secret.
    Secret,
    /// With a certificate.
    Certificate,
    /// With a federated assertion.
    Federated,
    /// As a managed identity does, by where it runs.
    Host,
}

impl Proof {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Federated => "federated",
            Self::Host => "host",
        }
    }

    /// `appidacr`, `azpacr`.
    fn class(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
            Self::Certificate | Self::Federated | Self::Host => "2",
        }
    }
}

/// An API that a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// What stands in `aud`.
    pub(crate) audience: String,
    /// The version of its tokens.
    pub(crate) version: u8,
    /// The id or URI that role assignments name it by.
    pub(crate) app_id: Option<String>,
}

/// What a token is about.
pub(crate) struct Subject<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) tenant: &'a Tenant,
    pub(crate) client: Client<'a>,
    pub(crate) resource: &'a Resource,
    pub(crate) proof: Proof,
    /// The user and the permissions of a delegated token.
    pub(crate) user: Option<(&'a User, &'a str)>,
    pub(crate) fmi_path: Option<&'a str>,
}

/// A token and how long it can be used from now on, in seconds.
pub(crate) struct Minted {
    pub(crate) token: Secret,
    pub(crate) expires_in: i64,
    pub(crate) not_before: i64,
    pub(crate) expires_on: i64,
}

/// The resource of a name that was asked for: App ID URI or app id.
pub(crate) fn resource(registry: &Registry, name: &str) -> Resource {
    if is_exchange_audience(name) {
        let app_id = EXCHANGE_APP_ID.to_owned();
        return Resource { audience: app_id.clone(), version: 2, app_id: Some(app_id) };
    }
    let bare = name.strip_prefix("api://").unwrap_or(name);
    let directory = &registry.directory;
    let listed = directory.resources.find(name).map(|resource| resource.app_id.clone());
    let own = directory.applications.find(name).or_else(|| directory.application(bare));
    let app_id = listed.or_else(|| own.map(|application| application.app_id.clone()));
    let version = app_id.as_deref().map_or(1, |id| registry.token_version(id));
    match app_id {
        Some(app_id) if version == 2 => Resource { audience: app_id.clone(), version, app_id: Some(app_id) },
        app_id => Resource { audience: name.to_owned(), version: 1, app_id },
    }
}

/// The token of a client or a user.
pub(crate) fn mint(signing: &SigningKey, subject: &Subject<'_>, now: Timestamp) -> Minted {
    let is_identity = matches!(subject.client, Client::ManagedIdentity(_));
    let expires_in = if is_identity && subject.fmi_path.is_none() { DAY } else { HOUR };
    let from = now.as_second() - BACKDATED;
    let until = now.as_second() + expires_in;
    let mut claims = Map::new();
    let issuer = issuer(subject);
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("aud", subject.resource.audience.as_str().into());
    put("iss", issuer.as_str().into());
    for (name, time) in [("iat", from), ("nbf", from), ("exp", until)] {
        put(name, time.into());
    }
    put("aio", base64url(random::<36>()).into());
    match subject.resource.version {
        2 => {
            put("azp", subject.client.id().into());
            put("azpacr", subject.proof.class().into());
        }
        _ => {
            put("appid", subject.client.id().into());
            put("appidacr", subject.proof.class().into());
            put("idp", issuer.into());
        }
    }
    match subject.user {
        Some((user, permissions)) => delegated(&mut claims, subject, user, permissions),
        None => app_only(&mut claims, subject),
    }
    let version = if subject.resource.version == 2 { "2.0" } else { "1.0" };
    claims.insert("ver".to_owned(), version.into());
    let token = sign(signing, &header(signing, subject.resource.version), &claims);
    Minted { token: Secret::new(token), expires_in: expires_in - 1, not_before: from, expires_on: until }
}

/// The token of a managed identity for its own host.
pub(crate) fn mint_for_identity(
    signing: &SigningKey,
    registry: &Registry,
    client_id: &str,
    name: &str,
    now: Timestamp,
) -> Option<Minted> {
    let client = registry.directory.client(Some(client_id))?;
    let tenant = registry.directory.tenant(client.home_tenant()?)?;
    let resource = resource(registry, name);
    let (resource, proof) = (&resource, Proof::Host);
    let subject = Subject { registry, tenant, client, resource, proof, user: None, fmi_path: None };
    Some(mint(signing, &subject, now))
}

/// The id token of a user for the client.
pub(crate) fn id_token(
    signing: &SigningKey,
    subject: &Subject<'_>,
    user: &User,
    nonce: Option<&str>,
    now: Timestamp,
) -> String {
    let resource = Resource { audience: subject.client.id().to_owned(), version: 2, app_id: None };
    let own = Subject { resource: &resource, user: None, ..*subject };
    let from = now.as_second() - BACKDATED;
    let claims = json!({
        "aud": subject.client.id(), "iss": issuer(&own), "iat": from, "nbf": from, "exp": now.as_second() + HOUR,
        "aio": base64url(random::<36>()), "name": user.display_name, "nonce": nonce, "oid": user.id,
        "preferred_username": user.user_principal_name, "rh": rh(), "sub": pairwise(user, subject.client.id()),
        "tid": subject.tenant.id, "uti": uti(), "ver": "2.0",
    });
    let present = claims.as_object().cloned().unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null());
    sign(signing, &header(signing, 2), &present.collect())
}

fn header(signing: &SigningKey, version: u8) -> Map<String, Value> {
    let kid = signing.kid.as_str();
    let fields = match version {
        2 => vec![("typ", "JWT"), ("alg", "RS256"), ("kid", kid)],
        _ => vec![("typ", "JWT"), ("alg", "RS256"), ("x5t", kid), ("kid", kid)],
    };
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn issuer(subject: &Subject<'_>) -> String {
    let tenant = Uuid::try_parse(&subject.tenant.id).unwrap_or_default();
    EntraIssuer { tenant, cloud: subject.tenant.cloud, version: subject.resource.version }.issuer()
}

fn app_only(claims: &mut Map<String, Value>, subject: &Subject<'_>) {
    let object = object_id(subject);
    let roles = roles(subject);
    let path = subject.fmi_path.map(|path| structured(subject, path));
    let info = match (&path, subject.proof) {
        (Some(_), _) => Some(FEDERATED_PATH),
        (None, Proof::Federated) => Some(FEDERATED),
        _ => None,
    };
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("idtyp", "app".into());
    put("oid", object.as_str().into());
    put("rh", rh().into());
    if !roles.is_empty() {
        put("roles", roles.into());
    }
    put("sub", path.unwrap_or(object).into());
    put("tid", subject.tenant.id.as_str().into());
    put("uti", uti().into());
    if let Some(info) = info {
        put("xms_ficinfo", info.into());
    }
    match agent_blueprint(subject) {
        Some(blueprint) => agent(claims, blueprint),
        None => drop(claims.insert("xms_idrel".to_owned(), "7 2".into())),
    }
    if let Client::ManagedIdentity(identity) = subject.client
        && let Some(extra) = subject.registry.identity_extra(&identity.client_id)
    {
        claims.insert("xms_mirid".to_owned(), extra.resource_id.as_str().into());
    }
}

fn agent_blueprint<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    subject.registry.application_extra(subject.client.id())?.agent_blueprint.as_deref()
}

/// What marks an agent identity's token, as in the published sample: 11 is the agent identity.
fn agent(claims: &mut Map<String, Value>, blueprint: &str) {
    for (name, value) in [
        ("xms_act_fct", "3 9 11"),
        ("xms_ftd", &base64url(random::<32>())),
        ("xms_idrel", "7 10"),
        ("xms_sub_fct", "9 3 11"),
        ("xms_tnt_fct", "3 9"),
        ("xms_par_app_azp", blueprint),
    ] {
        claims.insert(name.to_owned(), value.into());
    }
}

fn delegated(claims: &mut Map<String, Value>, subject: &Subject<'_>, user: &User, permissions: &str) {
    let is_first = subject.resource.version == 1;
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if is_first {
        put("acr", "1".into());
        put("amr", json!(["pwd"]));
    }
    put("idtyp", "user".into());
    put("name", user.display_name.as_deref().unwrap_or_default().into());
    put("oid", user.id.as_str().into());
    if !is_first {
        put("preferred_username", user.user_principal_name.as_str().into());
    }
    put("rh", rh().into());
    put("scp", permissions.into());
    put("sub", pairwise(user, &subject.resource.audience).into());
    put("tid", subject.tenant.id.as_str().into());
    if is_first {
        put("unique_name", user.user_principal_name.as_str().into());
        put("upn", user.user_principal_name.as_str().into());
    }
    put("uti", uti().into());
    put("xms_idrel", "1 2".into());
}

/// The object id of the client's service principal in the tenant.
fn object_id(subject: &Subject<'_>) -> String {
    let found = match subject.client {
        Client::ManagedIdentity(identity) => identity.principal_id.clone(),
        Client::Application(application) => {
            let mut principals = application.service_principals.iter().flatten();
            principals.find(|one| key(&one.tenant_id) == subject.tenant.id).and_then(|one| one.id.clone())
        }
    };
    found.unwrap_or_else(|| subject.client.id().to_owned())
}

/// The values of the roles that the client has at the resource.
fn roles(subject: &Subject<'_>) -> Vec<String> {
    let Some(app_id) = &subject.resource.app_id else { return Vec::new() };
    let application = subject.registry.directory.application(app_id);
    let at_resource = |name: &str| {
        name.eq_ignore_ascii_case(app_id) || application.is_some_and(|application| names(application, name))
    };
    let assignments = subject.registry.role_assignments(subject.client.id());
    let held = assignments.iter().filter(|one| !one.role.is_empty() && at_resource(&one.resource));
    held.map(|one| one.role.clone()).collect()
}

/// `/eid1/c/pub/t/…/a/…/{fmi_path}`
fn structured(subject: &Subject<'_>, path: &str) -> String {
    Eid1 {
        cloud: "pub".to_owned(),
        tenant: Uuid::try_parse(&subject.tenant.id).unwrap_or_default(),
        application: Uuid::try_parse(subject.client.id()).unwrap_or_default(),
        path: path.trim_start_matches('/').to_owned(),
    }
    .build()
}

/// A user's `sub` differs from one application to the next, and is always the same for one.
fn pairwise(user: &User, audience: &str) -> String {
    base64url(sha256(format!("{}\n{}", key(&user.id), key(audience)).as_bytes()))
}

fn rh() -> String {
    format!("1.{}.", base64url(random::<40>()))
}

fn uti() -> String {
    base64url(random::<16>())
}
