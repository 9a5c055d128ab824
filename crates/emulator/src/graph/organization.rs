//! `/organization` and `/domains`: the caller's tenant.

use fedlens_trust::Tenant;
use serde_json::{Value, json};

use super::{Answer, Call, Part, Problem};

fn shape(tenant: &Tenant) -> Value {
    let domains = tenant.domains.iter().enumerate().map(|(place, name)| {
        json!({
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": place == 0,
            "isInitial": name.ends_with(".onmicrosoft.com"),
            "name": name,
            "type": "Managed",
        })
    });
    json!({
        "id": tenant.id,
        "deletedDateTime": null,
        "businessPhones": [],
        "city": null,
        "countryLetterCode": null,
        "createdDateTime": null,
        "displayName": tenant.display_name,
        "tenantType": "AAD",
        "assignedPlans": [],
        "provisionedPlans": [],
        "verifiedDomains": domains.collect::<Vec<_>>(),
    })
}

pub(super) fn route(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    let registry = call.emulator.registry();
    let own: Vec<_> = registry.directory.tenant(call.tenant()).into_iter().collect();
    match (call.method, parts) {
        ("GET", []) => Ok(Answer::list("organization", own.into_iter().map(shape).collect())),
        ("GET", [Part::Plain(id)]) => {
            let tenant = own.into_iter().find(|tenant| tenant.id.eq_ignore_ascii_case(id));
            Ok(Answer::object("organization", shape(tenant.ok_or_else(|| Problem::not_found(id))?)))
        }
        (_, [] | [_]) => Err(Problem::method()),
        (_, [_, Part::Plain(name) | Part::Keyed(_, name), ..]) => Err(Problem::segment(name)),
    }
}

pub(super) fn domains(call: &Call<'_>) -> Result<Answer, Problem> {
    if call.method != "GET" {
        return Err(Problem::method());
    }
    let registry = call.emulator.registry();
    let names = registry.directory.tenant(call.tenant()).map(|tenant| tenant.domains.as_slice()).unwrap_or_default();
    let shape = |(place, name): (usize, &String)| {
        json!({
            "id": name,
            "authenticationType": "Managed",
            "isAdminManaged": true,
            "isDefault": place == 0,
            "isInitial": name.ends_with(".onmicrosoft.com"),
            "isRoot": true,
            "isVerified": true,
            "supportedServices": [],
        })
    };
    Ok(Answer::list("domains", names.iter().enumerate().map(shape).collect()))
}
