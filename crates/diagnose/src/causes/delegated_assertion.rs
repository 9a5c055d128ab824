//! The assertion is a user's token: from an interactive or on-behalf-of sign-in.

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "delegated assertion", causes: &[CAUSE], judge };

const CAUSE: &str = "entra.delegated-assertion";

/// The flagship error and its kin: rules for assertions that Entra issued.
pub(super) const NOT_APP_ONLY: &[u32] = &[700_229];

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if let Some(because) = facts.app_only() {
        if facts.is_about(NOT_APP_ONLY) {
            findings.rule_out(CAUSE, because);
        }
        return;
    }
    match facts.delegated() {
        Some(because) if facts.failed("entra.app-only").is_some() => findings.confirm(CAUSE, because),
        Some(_) => {}
        None if facts.observed(NOT_APP_ONLY).is_some() => findings
            .confirm(CAUSE, "Entra answered AADSTS700229, which it gives only when the assertion is not app-only"),
        None => {}
    }
}

/// Whether a cause of a refused token type is open; an app-only token rules it out.
pub(super) fn is_open(facts: &Facts<'_>, cause: &'static str, findings: &mut Findings) -> bool {
    let about = facts.is_about(NOT_APP_ONLY);
    let app_only = facts.app_only().filter(|_| about);
    match app_only {
        Some(because) => findings.rule_out(cause, because),
        None => return about,
    }
    false
}
