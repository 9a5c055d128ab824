//! Which causes the evidence confirms, leaves possible or rules out. One file per rule.

mod by_check;
mod by_code;
mod client_identifier;
mod cross_tenant_user_token;
mod delegated_assertion;
mod delegated_despite_match;
mod expired_assertion;
mod findings;
mod issuer_difference;
mod mentioned_subject;
mod presented_audience;
mod presented_subject;
mod signs;
mod stale_record;
mod subject_difference;
mod tenant_identifier;
mod user_token_in_code;
mod workload_runs_as_user;

use crate::CauseFinding;
use crate::facts::Facts;
pub(crate) use findings::Findings;
pub(crate) use subject_difference::nearest_credential;

/// A rule for one or more causes.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// The causes it can speak of; those that come from the catalog or a comparison are not listed.
    pub causes: &'static [&'static str],
    pub(crate) judge: fn(&Facts<'_>, &mut Findings),
}

/// Every rule. Where two speak of one cause, the surer verdict counts; among equals, the earlier.
pub static RULES: &[Rule] = &[
    delegated_assertion::RULE,
    workload_runs_as_user::RULE,
    cross_tenant_user_token::RULE,
    delegated_despite_match::RULE,
    user_token_in_code::RULE,
    issuer_difference::RULE,
    presented_audience::RULE,
    subject_difference::RULE,
    by_check::RULE,
    stale_record::RULE,
    signs::RULE,
    mentioned_subject::RULE,
    presented_subject::RULE,
    expired_assertion::RULE,
    client_identifier::RULE,
    tenant_identifier::RULE,
    by_code::RULE,
];

/// Judges every cause that the evidence touches, the surest first.
pub(crate) fn judge(facts: &Facts<'_>) -> Vec<CauseFinding> {
    let mut findings = Findings::default();
    for rule in RULES {
        (rule.judge)(facts, &mut findings);
    }
    findings.into_sorted()
}
