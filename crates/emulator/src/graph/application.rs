//! An application as Graph shows it, and what a client may set of it.

use std::sync::LazyLock;

use fedlens_trust::{Application, SignInAudience};
use serde_json::{Map, Value, json};

use super::{Problem, body, keys};
use crate::directory::{ApplicationExtra, Registry, derived_id};
use crate::{AppRoleDocument, ApplicationDocument};

/// The longest name, in characters.
const MAX_NAME: usize = 256;

/// The object as Graph shows it.
pub(super) fn shape(registry: &Registry, application: &Application, extra: &ApplicationExtra) -> Value {
    let tenant = application.tenant_id.as_deref().and_then(|id| registry.directory.tenant(id));
    let mut object = defaults();
    body::lay_over(&mut object, &extra.properties);
    let own = json!({
        "id": application.id,
        "appId": application.app_id,
        "displayName": application.display_name,
        "identifierUris": application.identifier_uris,
        "isFallbackPublicClient": application.is_fallback_public_client,
        "isDisabled": if application.enabled == Some(false) { Value::Bool(true) } else { Value::Null },
        "publisherDomain": tenant.and_then(|tenant| tenant.domains.first()),
        "signInAudience": application.sign_in_audience,
        "api": {"requestedAccessTokenVersion": extra.token_version},
        "appRoles": extra.app_roles.iter().map(role).collect::<Vec<_>>(),
        "keyCredentials": extra.certificates.iter().map(keys::certificate_shape).collect::<Vec<_>>(),
        "passwordCredentials": extra.secrets.iter().map(keys::secret_shape).collect::<Vec<_>>(),
    });
    if let Value::Object(own) = own {
        body::lay_over(&mut object, &own);
    }
    Value::Object(object)
}

/// What an application has that nobody set.
fn defaults() -> Map<String, Value> {
    static SHAPE: LazyLock<Map<String, Value>> =
        LazyLock::new(|| serde_json::from_str(include_str!("application.json")).expect("the file is an object"));
    SHAPE.clone()
}

/// A role as Graph shows it, on applications and service principals.
pub(super) fn role(role: &AppRoleDocument) -> Value {
    let mut object = Map::new();
    object.insert("allowedMemberTypes".to_owned(), json!(["User", "Application"]));
    object.insert("description".to_owned(), json!(role.display_name));
    object.insert("displayName".to_owned(), json!(role.display_name));
    object.insert("id".to_owned(), json!(role.id));
    object.insert("isEnabled".to_owned(), json!(true));
    object.insert("origin".to_owned(), json!("Application"));
    object.insert("value".to_owned(), json!(Some(&role.value).filter(|value| !value.is_empty())));
    body::lay_over(&mut object, &role.properties);
    Value::Object(object)
}

/// Sets the properties that a client sent. What the emulator has no use for is kept and shown again.
pub(super) fn apply(document: &mut ApplicationDocument, sent: Map<String, Value>) -> Result<(), Problem> {
    for (name, value) in sent {
        match name.as_str() {
            "displayName" => document.display_name = Some(display_name(&value)?),
            "identifierUris" => document.identifier_uris = body::texts(&name, &value)?,
            "isFallbackPublicClient" => document.is_fallback_public_client = body::optional_flag(&name, &value)?,
            "isDisabled" => document.enabled = Some(body::optional_flag(&name, &value)? != Some(true)),
            "signInAudience" => document.sign_in_audience = Some(sign_in_audience(&value)?),
            "appRoles" => document.app_roles = roles(&value, &document.app_id)?,
            "keyCredentials" => document.certificates = keys::certificates(&value, &document.certificates)?,
            "passwordCredentials" => document.secrets = keys::remaining_secrets(&value, &document.secrets)?,
            "api" => apply_api(document, value)?,
            "appId" => Problem::unless_same(&name, &value, &document.app_id)?,
            "id" => Problem::unless_same(&name, &value, document.id.as_deref().unwrap_or_default())?,
            "createdDateTime" | "deletedDateTime" | "publisherDomain" | "verifiedPublisher" => {}
            annotation if annotation.contains('@') => {}
            _ => body::merge(&mut document.properties, &name, value),
        }
    }
    Ok(())
}

fn display_name(value: &Value) -> Result<String, Problem> {
    let name = body::optional_text("displayName", value)?.unwrap_or_default();
    match name.chars().count() {
        0 => Err(Problem::bad_request("Property 'displayName' is required.")),
        1..=MAX_NAME => Ok(name),
        _ => Err(Problem::bad_request(format!("Property 'displayName' must not exceed {MAX_NAME} characters."))),
    }
}

fn sign_in_audience(value: &Value) -> Result<SignInAudience, Problem> {
    serde_json::from_value(value.clone()).map_err(|_| {
        Problem::bad_request(format!(
            "Invalid value specified for property 'signInAudience' of resource 'Application': {value}."
        ))
    })
}

/// The version of tokens counts; the rest is kept.
fn apply_api(document: &mut ApplicationDocument, value: Value) -> Result<(), Problem> {
    let mut api = body::object("api", &value)?.clone();
    if let Some(version) = api.shift_remove("requestedAccessTokenVersion") {
        document.requested_access_token_version = match version.as_u64() {
            None if version.is_null() => None,
            Some(1) => Some(1),
            Some(2) => Some(2),
            _ => return Err(Problem::bad_request("Property 'api.requestedAccessTokenVersion' must be 1, 2 or null.")),
        };
    }
    if !api.is_empty() {
        body::merge(&mut document.properties, "api", Value::Object(api));
    }
    Ok(())
}

fn roles(value: &Value, app_id: &str) -> Result<Vec<AppRoleDocument>, Problem> {
    let mut roles: Vec<AppRoleDocument> = Vec::new();
    for entry in body::list("appRoles", value)? {
        let role = one_role(body::object("appRoles", entry)?, app_id)?;
        if roles.iter().any(|other| other.id == role.id || (!role.value.is_empty() && other.value == role.value)) {
            return Err(Problem::bad_request("Property 'appRoles' has two roles with the same id or value."));
        }
        roles.push(role);
    }
    Ok(roles)
}

fn one_role(fields: &Map<String, Value>, app_id: &str) -> Result<AppRoleDocument, Problem> {
    let mut role = AppRoleDocument::default();
    for (name, value) in fields {
        match name.as_str() {
            "id" => role.id = body::optional_text("appRoles.id", value)?,
            "value" => role.value = body::optional_text("appRoles.value", value)?.unwrap_or_default(),
            "displayName" => role.display_name = body::optional_text("appRoles.displayName", value)?,
            "origin" => {}
            _ => drop(role.properties.insert(name.clone(), value.clone())),
        }
    }
    role.id.get_or_insert_with(|| derived_id(&["app role", app_id, &role.value]));
    Ok(role)
}
