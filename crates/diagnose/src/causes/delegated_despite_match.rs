//! Subject and audience fit, and yet the identity provider issued a user's token.

use super::delegated_assertion::is_open;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "delegated despite a match", causes: &[CAUSE], judge };

const CAUSE: &str = "entra.delegated-despite-match";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if !is_open(facts, CAUSE, findings) {
        return;
    }
    let mismatch =
        ["fic.exists", "fic.issuer", "fic.audience", "fic.subject"].iter().find_map(|check| facts.failed(check));
    match (facts.delegated(), mismatch, facts.passed("fic.subject")) {
        (_, Some(refusal), _) => findings.rule_out(CAUSE, format!("no credential matches: {}", refusal.detail)),
        (Some(because), None, Some(matched)) => {
            findings.confirm(CAUSE, format!("issuer, audience and subject match ({matched}), and {because}"));
        }
        _ => findings.cannot_tell(CAUSE, "it takes both the token and the credential list"),
    }
}
