//! What the catalog lists for the observed codes.

use fedlens_catalog::{FoundBy, entry};

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "observed codes", causes: &[], judge };

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let numbered = facts.observed.iter().any(|observed| observed.failure.code.number().is_some());
    for failure in facts.observed.iter().map(|observed| &observed.failure) {
        // A platform's code only wraps the answer of Entra that stands beside it.
        if numbered && failure.code.number().is_none() {
            continue;
        }
        let Some(entry) = entry(failure.code.as_str()) else { continue };
        match entry.causes {
            [only] if failure.found_by == FoundBy::Code => {
                findings.confirm(only, format!("{} means exactly this", failure.code));
            }
            causes => list(facts, causes, findings),
        }
    }
}

/// Once a mismatch is explained by the values at hand, other explanations of it fall away.
fn list(facts: &Facts<'_>, causes: &'static [&'static str], findings: &mut Findings) {
    let explained = findings.confirmed();
    for cause in causes {
        if !explained {
            findings.listed(cause);
        } else if facts.decision.is_some() && is_difference(cause) {
            findings.rule_out(cause, "the values at hand differ in another way");
        }
    }
}

fn is_difference(cause: &str) -> bool {
    [".subject.", ".issuer.", ".audience."].iter().any(|field| cause.contains(field))
}
