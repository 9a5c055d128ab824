//! `/servicePrincipals`

use serde_json::{Map, Value};

use super::applications::no_key;
use super::principal::{Principal, all, with_app_id, with_id};
use super::{Answer, Call, Part, Problem, assignments, body, empty_list};
use crate::directory::{Registry, key};
use crate::emulator::Change;
use crate::{ApplicationDocument, ServicePrincipalDocument, http};

const SET: &str = "servicePrincipals";

/// The service principal of a key in an address.
pub(super) fn find<'a>(registry: &'a Registry, tenant: &'a str, key: Part<'_>) -> Result<Principal<'a>, Problem> {
    let (id, found) = match key {
        Part::Plain(id) => (id, with_id(registry, tenant, id)),
        Part::Keyed(property, id) if property.eq_ignore_ascii_case("appId") => (id, with_app_id(registry, tenant, id)),
        Part::Keyed(property, _) => return Err(no_key(property)),
    };
    found.ok_or_else(|| Problem::not_found(id))
}

pub(super) fn route(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    match (call.method, parts) {
        ("GET", []) => Ok(Answer::list(SET, list(call))),
        ("GET", [Part::Plain("$count")]) => Ok(Answer::Count(list(call))),
        ("POST", []) => create(call),
        (_, []) => Err(Problem::method()),
        (method, [key, rest @ ..]) => match (method, rest) {
            ("GET", []) => {
                let registry = call.emulator.registry();
                Ok(Answer::object(SET, find(&registry, call.tenant(), *key)?.shape(&registry)))
            }
            ("PATCH", []) => update(call, *key),
            ("DELETE", []) => delete(call, *key),
            (_, []) => Err(Problem::method()),
            (_, [Part::Plain(side @ ("appRoleAssignments" | "appRoleAssignedTo")), rest @ ..]) => {
                assignments::route(call, *key, *side == "appRoleAssignments", rest)
            }
            (_, rest) => {
                find(&call.emulator.registry(), call.tenant(), *key)?;
                empty_list(call, SET, rest)
            }
        },
    }
}

/// Those of the caller's tenant. A filter by `appId` need not look at all of them.
fn list(call: &Call<'_>) -> Vec<Value> {
    let registry = call.emulator.registry();
    let pinned = call.query.filter.as_ref().and_then(|filter| filter.pinned("appId"));
    match pinned {
        Some(app_id) => {
            with_app_id(&registry, call.tenant(), app_id).map(|one| one.shape(&registry)).into_iter().collect()
        }
        None => all(&registry, call.tenant()).map(|one| one.shape(&registry)).collect(),
    }
}

/// Makes an application present in the caller's tenant.
fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let mut sent = call.body()?;
    let app_id = body::text("appId", body::required(&sent, "appId")?)?;
    sent.shift_remove("appId");
    let tenant = call.tenant();
    call.emulator.change(|registry| {
        if with_app_id(registry, tenant, &app_id).is_some() {
            let message = format!(
                "The service principal cannot be created, updated, or restored because the service principal name \
                 {app_id} is already in use."
            );
            return Err(Problem::new(409, "Request_MultipleObjectsWithSameKeyValue", message));
        }
        let known = registry.directory.application(&app_id).filter(|application| {
            call.is_here(application.tenant_id.as_deref())
                || application.sign_in_audience.is_some_and(|audience| audience.is_multi_tenant())
        });
        let document = known.and_then(|application| registry.application_document(&application.app_id));
        let mut document = document.ok_or_else(|| {
            let message =
                format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
            Problem::bad_request(message)
        })?;
        let mut principal = ServicePrincipalDocument {
            tenant_id: tenant.to_owned(),
            id: Some(http::random_id().to_string()),
            ..ServicePrincipalDocument::default()
        };
        let created = call.emulator.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        principal.properties.insert("createdDateTime".to_owned(), created.into());
        apply(&mut document, &mut principal, sent)?;
        document.service_principals.get_or_insert_default().push(principal);
        Ok((vec![Change::Application(document)], ()))
    })?;
    let registry = call.emulator.registry();
    let created = find(&registry, tenant, Part::Keyed("appId", &app_id))?;
    Ok(Answer::created(SET, created.shape(&registry)))
}

/// The application behind a service principal that Graph may change, and the principal's place in it.
fn changeable(
    registry: &Registry,
    call: &Call<'_>,
    key_in_address: Part<'_>,
) -> Result<(ApplicationDocument, usize), Problem> {
    let Principal::Application(application, principal) = find(registry, call.tenant(), key_in_address)? else {
        return Err(Problem::denied("Insufficient privileges to complete the operation."));
    };
    let document = registry.application_document(&application.app_id);
    let place = |document: &ApplicationDocument| {
        let mut present = document.service_principals.iter().flatten();
        present.position(|one| key(&one.tenant_id) == key(&principal.tenant_id))
    };
    let found = document.and_then(|document| place(&document).map(|place| (document, place)));
    found.ok_or_else(|| Problem::not_found(&application.app_id))
}

fn update(call: &Call<'_>, key: Part<'_>) -> Result<Answer, Problem> {
    let sent = call.body()?;
    call.emulator.change(|registry| {
        let (mut document, place) = changeable(registry, call, key)?;
        let mut principals = document.service_principals.take().unwrap_or_default();
        if let Some(principal) = principals.get_mut(place) {
            apply(&mut document, principal, sent)?;
        }
        document.service_principals = Some(principals);
        Ok((vec![Change::Application(document)], Answer::Done))
    })
}

fn delete(call: &Call<'_>, key: Part<'_>) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        let (mut document, place) = changeable(registry, call, key)?;
        document.service_principals.get_or_insert_default().remove(place);
        Ok((vec![Change::Application(document)], Answer::Done))
    })
}

/// Sets the properties that a client sent; what the emulator has no use for is kept and shown again.
fn apply(
    document: &mut ApplicationDocument,
    principal: &mut ServicePrincipalDocument,
    sent: Map<String, Value>,
) -> Result<(), Problem> {
    for (name, value) in sent {
        match name.as_str() {
            "accountEnabled" => principal.account_enabled = body::optional_flag(&name, &value)?,
            "appRoleAssignmentRequired" => {
                document.app_role_assignment_required = body::optional_flag(&name, &value)?.unwrap_or_default();
            }
            "appId" => Problem::unless_same(&name, &value, &document.app_id)?,
            "id" => Problem::unless_same(&name, &value, principal.id.as_deref().unwrap_or_default())?,
            // They are the application's.
            "displayName"
            | "appDisplayName"
            | "appRoles"
            | "servicePrincipalNames"
            | "signInAudience"
            | "servicePrincipalType"
            | "appOwnerOrganizationId"
            | "createdDateTime"
            | "deletedDateTime" => {}
            annotation if annotation.contains('@') => {}
            _ => body::merge(&mut principal.properties, &name, value),
        }
    }
    Ok(())
}
