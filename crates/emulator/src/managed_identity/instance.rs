//! What the Instance Metadata Service says of the virtual machine itself. Every value is a text.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response, Uri};
use fedlens_issuers::Cloud;
use fedlens_trust::ManagedIdentityKind;
use serde_json::{Value, json};

use super::imds::{Problem, VERSIONS, admit};
use super::{INSTANCE, failed, failure, parameter};
use crate::{Emulator, http};

/// The version that brought this.
const FIRST: &str = "2017-04-02";

/// Where a machine is whose identity has no region.
const REGION: &str = "westeurope";

pub(super) async fn versions() -> Response<Body> {
    http::json(200, &json!({"apiVersions": VERSIONS}))
}

/// The document, or the part of it that the rest of the path leads to.
pub(super) async fn instance(
    State(emulator): State<Arc<Emulator>>,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("identity") {
        let problem = Problem::named(fault.status, "unknown", failure(fault.status));
        return failed(problem.answer(&emulator, &headers), fault);
    }
    let query = query.as_deref();
    if let Err(problem) = admit(query, &headers, FIRST) {
        return problem.answer(&emulator, &headers);
    }
    let document = document(&emulator);
    let part = uri.path().strip_prefix(INSTANCE).unwrap_or_default().trim_end_matches('/');
    let as_text = parameter(query, "format").is_some_and(|format| format.eq_ignore_ascii_case("text"));
    match (document.pointer(part), as_text) {
        (None, _) => http::json(404, &json!({"error": "Not found"})),
        (Some(found), true) => http::text(200, text(found)),
        (Some(Value::String(_)), false) => {
            http::json(400, &json!({"error": "Bad request. A single value is only given with format=text"}))
        }
        (Some(found), false) => http::json(200, found),
    }
}

/// A value, or the names below an element, a slash behind those that have more below them.
fn text(element: &Value) -> String {
    let line = |name: String, value: &Value| if value.is_string() { name } else { format!("{name}/") };
    match element {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| line(name.clone(), value)).collect::<Vec<_>>().join("\n")
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(place, value)| line(place.to_string(), value)).collect::<Vec<_>>().join("\n")
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// The machine is the one that the system-assigned identity belongs to.
fn document(emulator: &Emulator) -> Value {
    let registry = emulator.registry();
    let mut identities = registry.directory.managed_identities.iter();
    let system = identities.find(|identity| identity.kind == Some(ManagedIdentityKind::SystemAssigned));
    let extra = system.and_then(|identity| registry.identity_extra(&identity.client_id)).cloned().unwrap_or_default();
    let (resource_id, tags) = (extra.resource_id.as_str(), &extra.tags);
    let subscription = registry.subscriptions.first().map_or("", |subscription| subscription.id.as_str());
    let tags_list: Vec<_> = tags.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let tags: Vec<_> = tags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    let environment = match emulator.cloud(&registry, "") {
        Cloud::Public => "AzurePublicCloud",
        Cloud::UsGov => "AzureUSGovernmentCloud",
        Cloud::China => "AzureChinaCloud",
    };
    json!({
        "compute": {
            "azEnvironment": environment,
            "location": extra.location.as_deref().unwrap_or(REGION),
            "name": system.and_then(|identity| identity.name.as_deref()).unwrap_or("emulated"),
            "osType": "Linux",
            "provider": "Microsoft.Compute",
            "resourceGroupName": segment(resource_id, "resourceGroups").unwrap_or("emulated"),
            "resourceId": resource_id,
            "subscriptionId": segment(resource_id, "subscriptions").unwrap_or(subscription),
            "tags": tags.join(";"),
            "tagsList": tags_list,
            "vmId": system.and_then(|identity| identity.principal_id.as_deref()).unwrap_or_default(),
            "vmScaleSetName": "",
            "vmSize": "Standard_D2s_v5",
            "zone": "",
        },
        "network": {"interface": []},
    })
}

/// What follows a name in an ARM id.
fn segment<'a>(resource_id: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = resource_id.split('/').skip_while(|part| !part.eq_ignore_ascii_case(name));
    parts.nth(1).filter(|value| !value.is_empty())
}
