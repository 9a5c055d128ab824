//! A multi-tenant chain passed the user's token on to another tenant.

use fedlens_issuers::recognise;
use fedlens_trust::{Client, same_id};

use super::delegated_assertion::is_open;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "user token across tenants", causes: &[CAUSE], judge };

const CAUSE: &str = "entra.cross-tenant-user-token";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if !is_open(facts, CAUSE, findings) {
        return;
    }
    match (facts.delegated(), issuing_tenant(facts), target_tenant(facts)) {
        (Some(_), Some(from), Some(target)) if !same_id(&from, target) => {
            findings
                .confirm(CAUSE, format!("the user's token is from tenant {from}, the target is in tenant {target}"));
        }
        (_, Some(from), Some(_)) => {
            findings.rule_out(CAUSE, format!("the token is from the target's own tenant, {from}"));
        }
        (_, None, _) => findings.cannot_tell(CAUSE, "the token is not at hand, so its tenant is not known"),
        (_, _, None) => findings.cannot_tell(CAUSE, "the target's tenant is not known: give --tenant"),
    }
}

fn issuing_tenant(facts: &Facts<'_>) -> Option<String> {
    let entra = facts.issuer().and_then(recognise)?.entra?;
    Some(entra.tenant.hyphenated().to_string())
}

fn target_tenant<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let exchange = facts.exchange?;
    let home = exchange.directory.client(exchange.request.client_id.as_deref()).and_then(Client::home_tenant);
    home.or(exchange.request.tenant.as_deref())
}
