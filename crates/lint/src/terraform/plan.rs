//! Plans, as `terraform show -json` prints them.

use crate::source::Node;

use super::define::Definitions;

/// What a plan says of identities and credentials.
#[derive(Debug, Default)]
pub(super) struct Plan {}

/// Whether a document is what `terraform show -json` prints.
pub(crate) fn is_plan(document: &Node) -> bool {
    document.get("terraform_version").is_some()
        && (document.get("planned_values").is_some() || document.get("values").is_some())
}

/// Reads a plan.
pub(super) fn read(_document: &Node) -> Plan {
    Plan {}
}

/// Puts what plans know in the place of what configurations leave open, and adds what only plans define.
pub(super) fn fill(_plans: &[&Plan], _found: &mut Vec<Definitions>) {}
