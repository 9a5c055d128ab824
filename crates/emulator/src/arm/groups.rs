//! `/subscriptions/{id}/resourcegroups`: those that were created, and those that managed identities are in.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::identities::{Place, all};
use super::subscriptions::{DEFAULT_LOCATION, location_name};
use super::{Answer, Call, Problem};
use crate::ResourceGroupDocument;
use crate::directory::Registry;
use crate::emulator::Change;

/// The longest name, in characters.
const MAX_NAME: usize = 90;

/// The groups of a subscription.
fn groups(registry: &Registry, subscription: &str) -> Vec<ResourceGroupDocument> {
    let created = registry.resource_groups.values();
    let mut groups: Vec<_> =
        created.filter(|group| group.subscription_id.eq_ignore_ascii_case(subscription)).cloned().collect();
    for (place, _) in all(registry, subscription) {
        if !groups.iter().any(|group| group.name.eq_ignore_ascii_case(&place.group)) {
            groups.push(new_group(subscription, place.group, DEFAULT_LOCATION.to_owned()));
        }
    }
    groups
}

fn new_group(subscription: &str, name: String, location: String) -> ResourceGroupDocument {
    ResourceGroupDocument { subscription_id: subscription.to_owned(), name, location, tags: BTreeMap::new() }
}

/// The group of a name.
pub(super) fn group(registry: &Registry, subscription: &str, name: &str) -> Result<ResourceGroupDocument, Problem> {
    let mut all = groups(registry, subscription).into_iter();
    all.find(|group| group.name.eq_ignore_ascii_case(name)).ok_or_else(|| Problem::no_group(name))
}

fn shape(subscription: &str, group: &ResourceGroupDocument) -> Value {
    json!({
        "id": format!("/subscriptions/{subscription}/resourceGroups/{}", group.name),
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": group.tags,
        "properties": {"provisioningState": "Succeeded"},
    })
}

pub(super) fn route(call: &Call<'_>, subscription: &str, names: &[&str]) -> Result<Answer, Problem> {
    let registry = || call.emulator.registry();
    match (call.method, names) {
        ("GET", []) => {
            let all = groups(&registry(), subscription);
            Ok(Answer::List(all.iter().map(|group| shape(subscription, group)).collect()))
        }
        ("GET", [name]) => Ok(Answer::Found(shape(subscription, &group(&registry(), subscription, name)?))),
        ("HEAD", [name]) => Ok(Answer::Status(if group(&registry(), subscription, name).is_ok() { 204 } else { 404 })),
        ("PUT" | "PATCH", [name]) => put(call, subscription, name),
        ("DELETE", [name]) => delete(call, subscription, name),
        ("GET", [name, "resources"]) => resources(call, subscription, name),
        (method, [] | [_] | [_, "resources"]) => Err(Problem::method(method)),
        _ => Err(Problem::path(call.path)),
    }
}

fn resources(call: &Call<'_>, subscription: &str, name: &str) -> Result<Answer, Problem> {
    let registry = call.emulator.registry();
    group(&registry, subscription, name)?;
    let here = all(&registry, subscription).filter(|(place, _)| place.group.eq_ignore_ascii_case(name));
    let shape = |(place, extra): (Place, &crate::directory::IdentityExtra)| {
        json!({
            "id": extra.resource_id,
            "name": place.name,
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
            "location": extra.location.as_deref().unwrap_or(DEFAULT_LOCATION),
            "tags": extra.tags,
        })
    };
    Ok(Answer::List(here.map(shape).collect()))
}

/// Creates a group or changes its tags; its region stays.
fn put(call: &Call<'_>, subscription: &str, name: &str) -> Result<Answer, Problem> {
    let sent = call.body()?;
    check_name(name)?;
    let tags = tags(&sent)?;
    let asked = location(&sent)?;
    call.emulator.change(|registry| {
        let known = group(registry, subscription, name).ok();
        if known.is_none() && call.method == "PATCH" {
            return Err(Problem::no_group(name));
        }
        let is_new = known.is_none();
        let mut changed = match known {
            Some(group) => group,
            None => new_group(subscription, name.to_owned(), asked.clone().ok_or_else(location_required)?),
        };
        if asked.is_some_and(|asked| asked != changed.location) {
            let message = format!(
                "Invalid resource group location. The Resource group already exists in location '{}'.",
                changed.location
            );
            return Err(Problem::new(409, "InvalidResourceGroupLocation", message));
        }
        if tags.is_some() || call.method == "PUT" {
            changed.tags = tags.unwrap_or_default();
        }
        let shape = shape(subscription, &changed);
        Ok((vec![Change::ResourceGroup(changed)], Answer::put(is_new, shape)))
    })
}

/// A group goes with the identities in it.
fn delete(call: &Call<'_>, subscription: &str, name: &str) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        let group = group(registry, subscription, name)?;
        let here = all(registry, subscription).filter(|(place, _)| place.group.eq_ignore_ascii_case(name));
        let mut changes: Vec<_> = here.map(|(place, _)| Change::RemoveIdentity(place.client_id)).collect();
        changes.push(Change::RemoveResourceGroup(group.key()));
        Ok((changes, Answer::Status(200)))
    })
}

fn check_name(name: &str) -> Result<(), Problem> {
    let of_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '(' | ')');
    match name.chars().count() <= MAX_NAME && !name.ends_with('.') && name.chars().all(of_name) {
        true => Ok(()),
        false => {
            let message = format!(
                "The provided resource group name '{name}' has these invalid characters: it takes up to {MAX_NAME} \
                 letters, digits, hyphens, underscores, parentheses and periods, and does not end with a period."
            );
            Err(Problem::new(400, "InvalidResourceGroupName", message))
        }
    }
}

pub(super) fn location_required() -> Problem {
    Problem::new(400, "LocationRequired", "The location property is required for this definition.")
}

/// The region that a client sends.
pub(super) fn location(sent: &Map<String, Value>) -> Result<Option<String>, Problem> {
    match sent.get("location") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(location_name(text)).filter(|name| !name.is_empty())),
        Some(other) => Err(Problem::wrong_type("location", "a string", other)),
    }
}

/// The tags that a client sends.
pub(super) fn tags(sent: &Map<String, Value>) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let fields = match sent.get("tags") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(fields)) => fields,
        Some(other) => return Err(Problem::wrong_type("tags", "an object", other)),
    };
    let pair = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        other => Err(Problem::wrong_type(&format!("tags.{name}"), "a string", other)),
    };
    fields.iter().map(pair).collect::<Result<_, _>>().map(Some)
}
