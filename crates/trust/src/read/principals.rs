//! Applications, service principals and managed identities, one object each.

use serde_json::Value;

use super::fields::{Fields, plain};
use super::problems::Problems;
use super::{ReadError, credentials, owner, thumbprint};
use crate::{
    Application, Directory, FederatedIdentityCredential, ManagedIdentity, ManagedIdentityKind, Resource,
    ServicePrincipal, SignInAudience, User, same_id,
};

/// What an object describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Application,
    ServicePrincipal,
    ManagedIdentity,
}

impl Kind {
    /// The kind of an object, by the fields that only this kind has; the page's context tells where those are absent.
    pub(super) fn of(fields: &Fields<'_>, context: Option<&str>) -> Option<Self> {
        let kind = fields.get("@odata.type").and_then(Value::as_str).or(context).unwrap_or_default();
        let names = ["servicePrincipalType", "appOwnerOrganizationId", "appRoleAssignmentRequired"];
        let is_identity = |body: &Fields<'_>| body.has("clientId") && body.has("principalId");
        if is_identity(fields) || fields.object("properties").ok().flatten().is_some_and(|body| is_identity(&body)) {
            Some(Self::ManagedIdentity)
        } else if !fields.has("appId") {
            None
        } else if kind.contains("ervicePrincipal") || names.iter().any(|name| fields.has(name)) {
            Some(Self::ServicePrincipal)
        } else {
            Some(Self::Application)
        }
    }
}

/// An application of Graph, of the CLI or of an exchange case.
pub(super) fn application(fields: &Fields<'_>, json: &Value) -> Result<Application, ReadError> {
    let tenant_id = fields.text_of(&["tenantId", "appOwnerOrganizationId", "appOwnerTenantId"])?;
    let tenant_id = tenant_id.or_else(|| owner::tenant_in(json));
    let principals = fields.objects("servicePrincipals")?.map(|principals| {
        principals.iter().map(|principal| embedded_principal(principal, tenant_id.as_deref())).collect::<Result<_, _>>()
    });
    Ok(Application {
        app_id: fields.required_text(&["appId", "clientId"])?,
        id: fields.text_of(&["id", "objectId"])?,
        display_name: fields.text_of(&["displayName", "name"])?,
        service_principals: principals.transpose()?,
        sign_in_audience: fields.word("signInAudience", SIGN_IN_AUDIENCES, sign_in_audience)?,
        enabled: enabled(fields)?,
        identifier_uris: fields.texts("identifierUris")?.unwrap_or_default(),
        certificate_thumbprints: thumbprints(fields)?,
        federated_identity_credentials: embedded_credentials(fields)?,
        is_fallback_public_client: fields.flag("isFallbackPublicClient")?,
        tenant_id,
    })
}

/// A user of an exchange case.
pub(super) fn user(fields: &Fields<'_>) -> Result<User, ReadError> {
    Ok(User {
        id: fields.text_of(&["id", "objectId"])?.unwrap_or_default(),
        user_principal_name: fields.required_text(&["userPrincipalName", "username"])?,
        display_name: fields.text_of(&["displayName", "name"])?,
        account_enabled: fields.flag("accountEnabled")?,
        tenant_id: fields.text("tenantId")?,
    })
}

/// A managed identity of ARM (with `properties`), of the CLI or of an exchange case.
pub(super) fn managed_identity(fields: &Fields<'_>) -> Result<ManagedIdentity, ReadError> {
    let properties = fields.object("properties")?;
    let body = properties.as_ref().unwrap_or(fields);
    let is_user_assigned = fields.text("type")?.is_some_and(|kind| plain(&kind).contains("userassigned"));
    let kind = fields.word("kind", "userAssigned or systemAssigned", identity_kind)?;
    Ok(ManagedIdentity {
        client_id: body.required_text(&["clientId", "appId"])?,
        principal_id: body.text_of(&["principalId", "objectId"])?,
        tenant_id: body.text("tenantId")?,
        kind: kind.or(is_user_assigned.then_some(ManagedIdentityKind::UserAssigned)),
        name: fields.text_of(&["name", "displayName"])?,
        federated_identity_credentials: embedded_credentials(fields)?,
    })
}

/// A resource of an exchange case.
pub(super) fn resource(fields: &Fields<'_>) -> Result<Resource, ReadError> {
    Ok(Resource {
        app_id: fields.required_text(&["appId", "clientId"])?,
        display_name: fields.text_of(&["displayName", "name"])?,
        identifier_uris: fields.texts("identifierUris")?.unwrap_or_default(),
        enabled: fields.flag("enabled")?,
        app_role_assignment_required: fields.flag("appRoleAssignmentRequired")?.unwrap_or_default(),
        assigned_clients: fields.texts("assignedClients")?.unwrap_or_default(),
    })
}

/// Adds a service principal to the application it belongs to; a managed identity's becomes that identity, and
/// one that is restricted as an API becomes a resource too.
pub(super) fn add_service_principal(
    directory: &mut Directory,
    fields: &Fields<'_>,
    json: &Value,
) -> Result<(), ReadError> {
    let app_id = fields.required_text(&["appId", "clientId"])?;
    if fields.text("servicePrincipalType")?.is_some_and(|kind| plain(&kind) == "managedidentity") {
        if directory.managed_identity(&app_id).is_none() {
            directory.managed_identities.push(identity_behind(fields, app_id, json)?);
        }
        return Ok(());
    }
    let account_enabled = fields.flag("accountEnabled")?;
    if fields.flag("appRoleAssignmentRequired")? == Some(true) || account_enabled == Some(false) {
        directory.resources.push(resource_behind(fields, &app_id, account_enabled)?);
    }
    let tenant_id = fields.text("tenantId")?.or_else(|| owner::tenant_in(json));
    let id = fields.text_of(&["id", "objectId"])?;
    let application = entry(directory, fields, app_id)?;
    // Graph does not say in which tenant a service principal is, and one without a tenant could not be found again.
    match tenant_id {
        Some(tenant_id) => {
            let principal = ServicePrincipal { tenant_id, id, account_enabled };
            application.service_principals.get_or_insert_default().push(principal);
        }
        None if account_enabled == Some(false) || application.enabled.is_none() => {
            application.enabled = account_enabled;
        }
        None => {}
    }
    Ok(())
}

/// The application of a client id, made from its service principal where it is not known yet.
fn entry<'d>(
    directory: &'d mut Directory,
    fields: &Fields<'_>,
    app_id: String,
) -> Result<&'d mut Application, ReadError> {
    let known = directory.applications.iter().position(|application| same_id(&application.app_id, &app_id));
    let place = match known {
        Some(place) => place,
        None => {
            directory.applications.push(Application {
                app_id: app_id.clone(),
                display_name: fields.text_of(&["appDisplayName", "displayName"])?,
                tenant_id: fields.text_of(&["appOwnerOrganizationId", "appOwnerTenantId"])?,
                sign_in_audience: fields.word("signInAudience", SIGN_IN_AUDIENCES, sign_in_audience)?,
                ..Application::default()
            });
            directory.applications.len() - 1
        }
    };
    directory.applications.get_mut(place).ok_or_else(|| fields.missing("appId"))
}

/// The managed identity that a service principal stands for.
fn identity_behind(fields: &Fields<'_>, client_id: String, json: &Value) -> Result<ManagedIdentity, ReadError> {
    let names = fields.texts("alternativeNames")?.unwrap_or_default();
    let explicit = names.iter().find_map(|name| match plain(name).as_str() {
        "isexplicit=true" => Some(ManagedIdentityKind::UserAssigned),
        "isexplicit=false" => Some(ManagedIdentityKind::SystemAssigned),
        _ => None,
    });
    let has_own_resource = names.iter().any(|name| plain(name).contains("/userassignedidentities/"));
    Ok(ManagedIdentity {
        client_id,
        principal_id: fields.text_of(&["id", "objectId"])?,
        tenant_id: fields.text("tenantId")?.or_else(|| owner::tenant_in(json)),
        kind: explicit.or(has_own_resource.then_some(ManagedIdentityKind::UserAssigned)),
        name: fields.text_of(&["displayName", "name"])?,
        federated_identity_credentials: embedded_credentials(fields)?,
    })
}

/// The API that a service principal stands for.
fn resource_behind(fields: &Fields<'_>, app_id: &str, enabled: Option<bool>) -> Result<Resource, ReadError> {
    let mut identifier_uris = fields.texts("servicePrincipalNames")?.unwrap_or_default();
    identifier_uris.retain(|name| !same_id(name, app_id));
    Ok(Resource {
        app_id: app_id.to_owned(),
        display_name: fields.text_of(&["displayName", "appDisplayName"])?,
        identifier_uris,
        enabled,
        app_role_assignment_required: fields.flag("appRoleAssignmentRequired")?.unwrap_or_default(),
        assigned_clients: Vec::new(),
    })
}

/// A service principal inside of its application, by default in the home tenant.
fn embedded_principal(fields: &Fields<'_>, home: Option<&str>) -> Result<ServicePrincipal, ReadError> {
    let tenant_id = fields.text("tenantId")?.or_else(|| home.map(str::to_owned));
    Ok(ServicePrincipal {
        tenant_id: tenant_id.ok_or_else(|| fields.missing("tenantId"))?,
        id: fields.text_of(&["id", "objectId"])?,
        account_enabled: fields.flag("accountEnabled")?,
    })
}

/// The credentials inside of an object; `None` where it does not show them.
fn embedded_credentials(fields: &Fields<'_>) -> Result<Option<Vec<FederatedIdentityCredential>>, ReadError> {
    let Some(list) = fields.members("federatedIdentityCredentials")? else { return Ok(None) };
    let items: Vec<_> = list.into_iter().map(|(value, _)| value).collect();
    Ok(Some(credentials::read(&items, &mut Problems::default())))
}

/// `enabled`, `accountEnabled`, or Graph's `isDisabled` and `disabledByMicrosoftStatus`.
fn enabled(fields: &Fields<'_>) -> Result<Option<bool>, ReadError> {
    let stated = fields.flag("enabled")?.or(fields.flag("accountEnabled")?);
    let disabled = fields.flag("isDisabled")?;
    let by_microsoft = fields.text("disabledByMicrosoftStatus")?.filter(|status| status.starts_with("Disabled"));
    Ok(stated.or(by_microsoft.map(|_| false)).or(disabled.map(|disabled| !disabled)))
}

/// The registered certificates: by thumbprint where Graph shows one, else by key id.
fn thumbprints(fields: &Fields<'_>) -> Result<Vec<String>, ReadError> {
    let mut thumbprints = fields.texts("certificateThumbprints")?.unwrap_or_default();
    for key in fields.objects("keyCredentials")?.unwrap_or_default() {
        match key.text("customKeyIdentifier")? {
            Some(identifier) => thumbprints.extend(thumbprint::spellings(&identifier)),
            None => thumbprints.extend(key.text("keyId")?),
        }
    }
    Ok(thumbprints)
}

fn identity_kind(kind: &str) -> Option<ManagedIdentityKind> {
    match plain(kind).as_str() {
        "userassigned" => Some(ManagedIdentityKind::UserAssigned),
        "systemassigned" => Some(ManagedIdentityKind::SystemAssigned),
        _ => None,
    }
}

const SIGN_IN_AUDIENCES: &str =
    "AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount or PersonalMicrosoftAccount";

fn sign_in_audience(name: &str) -> Option<SignInAudience> {
    match plain(name).as_str() {
        "azureadmyorg" => Some(SignInAudience::SingleTenant),
        "azureadmultipleorgs" => Some(SignInAudience::MultiTenant),
        "azureadandpersonalmicrosoftaccount" => Some(SignInAudience::MultiTenantAndPersonal),
        "personalmicrosoftaccount" => Some(SignInAudience::Personal),
        _ => None,
    }
}
