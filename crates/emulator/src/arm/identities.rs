//! User-assigned managed identities.

use fedlens_trust::ManagedIdentityKind;
use serde_json::{Map, Value, json};

use super::groups::{group, location, location_required, tags};
use super::subscriptions::{DEFAULT_LOCATION, find, only_get};
use super::{Answer, Call, Problem, credentials, versions};
use crate::directory::{IdentityExtra, Registry};
use crate::emulator::Change;
use crate::{ManagedIdentityDocument, http};

/// Where a managed identity is.
pub(super) struct Place {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) client_id: String,
}

/// The user-assigned identities of a subscription.
pub(super) fn all<'a>(
    registry: &'a Registry,
    subscription: &'a str,
) -> impl Iterator<Item = (Place, &'a IdentityExtra)> {
    registry.directory.managed_identities.iter().filter_map(move |identity| {
        let extra = registry.identity_extra(&identity.client_id)?;
        let (group, name) = place(&extra.resource_id, subscription)?;
        Some((Place { group, name, client_id: identity.client_id.clone() }, extra))
    })
}

/// Group and name of the identity with this resource id, where it is user-assigned and in the subscription.
fn place(resource_id: &str, subscription: &str) -> Option<(String, String)> {
    let parts: Vec<_> = resource_id.trim_start_matches('/').split('/').collect();
    let [subscriptions, id, groups, group, providers, namespace, kind, name] = parts.as_slice() else { return None };
    let fixed = [
        (subscriptions, "subscriptions"),
        (id, subscription),
        (groups, "resourcegroups"),
        (providers, "providers"),
        (namespace, "microsoft.managedidentity"),
        (kind, "userassignedidentities"),
    ];
    let fits = fixed.iter().all(|(part, wanted)| part.eq_ignore_ascii_case(wanted));
    fits.then(|| ((*group).to_owned(), (*name).to_owned()))
}

/// The identity of a name, with its credentials.
pub(super) fn identity(
    registry: &Registry,
    subscription: &str,
    group: &str,
    name: &str,
) -> Option<ManagedIdentityDocument> {
    let mut here = all(registry, subscription);
    let (place, _) =
        here.find(|(place, _)| place.group.eq_ignore_ascii_case(group) && place.name.eq_ignore_ascii_case(name))?;
    registry.identity_document(&place.client_id)
}

fn shape(identity: &ManagedIdentityDocument) -> Value {
    let resource_id = identity.resource_id.as_deref().unwrap_or_default();
    let mut properties = Map::new();
    properties.insert("tenantId".to_owned(), json!(identity.tenant_id));
    properties.insert("principalId".to_owned(), json!(identity.principal_id));
    properties.insert("clientId".to_owned(), json!(identity.client_id));
    properties.extend(identity.properties.clone());
    json!({
        "id": resource_id,
        "name": resource_id.rsplit('/').next(),
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "location": identity.location.as_deref().unwrap_or(DEFAULT_LOCATION),
        "tags": identity.tags,
        "properties": properties,
    })
}

/// Those of a subscription, or of one of its groups.
pub(super) fn list(call: &Call<'_>, subscription: &str, in_group: Option<&str>) -> Result<Answer, Problem> {
    only_get(call)?;
    versions::of_identities(&call.version)?;
    let registry = call.emulator.registry();
    if let Some(name) = in_group {
        group(&registry, subscription, name)?;
    }
    let here = all(&registry, subscription)
        .filter(|(place, _)| in_group.is_none_or(|name| place.group.eq_ignore_ascii_case(name)));
    let documents = here.filter_map(|(place, _)| registry.identity_document(&place.client_id));
    Ok(Answer::List(documents.map(|identity| shape(&identity)).collect()))
}

pub(super) fn route(call: &Call<'_>, subscription: &str, group: &str, names: &[&str]) -> Result<Answer, Problem> {
    match (call.method, names) {
        (_, []) => list(call, subscription, Some(group)),
        (_, [name, "federatedIdentityCredentials", rest @ ..]) => {
            versions::of_credentials(&call.version)?;
            credentials::route(call, &credentials::Parent { subscription, group, name }, rest)
        }
        (method, [name, rest @ ..]) => {
            versions::of_identities(&call.version)?;
            match (method, rest) {
                ("GET", []) => {
                    let found = identity(&call.emulator.registry(), subscription, group, name);
                    found.map(|found| Answer::Found(shape(&found))).ok_or_else(|| missing(group, name))
                }
                ("PUT", []) => put(call, subscription, group, name),
                ("PATCH", []) => patch(call, subscription, group, name),
                ("DELETE", []) => delete(call, subscription, group, name),
                ("POST", ["listAssociatedResources"]) => {
                    let found = identity(&call.emulator.registry(), subscription, group, name);
                    found
                        .map(|_| Answer::Found(json!({"totalCount": 0, "value": []})))
                        .ok_or_else(|| missing(group, name))
                }
                (method, [] | ["listAssociatedResources"]) => Err(Problem::method(method)),
                _ => Err(Problem::path(call.path)),
            }
        }
    }
}

fn missing(group: &str, name: &str) -> Problem {
    let message = format!(
        "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/{name}' under resource group '{group}' was not \
         found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    );
    Problem::new(404, "ResourceNotFound", message)
}

/// Creates an identity, or replaces its tags and properties.
fn put(call: &Call<'_>, subscription: &str, group_name: &str, name: &str) -> Result<Answer, Problem> {
    let sent = call.body()?;
    check_name(name)?;
    call.emulator.change(|registry| {
        let group = group(registry, subscription, group_name)?;
        let known = identity(registry, subscription, group_name, name);
        let is_new = known.is_none();
        let mut document = match known {
            Some(known) => ManagedIdentityDocument { properties: Map::new(), tags: Default::default(), ..known },
            None => ManagedIdentityDocument {
                client_id: http::random_id().to_string(),
                principal_id: Some(http::random_id().to_string()),
                tenant_id: find(registry, call, subscription)?.tenant_id,
                kind: Some(ManagedIdentityKind::UserAssigned),
                name: Some(name.to_owned()),
                resource_id: Some(format!(
                    "/subscriptions/{subscription}/resourcegroups/{}/providers/Microsoft.ManagedIdentity/\
                     userAssignedIdentities/{name}",
                    group.name
                )),
                location: Some(location(&sent)?.ok_or_else(location_required)?),
                ..ManagedIdentityDocument::default()
            },
        };
        apply(&mut document, &sent, group_name)?;
        let shape = shape(&document);
        Ok((vec![Change::Identity(document)], Answer::put(is_new, shape)))
    })
}

fn patch(call: &Call<'_>, subscription: &str, group: &str, name: &str) -> Result<Answer, Problem> {
    let sent = call.body()?;
    call.emulator.change(|registry| {
        let mut document = identity(registry, subscription, group, name).ok_or_else(|| missing(group, name))?;
        apply(&mut document, &sent, group)?;
        let shape = shape(&document);
        Ok((vec![Change::Identity(document)], Answer::Found(shape)))
    })
}

fn delete(call: &Call<'_>, subscription: &str, group_name: &str, name: &str) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        group(registry, subscription, group_name)?;
        Ok(match identity(registry, subscription, group_name, name) {
            Some(known) => (vec![Change::RemoveIdentity(known.client_id)], Answer::Status(200)),
            None => (Vec::new(), Answer::Status(204)),
        })
    })
}

/// Sets tags and properties; the region stays, and so do the ids.
fn apply(document: &mut ManagedIdentityDocument, sent: &Map<String, Value>, group: &str) -> Result<(), Problem> {
    let own = document.location.as_deref().unwrap_or(DEFAULT_LOCATION);
    if let Some(asked) = location(sent)?.filter(|asked| *asked != super::subscriptions::location_name(own)) {
        let name = document.name.as_deref().unwrap_or_default();
        let message = format!(
            "The resource '{name}' already exists in location '{own}' in resource group '{group}'. A resource with the \
             same name cannot be created in location '{asked}'. Please select a new resource name."
        );
        return Err(Problem::new(409, "InvalidResourceLocation", message));
    }
    if let Some(tags) = tags(sent)? {
        document.tags = tags;
    }
    match sent.get("properties") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Object(properties)) => {
            let read_only = ["tenantId", "principalId", "clientId"];
            let settable = properties.iter().filter(|(name, _)| !read_only.contains(&name.as_str()));
            settable.for_each(|(name, value)| drop(document.properties.insert(name.clone(), value.clone())));
            Ok(())
        }
        Some(other) => Err(Problem::wrong_type("properties", "an object", other)),
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins_well = name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
    match (3..=128).contains(&name.len()) && begins_well && name.bytes().all(of_name) {
        true => Ok(()),
        false => Err(Problem::bad_request(format!(
            "The managed identity name '{name}' is invalid. It takes 3 to 128 letters, digits, hyphens and underscores, \
             and begins with a letter or digit."
        ))),
    }
}
