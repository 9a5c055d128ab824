//! What an unknown tenant looks like.

use super::client_identifier::is_placeholder;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "tenant identifier", causes: &[MALFORMED, NOT_FOUND], judge };

const MALFORMED: &str = "tenant.malformed";
const NOT_FOUND: &str = "tenant.not-found";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let Some(failure) = facts.observed(&[90_002, 900_023]) else { return };
    let Some(tenant) = failure.fields.tenant.as_deref() else { return };
    let said = |what: &str| format!("the tenant sent is `{tenant}`, {what}");
    if is_tenant(tenant) {
        findings.rule_out(MALFORMED, said("which has the form of a tenant"));
        findings.possible(NOT_FOUND, said("which does not exist in this cloud"));
    } else if is_placeholder(tenant) {
        findings.confirm(MALFORMED, said("which nobody has replaced"));
    } else {
        findings.confirm(MALFORMED, said("which is neither a GUID nor a domain"));
    }
}

fn is_tenant(tenant: &str) -> bool {
    let guid = tenant.len() == 36 && tenant.chars().all(|c| c.is_ascii_hexdigit() || "-xX*".contains(c));
    let (_, last) = tenant.rsplit_once('.').unwrap_or_default();
    let domain = last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic());
    guid || domain || tenant.chars().all(|c| c == '*')
}
