//! `/subscriptions`, `/tenants` and regions.

use fedlens_trust::same_id;
use serde_json::{Value, json};

use super::{Answer, Call, Problem};
use crate::SubscriptionDocument;
use crate::directory::{Registry, key};

/// The regions: name and how it is displayed.
pub(super) const LOCATIONS: [(&str, &str); 10] = [
    ("westeurope", "West Europe"),
    ("northeurope", "North Europe"),
    ("germanywestcentral", "Germany West Central"),
    ("swedencentral", "Sweden Central"),
    ("uksouth", "UK South"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("westus2", "West US 2"),
    ("westus3", "West US 3"),
    ("southeastasia", "Southeast Asia"),
];

/// The region of whatever names none.
pub(super) const DEFAULT_LOCATION: &str = "westeurope";

/// `West Europe` and `westeurope` are one region.
pub(super) fn location_name(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn is_visible(subscription: &SubscriptionDocument, call: &Call<'_>) -> bool {
    subscription.tenant_id.as_deref().is_some_and(|tenant| key(tenant) == call.caller.tenant_id)
}

/// A subscription of the caller's tenant.
pub(super) fn find(registry: &Registry, call: &Call<'_>, id: &str) -> Result<SubscriptionDocument, Problem> {
    let mut all = registry.subscriptions.iter();
    let found = all.find(|one| same_id(&one.id, id) && is_visible(one, call)).cloned();
    found.ok_or_else(|| {
        Problem::new(404, "SubscriptionNotFound", format!("The subscription '{id}' could not be found."))
    })
}

fn shape(subscription: &SubscriptionDocument) -> Value {
    let id = &subscription.id;
    json!({
        "id": format!("/subscriptions/{id}"),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": id,
        "tenantId": subscription.tenant_id,
        "displayName": subscription.display_name.as_deref().unwrap_or(id),
        "state": "Enabled",
        "subscriptionPolicies":
            {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
    })
}

pub(super) fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    only_get(call)?;
    let registry = call.emulator.registry();
    let all: Vec<_> = registry.subscriptions.iter().filter(|one| is_visible(one, call)).map(shape).collect();
    Ok(Answer::Found(json!({"count": {"type": "Total", "value": all.len()}, "value": all})))
}

pub(super) fn get(call: &Call<'_>, subscription: &SubscriptionDocument) -> Result<Answer, Problem> {
    only_get(call)?;
    Ok(Answer::Found(shape(subscription)))
}

pub(super) fn tenants(call: &Call<'_>) -> Result<Answer, Problem> {
    only_get(call)?;
    let registry = call.emulator.registry();
    let own = registry.directory.tenant(&call.caller.tenant_id).map(|tenant| {
        json!({
            "id": format!("/tenants/{}", tenant.id),
            "tenantId": tenant.id,
            "countryCode": "US",
            "displayName": tenant.display_name,
            "domains": tenant.domains,
            "tenantCategory": "Home",
            "defaultDomain": tenant.domains.first(),
            "tenantType": "AAD",
        })
    });
    Ok(Answer::List(own.into_iter().collect()))
}

pub(super) fn locations(call: &Call<'_>, subscription: &str) -> Result<Answer, Problem> {
    only_get(call)?;
    let shape = |(name, display): (&str, &str)| {
        json!({
            "id": format!("/subscriptions/{subscription}/locations/{name}"),
            "name": name,
            "type": "Region",
            "displayName": display,
            "regionalDisplayName": display,
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        })
    };
    Ok(Answer::List(LOCATIONS.into_iter().map(shape).collect()))
}

pub(super) fn only_get(call: &Call<'_>) -> Result<(), Problem> {
    if call.method == "GET" { Ok(()) } else { Err(Problem::method(call.method)) }
}
