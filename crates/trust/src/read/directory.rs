//! Directories: what Graph, ARM and the Azure CLI show of one, and our own format.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cloud::cloud;
use super::fields::{Fields, plain, texts};
use super::members::Members;
use super::principals::{self, Kind};
use super::{ReadError, error_body};
use crate::{Directory, Tenant, TenantPolicies, View};

/// The lists of our own format; one of them is enough to know it by.
const PARTS: [&str; 5] = ["tenants", "applications", "managedIdentities", "servicePrincipals", "resources"];

/// Reads applications, service principals and managed identities: Graph, `az ad app show|list`,
/// `az ad sp show|list`, `az identity show|list`, ARM; with their embedded credentials where present.
/// The directory of an exchange case is read as well. Unless the document says otherwise, the view is partial.
///
/// ```
/// let identity = serde_json::json!({"name": "deployer", "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
///     "clientId": "2b7c1d9e-0a44-4f0f-8b12-77d0b5a1c3e2", "principalId": "91d2e7c4-55aa-4b3d-9f0e-6a1b2c3d4e5f"});
/// let directory = fedlens_trust::read::directory(&identity).unwrap();
/// assert_eq!(directory.managed_identities[0].name.as_deref(), Some("deployer"));
/// ```
///
/// # Errors
///
/// When the document is an error body, holds no such object, or a field is of the wrong type; the message names it.
pub fn directory(json: &Value) -> Result<Directory, ReadError> {
    error_body::refuse(json)?;
    if let Ok(fields) = Fields::of(json, "")
        && PARTS.iter().any(|part| fields.get(part).is_some_and(Value::is_array))
    {
        return of_case(&fields, View::Partial);
    }
    let members = Members::of(json)?;
    let kinds = members.items.iter().filter_map(|item| {
        let fields = Fields::of(item, "").ok()?;
        Kind::of(&fields, members.context).map(|kind| (kind, fields, *item))
    });
    let mut directory = Directory { view: View::Partial, ..Directory::default() };
    // Service principals come last, so that each finds its application whatever the order in the list.
    let (principals, others): (Vec<_>, Vec<_>) = kinds.partition(|(kind, ..)| *kind == Kind::ServicePrincipal);
    if principals.is_empty() && others.is_empty() {
        return Err(ReadError::Shape(nothing_found(&members)));
    }
    for (kind, fields, item) in others {
        match kind {
            Kind::ManagedIdentity => directory.managed_identities.push(principals::managed_identity(&fields)?),
            _ => directory.applications.push(principals::application(&fields, item)?),
        }
    }
    for (_, fields, item) in principals {
        principals::add_service_principal(&mut directory, &fields, item)?;
    }
    Ok(directory)
}

/// Reads the directory of an exchange case.
pub(super) fn of_case(fields: &Fields<'_>, view: View) -> Result<Directory, ReadError> {
    let mut directory = Directory { view: self::view(fields)?.unwrap_or(view), ..Directory::default() };
    for tenant in fields.objects("tenants")?.unwrap_or_default() {
        directory.tenants.push(self::tenant(&tenant)?);
    }
    for (item, path) in fields.members("applications")?.unwrap_or_default() {
        directory.applications.push(principals::application(&Fields::of(item, path)?, item)?);
    }
    for identity in fields.objects("managedIdentities")?.unwrap_or_default() {
        directory.managed_identities.push(principals::managed_identity(&identity)?);
    }
    for resource in fields.objects("resources")?.unwrap_or_default() {
        directory.resources.push(principals::resource(&resource)?);
    }
    for user in fields.objects("users")?.unwrap_or_default() {
        directory.users.push(principals::user(&user)?);
    }
    for (item, path) in fields.members("servicePrincipals")?.unwrap_or_default() {
        principals::add_service_principal(&mut directory, &Fields::of(item, path)?, item)?;
    }
    Ok(directory)
}

/// Whether the object says that it is whole or partial.
pub(super) fn view(fields: &Fields<'_>) -> Result<Option<View>, ReadError> {
    fields.word("view", "whole or partial", |word| match plain(word).as_str() {
        "whole" => Some(View::Whole),
        "partial" => Some(View::Partial),
        _ => None,
    })
}

fn tenant(fields: &Fields<'_>) -> Result<Tenant, ReadError> {
    Ok(Tenant {
        id: fields.required_text(&["id", "tenantId"])?,
        domains: fields.texts("domains")?.unwrap_or_default(),
        display_name: fields.text_of(&["displayName", "name"])?,
        cloud: cloud(fields, "cloud")?,
        policies: fields.object("policies")?.map(|policies| self::policies(&policies)).transpose()?.unwrap_or_default(),
    })
}

fn policies(fields: &Fields<'_>) -> Result<TenantPolicies, ReadError> {
    Ok(TenantPolicies {
        workload_identity_federation_disabled: fields.flag("workloadIdentityFederationDisabled")?.unwrap_or_default(),
        allowed_issuers: fields.texts("allowedIssuers")?,
        required_enterprises: enterprises(fields)?,
        conditional_access_blocks: fields.texts("conditionalAccessBlocks")?.unwrap_or_default(),
    })
}

/// Required `enterprise` values by issuer.
fn enterprises(fields: &Fields<'_>) -> Result<BTreeMap<String, Vec<String>>, ReadError> {
    let Some(issuers) = fields.object("requiredEnterprises")? else { return Ok(BTreeMap::new()) };
    let each = issuers.each().map(|(issuer, names)| match texts(names) {
        Some(names) => Ok((issuer.to_owned(), names)),
        None => Err(ReadError::Shape(format!("{} must be a list of texts", issuers.path_of(issuer)))),
    });
    each.collect()
}

fn nothing_found(members: &Members<'_>) -> String {
    if members.is_list && members.items.is_empty() {
        "the list is empty: no application and no managed identity is in it".to_owned()
    } else {
        "this describes no application, service principal or managed identity: it has neither an appId nor a \
         clientId with a principalId"
            .to_owned()
    }
}

#[cfg(test)]
mod tests;
