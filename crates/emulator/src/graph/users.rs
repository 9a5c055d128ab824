//! `/users` and `/me`. Users come from the directory file and cannot be changed here.

use fedlens_trust::User;
use serde_json::{Value, json};

use super::{Answer, Call, Part, Problem, empty_list};
use crate::directory::Registry;

const SET: &str = "users";

pub(super) fn shape(user: &User) -> Value {
    json!({
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": null,
        "jobTitle": null,
        "mail": null,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": null,
        "userPrincipalName": user.user_principal_name,
        "id": user.id,
        "accountEnabled": user.account_enabled,
    })
}

/// The users of the caller's tenant.
pub(super) fn list(call: &Call<'_>, registry: &Registry) -> Vec<Value> {
    registry.directory.users.iter().filter(|user| call.is_here(user.tenant_id.as_deref())).map(shape).collect()
}

pub(super) fn route(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    match (call.method, parts) {
        ("GET", []) => Ok(Answer::list(SET, list(call, &call.emulator.registry()))),
        ("GET", [Part::Plain("$count")]) => Ok(Answer::Count(list(call, &call.emulator.registry()))),
        ("GET", [Part::Plain(id) | Part::Keyed(_, id), rest @ ..]) => {
            let registry = call.emulator.registry();
            let user = registry.directory.user(id).filter(|user| call.is_here(user.tenant_id.as_deref()));
            let user = user.ok_or_else(|| Problem::not_found(id))?;
            if rest.is_empty() { Ok(Answer::object(SET, shape(user))) } else { empty_list(call, SET, rest) }
        }
        _ => Err(Problem::denied("The emulator takes its users from the directory file; they cannot be changed here.")),
    }
}

/// The signed-in user. A token of an application has none.
pub(super) fn me(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    let Some(id) = &call.caller.user_id else {
        let message = "/me request is only valid with delegated authentication flow.";
        return Err(Problem::new(400, "BadRequest", message));
    };
    let own: Vec<_> = std::iter::once(Part::Plain(id)).chain(parts.iter().copied()).collect();
    route(call, &own)
}
