//! Entra found no matching record, and yet one at hand matches in every field.

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule {
    name: "stale record",
    causes: &["fic.propagation", "fic.stale-record", "fic.identity-mismatch-unknown"],
    judge,
};

const NO_MATCH: &[u32] = &[70_021, 70_025, 700_211, 700_212, 700_213, 7_002_138];

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let (Some(failure), Some(matched)) = (facts.observed(NO_MATCH), facts.passed("fic.subject")) else { return };
    if facts.passed("fic.issuer").is_none() || facts.passed("fic.audience").is_none() {
        return;
    }
    let seen = format!("{} was observed, but {matched}", failure.code);
    for cause in ["fic.propagation", "fic.stale-record", "fic.identity-mismatch-unknown"] {
        findings.possible(cause, seen.clone());
    }
}
