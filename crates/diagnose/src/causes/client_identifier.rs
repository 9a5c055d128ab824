//! What an unknown client id looks like.

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule =
    Rule { name: "client identifier", causes: &[PLACEHOLDER, USER_NAME, WRONG_TENANT], judge };

const PLACEHOLDER: &str = "client.placeholder";
const USER_NAME: &str = "client.user-name-as-client-id";
const WRONG_TENANT: &str = "client.wrong-tenant-or-deleted";

const UNKNOWN_CLIENT: &[u32] = &[700_016, 700_011, 70_001];

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if !facts.is_about(UNKNOWN_CLIENT) {
        return;
    }
    let from_message = facts.observed(UNKNOWN_CLIENT).and_then(|failure| failure.fields.application.as_deref());
    let from_request = || facts.exchange.and_then(|exchange| exchange.request.client_id.as_deref());
    let Some(identifier) = from_message.or_else(from_request).map(|identifier| identifier.trim_matches('*')) else {
        return;
    };
    let said = |what: &str| format!("the client id sent is `{identifier}`, {what}");
    if identifier.is_empty() {
        findings.possible(WRONG_TENANT, "the client id is masked in the message");
    } else if is_guid_like(identifier) {
        findings.rule_out(PLACEHOLDER, said("a GUID"));
        findings.possible(WRONG_TENANT, said("which the tenant does not have"));
    } else if is_placeholder(identifier) {
        findings.confirm(PLACEHOLDER, said("which nobody has replaced"));
    } else {
        findings.confirm(USER_NAME, said("which is no GUID but a name"));
    }
}

fn is_guid_like(identifier: &str) -> bool {
    identifier.len() >= 8 && identifier.chars().all(|c| c.is_ascii_hexdigit() || "-*xX".contains(c))
}

/// `ENTER_YOUR_CLIENT_ID`, `<client-id>`, `${CLIENT_ID}`, `$(clientId)`, `your-client-id`, `xxxx`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let marked = text.contains(['<', '>', '{', '}', '$', '[', ']']) || text.starts_with("#");
    let words = [
        "your",
        "enter",
        "client_id",
        "clientid",
        "client-id",
        "tenant_id",
        "tenantid",
        "tenant-id",
        "placeholder",
        "todo",
        "changeme",
        "replace",
        "undefined",
        "null",
    ];
    let shouting = text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
    marked || shouting || words.iter().any(|word| lower.contains(word))
}
