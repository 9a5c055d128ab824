//! The directory file: what seeds an emulator, in TOML, JSON or YAML. Field names follow Microsoft Graph.

use std::collections::BTreeMap;

use fedlens_trust::{FederatedIdentityCredential, ManagedIdentityKind, SignInAudience, Tenant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use super::key;

/// A directory file that cannot be used.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// It is not TOML.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// It is not JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] serde_saphyr::Error),
    /// Its parts do not fit together.
    #[error("{0}")]
    Content(String),
}

/// Everything that an emulator starts with. What is left out is empty or given a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DirectoryDocument {
    /// The address of the schema, for editors.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The tenants; the first is the home of whatever names none.
    pub tenants: Vec<Tenant>,
    /// The app registrations.
    pub applications: Vec<ApplicationDocument>,
    /// The managed identities.
    pub managed_identities: Vec<ManagedIdentityDocument>,
    /// The APIs that tokens are asked for, beside Microsoft's own and the applications.
    pub resources: Vec<ResourceDocument>,
    /// The people who can get delegated tokens.
    pub users: Vec<UserDocument>,
    /// The Azure subscriptions.
    pub subscriptions: Vec<SubscriptionDocument>,
    /// The resource groups; those that managed identities are in need not be listed.
    pub resource_groups: Vec<ResourceGroupDocument>,
    /// OIDC issuers beside those that are built in.
    pub issuers: Vec<IssuerDocument>,
}

/// An app registration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ApplicationDocument {
    /// The client id, a GUID.
    pub app_id: String,
    /// The object id; made from the client id where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its home tenant; the first tenant where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Who may sign in; one tenant where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<SignInAudience>,
    /// Whether it is enabled; it is where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether it signs users in without a credential of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_fallback_public_client: Option<bool>,
    /// The blueprint, by client id, of which this is an agent identity: it signs in with the blueprint's token for it
    /// (`fmi_path`) and needs no credential of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_blueprint: Option<String>,
    /// Its App ID URIs.
    pub identifier_uris: Vec<String>,
    /// The version of the tokens for it, 1 or 2; 1 where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_access_token_version: Option<u8>,
    /// The roles it offers to other applications.
    pub app_roles: Vec<AppRoleDocument>,
    /// Whether a client needs one of them to get a token for it (AADSTS501051).
    pub app_role_assignment_required: bool,
    /// The roles it has at other applications and APIs.
    pub role_assignments: Vec<RoleAssignmentDocument>,
    /// Its secrets.
    pub secrets: Vec<SecretDocument>,
    /// Its certificates.
    pub certificates: Vec<CertificateDocument>,
    /// SHA-1 or SHA-256 thumbprints of certificates that are registered but not at hand: their signatures are refused.
    pub certificate_thumbprints: Vec<String>,
    /// Its presence in tenants; one in its home tenant where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principals: Option<Vec<ServicePrincipalDocument>>,
    /// Its federated identity credentials.
    pub federated_identity_credentials: Vec<FederatedIdentityCredential>,
    /// Any other property that Graph shows of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

/// A role that an application offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AppRoleDocument {
    /// Its id, a GUID; made from the value where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What stands in the `roles` claim.
    pub value: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Any other property that Graph shows of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

/// A role that a client has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RoleAssignmentDocument {
    /// The application or API that offers it: client id or App ID URI.
    pub resource: String,
    /// The role's value; empty for access without a role.
    pub role: String,
}

/// A client secret.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SecretDocument {
    /// Its id, a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The secret itself. The emulator keeps only its SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The SHA-256 of the secret in hex, instead of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When it was made: `2026-01-31T00:00:00Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
    /// When it expires: `2027-01-31T00:00:00Z`; never where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_time: Option<String>,
}

impl std::fmt::Debug for SecretDocument {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SecretDocument").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A client certificate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CertificateDocument {
    /// Its id, a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The certificate in PEM, or the base64 of its DER.
    pub certificate: String,
}

/// An application's presence in a tenant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ServicePrincipalDocument {
    /// The tenant.
    pub tenant_id: String,
    /// The object id there; made from tenant and client id where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether sign-in is enabled there; it is where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_enabled: Option<bool>,
    /// Any other property that Graph shows of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

/// A managed identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ManagedIdentityDocument {
    /// The client id, a GUID.
    pub client_id: String,
    /// The object id of its service principal; made from the client id where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// Its tenant; the first where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// `userAssigned`, the default, or `systemAssigned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ManagedIdentityKind>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its ARM id; made from the first subscription and its name where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Its region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Any other property that Azure Resource Manager shows of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// The roles it has at applications and APIs.
    pub role_assignments: Vec<RoleAssignmentDocument>,
    /// Its federated identity credentials.
    pub federated_identity_credentials: Vec<FederatedIdentityCredential>,
}

/// An API that tokens are asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ResourceDocument {
    /// Its client id.
    pub app_id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its App ID URIs.
    pub identifier_uris: Vec<String>,
    /// Whether its service principal is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether a client needs an app role assignment to get a token.
    pub app_role_assignment_required: bool,
    /// Client ids that have one.
    pub assigned_clients: Vec<String>,
    /// The version of the tokens for it, 1 or 2; 1 where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_access_token_version: Option<u8>,
}

/// A person who can get delegated tokens.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct UserDocument {
    /// The object id; made from the user principal name where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The tenant; the first where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Whether sign-in is enabled; it is where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_enabled: Option<bool>,
    /// The password. The emulator keeps only its SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The SHA-256 of the password in hex, instead of the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_sha256: Option<String>,
}

impl std::fmt::Debug for UserDocument {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("UserDocument").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An Azure subscription.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SubscriptionDocument {
    /// Its id, a GUID.
    pub id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The tenant it trusts; the first where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

/// A resource group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ResourceGroupDocument {
    /// Its subscription.
    pub subscription_id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub location: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl ResourceGroupDocument {
    /// What it is known by: `{subscription}/{name}`
    pub(crate) fn key(&self) -> String {
        key(&format!("{}/{}", self.subscription_id, self.name))
    }
}

/// An OIDC issuer that assertions come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct IssuerDocument {
    /// Its address, as in `iss`.
    pub issuer: String,
    /// Its keys, where they are not to be fetched and the emulator does not play the issuer itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Fetch its keys over HTTPS, although its platform is one that the emulator plays.
    pub fetch: bool,
}

impl DirectoryDocument {
    /// Reads a directory file by its extension; JSON, TOML or YAML by its look where the extension says nothing.
    ///
    /// # Errors
    ///
    /// When it is not of that form, or has a field that is not known.
    pub fn parse(text: &str, extension: &str) -> Result<Self, DocumentError> {
        let text = text.trim_start_matches('\u{feff}');
        let document = match extension.to_ascii_lowercase().as_str() {
            "json" => Self::from_json(text)?,
            "toml" => toml::from_str(text)?,
            "yaml" | "yml" => serde_saphyr::from_str(text)?,
            _ if text.trim_start().starts_with('{') => Self::from_json(text)?,
            _ => match toml::from_str(text) {
                Ok(document) => document,
                Err(error) => serde_saphyr::from_str(text).map_err(|_| DocumentError::Toml(error))?,
            },
        };
        Ok(document)
    }

    /// The JSON Schema of directory files.
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }

    /// An exchange case holds a directory too.
    fn from_json(text: &str) -> Result<Self, DocumentError> {
        #[derive(Deserialize)]
        struct ExchangeCase {
            directory: Value,
            #[serde(rename = "request")]
            _request: Value,
        }
        serde_json::from_str(text).or_else(|error| match serde_json::from_str::<ExchangeCase>(text) {
            Ok(case) => Ok(serde_json::from_value(case.directory)?),
            Err(_) => Err(DocumentError::Json(error)),
        })
    }
}
