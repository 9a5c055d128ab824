//! `/subscriptions/{id}/providers`: every resource provider is registered.

use serde_json::{Value, json};

use super::subscriptions::LOCATIONS;
use super::{Answer, Call, Problem, versions};

/// Those that are listed.
const LISTED: [&str; 3] = ["Microsoft.Authorization", "Microsoft.ManagedIdentity", "Microsoft.Resources"];

pub(super) fn route(call: &Call<'_>, subscription: &str, names: &[&str]) -> Result<Answer, Problem> {
    match (call.method, names) {
        ("GET", []) => Ok(Answer::List(LISTED.iter().map(|name| shape(subscription, name)).collect())),
        ("GET", [name]) | ("POST", [name, "register"]) => Ok(Answer::Found(shape(subscription, name))),
        (method, [] | [_] | [_, "register" | "unregister"]) => Err(Problem::method(method)),
        (_, [name, kind, ..]) => Err(Problem::resource_type(name, kind)),
    }
}

fn shape(subscription: &str, name: &str) -> Value {
    let regions: Vec<_> = LOCATIONS.iter().map(|(_, display)| *display).collect();
    let kind = |kind: &str| json!({"resourceType": kind, "locations": regions, "apiVersions": versions::CREDENTIALS});
    let kinds = match name {
        "Microsoft.ManagedIdentity" => {
            vec![kind("userAssignedIdentities"), kind("userAssignedIdentities/federatedIdentityCredentials")]
        }
        _ => Vec::new(),
    };
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{name}"),
        "namespace": name,
        "resourceTypes": kinds,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    })
}
