//! The workload's connection or linked service signs in as a user.

use fedlens_evidence::CredentialUse;

use super::delegated_assertion::NOT_APP_ONLY;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "workload runs as a user", causes: &[CAUSE], judge };

const CAUSE: &str = "entra.workload-runs-as-user";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let mut known = false;
    for (source, definition) in facts.definitions() {
        let name = definition.name.as_deref().unwrap_or("the definition");
        let said = format!("{source}: `{name}` has {}", definition.said_by);
        known = true;
        match definition.credential {
            CredentialUse::User if facts.is_about(NOT_APP_ONLY) => {
                findings.confirm(CAUSE, format!("{said}, so the workload signs in as a person"));
            }
            CredentialUse::User if facts.observed.is_empty() => {
                findings.possible(CAUSE, format!("{said}, so the workload signs in as a person"));
            }
            CredentialUse::Unknown => known = false,
            _ if facts.is_about(NOT_APP_ONLY) => findings.rule_out(CAUSE, said),
            _ => {}
        }
    }
    if !known && facts.is_about(NOT_APP_ONLY) && facts.app_only().is_none() {
        findings.cannot_tell(CAUSE, "no linked service, connection or data source is at hand");
    }
}
