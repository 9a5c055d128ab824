//! The client is assigned to a role of a resource that asks for it.

use super::resource::{listed, requested};
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, same_id};

pub(super) const CHECK: Check = Check {
    id: "resource.assignment",
    title: "The client has a role that the resource asks for",
    errors: &[NOT_ASSIGNED],
    evaluate,
};

const NOT_ASSIGNED: ErrorSpec = ErrorSpec {
    code: 501_051,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    if exchange.is_for_user() {
        return Err(Verdict::does_not_apply("a user's token asks for an assignment of the user"));
    }
    let name = requested(exchange)?;
    let Some(resource) = listed(exchange, name).filter(|resource| resource.app_role_assignment_required) else {
        return Err(Verdict::does_not_apply("the resource is not known to ask for an assignment"));
    };
    let client_id = exchange.client_id();
    if resource.assigned_clients.iter().any(|assigned| same_id(assigned, client_id)) {
        return Ok("the client is assigned".into());
    }
    let resource_name = resource.display_name.as_deref().unwrap_or_default();
    Err(NOT_ASSIGNED.refuse_or(
        &[50_105],
        format!(
            "Application '{client_id}'({}) is not assigned to a role for the application '{}'({resource_name}).",
            exchange.client_name(),
            resource.app_id,
        ),
        format!("{name} asks for an app role assignment, and the client has none"),
    ))
}
