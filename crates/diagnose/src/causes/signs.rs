//! What people's own words point to.

use fedlens_catalog::entry;

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "signs in the text", causes: &[], judge };

/// Next to an observed code, words count only for the causes that this code can have.
fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let codes = || facts.observed.iter().filter_map(|observed| entry(observed.failure.code.as_str()));
    let fits = |cause: &str| facts.observed.is_empty() || codes().any(|entry| entry.causes.contains(&cause));
    for sign in facts.descriptions().flat_map(|description| &description.signs) {
        if fits(sign.cause) {
            findings.possible(sign.cause, format!("the text says \"{}\"", sign.phrase));
        }
    }
}
