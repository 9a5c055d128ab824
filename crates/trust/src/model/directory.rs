//! Tenants, applications, managed identities, their federated identity credentials, and resources.

use std::collections::BTreeMap;

use fedlens_issuers::Cloud;
use serde::{Deserialize, Serialize};

use super::{Indexed, Keyed, User, View, same_id};

/// Everything of one or more tenants that the decision needs. Field names follow Microsoft Graph.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Directory {
    /// Whether what is not listed does not exist.
    pub view: View,
    /// The tenants.
    pub tenants: Indexed<Tenant>,
    /// The app registrations.
    pub applications: Indexed<Application>,
    /// The managed identities.
    pub managed_identities: Indexed<ManagedIdentity>,
    /// The APIs that tokens are asked for, beside Microsoft's own.
    pub resources: Indexed<Resource>,
    /// The users.
    #[serde(skip_serializing_if = "no_users")]
    pub users: Indexed<User>,
}

/// A tenant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Tenant {
    /// Its id, a GUID.
    pub id: String,
    /// Its verified domains.
    pub domains: Vec<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The cloud it lives in.
    #[cfg_attr(feature = "schema", schemars(with = "CloudName"))]
    pub cloud: Cloud,
    /// What it forbids.
    pub policies: TenantPolicies,
}

/// The names of the clouds in files.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
enum CloudName {
    Public,
    UsGov,
    China,
}

/// Restrictions that a tenant puts on workload identities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct TenantPolicies {
    /// Workload identity federation is switched off.
    pub workload_identity_federation_disabled: bool,
    /// Only these issuers may be used, where the list is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_issuers: Option<Vec<String>>,
    /// By issuer: the values one of which the `enterprise` claim must have.
    pub required_enterprises: BTreeMap<String, Vec<String>>,
    /// Client ids that Conditional Access for workload identities blocks.
    pub conditional_access_blocks: Vec<String>,
}

/// An app registration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Application {
    /// The client id.
    pub app_id: String,
    /// The object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its home tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Who may sign in; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<SignInAudience>,
    /// Whether it is enabled; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Its App ID URIs.
    pub identifier_uris: Vec<String>,
    /// SHA-1 or SHA-256 thumbprints or key ids of its registered certificates.
    pub certificate_thumbprints: Vec<String>,
    /// Its service principals, by tenant; `None` where unknown, which means one in the home tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principals: Option<Vec<ServicePrincipal>>,
    /// Its federated identity credentials; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federated_identity_credentials: Option<Vec<FederatedIdentityCredential>>,
    /// Whether it counts as a public client, which keeps no secret; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_fallback_public_client: Option<bool>,
}

/// An application's presence in a tenant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePrincipal {
    /// The tenant.
    pub tenant_id: String,
    /// The object id there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether sign-in is enabled there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_enabled: Option<bool>,
}

/// Which accounts an app registration accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SignInAudience {
    /// One tenant.
    #[serde(rename = "AzureADMyOrg")]
    SingleTenant,
    /// Any tenant.
    #[serde(rename = "AzureADMultipleOrgs")]
    MultiTenant,
    /// Any tenant and personal accounts.
    #[serde(rename = "AzureADandPersonalMicrosoftAccount")]
    MultiTenantAndPersonal,
    /// Personal accounts only.
    #[serde(rename = "PersonalMicrosoftAccount")]
    Personal,
}

/// A managed identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManagedIdentity {
    /// The client id.
    pub client_id: String,
    /// The object id of its service principal, which is the `sub` and `oid` of its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// Its tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Created on its own or with a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ManagedIdentityKind>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its federated identity credentials; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federated_identity_credentials: Option<Vec<FederatedIdentityCredential>>,
}

/// The two kinds of managed identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ManagedIdentityKind {
    /// A resource of its own.
    UserAssigned,
    /// Part of a virtual machine, a factory or another resource.
    SystemAssigned,
}

/// A federated identity credential: classic with a `subject`, or flexible with an expression.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FederatedIdentityCredential {
    /// Its id, a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Equal to the assertion's `iss`.
    pub issuer: String,
    /// Equal to the assertion's `sub`; absent in a flexible credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// One audience, equal to the assertion's `aud`.
    pub audiences: Vec<String>,
    /// The expression of a flexible credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims_matching_expression: Option<ClaimsMatchingExpression>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The expression of a flexible federated identity credential.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ClaimsMatchingExpression {
    /// `claims['sub'] matches 'repo:contoso/*'`
    pub value: String,
    /// Always 1.
    pub language_version: i32,
}

/// An API that tokens are asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
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
}

impl Directory {
    /// The tenant of an id or a domain.
    pub fn tenant(&self, id_or_domain: &str) -> Option<&Tenant> {
        self.tenants.find(id_or_domain)
    }

    /// The application of a client id.
    pub fn application(&self, app_id: &str) -> Option<&Application> {
        self.applications.find_all(app_id).find(|application| same_id(&application.app_id, app_id))
    }

    /// The managed identity of a client id.
    pub fn managed_identity(&self, client_id: &str) -> Option<&ManagedIdentity> {
        self.managed_identities.find_all(client_id).find(|identity| same_id(&identity.client_id, client_id))
    }

    /// The federated identity credentials of a client, for change; unknown ones become an empty list.
    pub fn credentials_mut(&mut self, client_id: &str) -> Option<&mut Vec<FederatedIdentityCredential>> {
        let credentials = if self.application(client_id).is_some() {
            &mut self.applications.find_mut(client_id)?.federated_identity_credentials
        } else {
            &mut self.managed_identities.find_mut(client_id)?.federated_identity_credentials
        };
        Some(credentials.get_or_insert_default())
    }
}

impl Keyed for Tenant {
    fn keys(&self) -> Vec<&str> {
        std::iter::once(&self.id).chain(&self.domains).map(String::as_str).collect()
    }
}

impl Keyed for Application {
    fn keys(&self) -> Vec<&str> {
        std::iter::once(&self.app_id).chain(&self.identifier_uris).map(String::as_str).collect()
    }
}

impl Keyed for ManagedIdentity {
    fn keys(&self) -> Vec<&str> {
        std::iter::once(&self.client_id).chain(&self.principal_id).map(String::as_str).collect()
    }
}

impl Keyed for Resource {
    fn keys(&self) -> Vec<&str> {
        std::iter::once(&self.app_id).chain(&self.identifier_uris).map(String::as_str).collect()
    }
}

impl SignInAudience {
    /// Whether other tenants may use the application.
    pub fn is_multi_tenant(self) -> bool {
        matches!(self, Self::MultiTenant | Self::MultiTenantAndPersonal)
    }
}

fn no_users(users: &Indexed<User>) -> bool {
    users.is_empty()
}
