//! A service principal: an application in a tenant, a managed identity, or an API.

use std::sync::LazyLock;

use fedlens_trust::{Application, ManagedIdentity, ManagedIdentityKind, Resource, ServicePrincipal, same_id};
use serde_json::{Map, Value, json};

use super::{application, body};
use crate::directory::{Registry, derived_id, key};

/// Microsoft's own tenant, which owns its APIs.
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// The role id that means access without a role.
const WITHOUT_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// What a service principal stands for.
#[derive(Clone, Copy)]
pub(super) enum Principal<'a> {
    Application(&'a Application, &'a ServicePrincipal),
    Identity(&'a ManagedIdentity),
    Api(&'a Resource),
}

/// Those of a tenant.
pub(super) fn all<'a>(registry: &'a Registry, tenant: &'a str) -> impl Iterator<Item = Principal<'a>> {
    let directory = &registry.directory;
    let applications = directory.applications.iter().filter_map(|one| of_application(one, tenant));
    let identities = directory.managed_identities.iter().filter(|one| one.tenant_id.as_deref() == Some(tenant));
    let apis = directory.resources.iter().filter(|one| directory.application(&one.app_id).is_none());
    applications.chain(identities.map(Principal::Identity)).chain(apis.map(Principal::Api))
}

/// The one with this client id.
pub(super) fn with_app_id<'a>(registry: &'a Registry, tenant: &'a str, app_id: &str) -> Option<Principal<'a>> {
    let directory = &registry.directory;
    if let Some(application) = directory.application(app_id) {
        return of_application(application, tenant);
    }
    let identity = directory.managed_identity(app_id).filter(|one| one.tenant_id.as_deref() == Some(tenant));
    let api = || directory.resources.find_all(app_id).find(|one| same_id(&one.app_id, app_id));
    identity.map(Principal::Identity).or_else(|| api().map(Principal::Api))
}

/// The one that a role assignment names, by client id or App ID URI.
pub(super) fn with_name<'a>(registry: &'a Registry, tenant: &'a str, name: &str) -> Option<Principal<'a>> {
    let directory = &registry.directory;
    let by_uri = directory.applications.find(name).map(|one| one.app_id.as_str());
    let by_uri = by_uri.or_else(|| directory.resources.find(name).map(|one| one.app_id.as_str()));
    with_app_id(registry, tenant, by_uri.unwrap_or_else(|| name.strip_prefix("api://").unwrap_or(name)))
}

/// The one with this object id.
pub(super) fn with_id<'a>(registry: &'a Registry, tenant: &'a str, id: &str) -> Option<Principal<'a>> {
    all(registry, tenant).find(|one| same_id(&one.id(), id))
}

fn of_application<'a>(application: &'a Application, tenant: &str) -> Option<Principal<'a>> {
    let mut present = application.service_principals.iter().flatten();
    let here = present.find(|one| key(&one.tenant_id) == tenant)?;
    Some(Principal::Application(application, here))
}

impl<'a> Principal<'a> {
    /// The object id.
    pub(super) fn id(self) -> String {
        let known = match self {
            Self::Application(_, principal) => principal.id.clone(),
            Self::Identity(identity) => identity.principal_id.clone(),
            Self::Api(_) => None,
        };
        known.unwrap_or_else(|| derived_id(&["service principal", self.app_id()]))
    }

    /// The client id.
    pub(super) fn app_id(self) -> &'a str {
        match self {
            Self::Application(application, _) => &application.app_id,
            Self::Identity(identity) => &identity.client_id,
            Self::Api(resource) => &resource.app_id,
        }
    }

    pub(super) fn name(self) -> Option<&'a str> {
        match self {
            Self::Application(application, _) => application.display_name.as_deref(),
            Self::Identity(identity) => identity.name.as_deref(),
            Self::Api(resource) => resource.display_name.as_deref(),
        }
    }

    fn uris(self) -> &'a [String] {
        match self {
            Self::Application(application, _) => &application.identifier_uris,
            Self::Identity(_) => &[],
            Self::Api(resource) => &resource.identifier_uris,
        }
    }

    /// The value of the role that it offers under an id.
    pub(super) fn role(self, registry: &Registry, id: &str) -> Option<String> {
        if id == WITHOUT_ROLE {
            return Some(String::new());
        }
        let extra = registry.application_extra(self.app_id())?;
        let role = extra.app_roles.iter().find(|role| role.id.as_deref().is_some_and(|own| same_id(own, id)))?;
        Some(role.value.clone())
    }

    /// The id of the role that it offers under a value.
    pub(super) fn role_id(self, registry: &Registry, value: &str) -> Option<String> {
        if value.is_empty() {
            return Some(WITHOUT_ROLE.to_owned());
        }
        let extra = registry.application_extra(self.app_id())?;
        extra.app_roles.iter().find(|role| role.value == value).and_then(|role| role.id.clone())
    }

    /// The object as Graph shows it.
    pub(super) fn shape(self, registry: &Registry) -> Value {
        let mut object = defaults();
        let names: Vec<_> = std::iter::once(self.app_id()).chain(self.uris().iter().map(String::as_str)).collect();
        let own = json!({
            "id": self.id(),
            "accountEnabled": true,
            "appDisplayName": self.name(),
            "appId": self.app_id(),
            "displayName": self.name(),
            "servicePrincipalNames": names,
        });
        let special = match self {
            Self::Application(application, principal) => {
                let extra = registry.application_extra(&application.app_id);
                let properties = extra.and_then(|extra| extra.principal_properties.get(&key(&principal.tenant_id)));
                if let Some(properties) = properties {
                    body::lay_over(&mut object, properties);
                }
                json!({
                    "accountEnabled": principal.account_enabled != Some(false),
                    "appOwnerOrganizationId": application.tenant_id,
                    "appRoleAssignmentRequired": extra.is_some_and(|extra| extra.app_role_assignment_required),
                    "appRoles": extra.map(|extra| extra.app_roles.iter().map(application::role).collect::<Vec<_>>()),
                    "signInAudience": application.sign_in_audience,
                })
            }
            Self::Identity(identity) => json!({
                "alternativeNames": [
                    if identity.kind == Some(ManagedIdentityKind::SystemAssigned) { "isExplicit=False" } else { "isExplicit=True" },
                    registry.identity_extra(&identity.client_id).map(|extra| extra.resource_id.clone()),
                ],
                "appDisplayName": null,
                "servicePrincipalType": "ManagedIdentity",
                "signInAudience": null,
            }),
            Self::Api(resource) => json!({
                "accountEnabled": resource.enabled != Some(false),
                "appOwnerOrganizationId": MICROSOFT,
                "appRoleAssignmentRequired": resource.app_role_assignment_required,
            }),
        };
        for fields in [own, special] {
            body::lay_over(&mut object, fields.as_object().unwrap_or(&Map::new()));
        }
        Value::Object(object)
    }
}

/// What a service principal has that nobody set.
fn defaults() -> Map<String, Value> {
    static SHAPE: LazyLock<Map<String, Value>> =
        LazyLock::new(|| serde_json::from_str(include_str!("principal.json")).expect("the file is an object"));
    SHAPE.clone()
}
