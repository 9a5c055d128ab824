//! `appRoleAssignments` and `appRoleAssignedTo`: who has which role where, seen from either side.
//!
//! They are the `roleAssignments` of the directory file: they put `roles` into tokens and satisfy an application that
//! asks for assignment.

use fedlens_trust::same_id;
use serde_json::{Value, json};

use super::principal::{Principal, all, with_id, with_name};
use super::principals::find;
use super::{Answer, Call, Part, Problem, body};
use crate::RoleAssignmentDocument;
use crate::directory::{Registry, derived_id};
use crate::emulator::Change;

/// One assignment with what it refers to.
struct Assignment<'a> {
    principal: Principal<'a>,
    resource: Principal<'a>,
    role_id: String,
    /// Its place among those of the principal.
    place: usize,
}

impl Assignment<'_> {
    fn id(&self) -> String {
        derived_id(&["assignment", &self.principal.id(), &self.resource.id(), &self.role_id])
    }

    fn shape(&self) -> Value {
        json!({
            "id": self.id(),
            "deletedDateTime": null,
            "appRoleId": self.role_id,
            "createdDateTime": null,
            "principalDisplayName": self.principal.name(),
            "principalId": self.principal.id(),
            "principalType": "ServicePrincipal",
            "resourceDisplayName": self.resource.name(),
            "resourceId": self.resource.id(),
        })
    }
}

/// `of_principal`: those that the service principal has; else those to it.
pub(super) fn route(call: &Call<'_>, key: Part<'_>, of_principal: bool, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    let name = if of_principal { "appRoleAssignments" } else { "appRoleAssignedTo" };
    let set = |principal: Principal<'_>| format!("servicePrincipals('{}')/{name}", principal.id());
    match (call.method, parts) {
        ("GET", []) => {
            let registry = call.emulator.registry();
            let of = find(&registry, call.tenant(), key)?;
            let shapes = listed(&registry, call, of, of_principal).iter().map(Assignment::shape).collect();
            Ok(Answer::list(set(of), shapes))
        }
        ("GET", [Part::Plain(id)]) => {
            let registry = call.emulator.registry();
            let of = find(&registry, call.tenant(), key)?;
            let found = listed(&registry, call, of, of_principal).into_iter().find(|one| same_id(&one.id(), id));
            Ok(Answer::object(set(of), found.ok_or_else(|| Problem::not_found(id))?.shape()))
        }
        ("POST", []) => create(call, key, of_principal),
        ("DELETE", [Part::Plain(id)]) => delete(call, key, of_principal, id),
        (_, [] | [_]) => Err(Problem::method()),
        (_, [_, Part::Plain(other) | Part::Keyed(_, other), ..]) => Err(Problem::segment(other)),
    }
}

/// The assignments of one principal, at whatever it names.
fn held<'a>(registry: &'a Registry, call: &'a Call<'_>, principal: Principal<'a>) -> Vec<Assignment<'a>> {
    let kept = registry.role_assignments(principal.app_id());
    let resolved = kept.iter().enumerate().filter_map(|(place, one)| {
        let resource = with_name(registry, call.tenant(), &one.resource)?;
        Some(Assignment { principal, resource, role_id: resource.role_id(registry, &one.role)?, place })
    });
    resolved.collect()
}

fn listed<'a>(
    registry: &'a Registry,
    call: &'a Call<'_>,
    of: Principal<'a>,
    of_principal: bool,
) -> Vec<Assignment<'a>> {
    if of_principal {
        return held(registry, call, of);
    }
    let everyone = all(registry, call.tenant()).flat_map(|principal| held(registry, call, principal));
    everyone.filter(|one| one.resource.app_id() == of.app_id()).collect()
}

fn create(call: &Call<'_>, key: Part<'_>, of_principal: bool) -> Result<Answer, Problem> {
    let sent = call.body()?;
    let field = |name: &str| body::text(name, body::required(&sent, name)?);
    let (principal_id, resource_id, role) = (field("principalId")?, field("resourceId")?, field("appRoleId")?);
    let shape = call.emulator.change(|registry| {
        let of = find(registry, call.tenant(), key)?;
        let by_id = |id: &str| with_id(registry, call.tenant(), id).ok_or_else(|| Problem::not_found(id));
        let (principal, resource) = (by_id(&principal_id)?, by_id(&resource_id)?);
        let own = if of_principal { principal } else { resource };
        if own.app_id() != of.app_id() {
            let name = if of_principal { "principalId" } else { "resourceId" };
            return Err(Problem::bad_request(format!("Property '{name}' names another object than the address.")));
        }
        let unknown = || Problem::bad_request("Permission being assigned was not found on application");
        let value = resource.role(registry, &role).ok_or_else(unknown)?;
        if held(registry, call, principal)
            .iter()
            .any(|one| one.resource.app_id() == resource.app_id() && same_id(&one.role_id, &role))
        {
            return Err(Problem::bad_request("Permission being assigned already exists on the object"));
        }
        let added = RoleAssignmentDocument { resource: resource.app_id().to_owned(), role: value };
        let shape = Assignment { principal, resource, role_id: role.to_ascii_lowercase(), place: 0 }.shape();
        let change = with_assignments(registry, principal, |all| all.push(added))?;
        Ok((vec![change], shape))
    })?;
    let (id, name) =
        if of_principal { (&principal_id, "appRoleAssignments") } else { (&resource_id, "appRoleAssignedTo") };
    Ok(Answer::created(format!("servicePrincipals('{id}')/{name}"), shape))
}

fn delete(call: &Call<'_>, key: Part<'_>, of_principal: bool, id: &str) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        let of = find(registry, call.tenant(), key)?;
        let mut present = listed(registry, call, of, of_principal).into_iter();
        let found = present.find(|one| same_id(&one.id(), id)).ok_or_else(|| Problem::not_found(id))?;
        let change = with_assignments(registry, found.principal, |all| drop(all.remove(found.place)))?;
        Ok((vec![change], Answer::Done))
    })
}

/// The change of a principal's assignments. An API of Microsoft's has none.
fn with_assignments(
    registry: &Registry,
    principal: Principal<'_>,
    edit: impl FnOnce(&mut Vec<RoleAssignmentDocument>),
) -> Result<Change, Problem> {
    let missing = || Problem::not_found(principal.app_id());
    match principal {
        Principal::Application(application, _) => {
            let mut document = registry.application_document(&application.app_id).ok_or_else(missing)?;
            edit(&mut document.role_assignments);
            Ok(Change::Application(document))
        }
        Principal::Identity(identity) => {
            let mut document = registry.identity_document(&identity.client_id).ok_or_else(missing)?;
            edit(&mut document.role_assignments);
            Ok(Change::Identity(document))
        }
        Principal::Api(_) => Err(Problem::denied("Insufficient privileges to complete the operation.")),
    }
}
