//! Code acquires a user's token and hands it on as a client assertion.

use fedlens_evidence::{Acquisition, CodeCall};

use super::delegated_assertion::NOT_APP_ONLY;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "user token in code", causes: &[CAUSE], judge };

const CAUSE: &str = "code.user-token-as-assertion";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let about = facts.is_about(NOT_APP_ONLY);
    let mut seen = false;
    for (source, file) in facts.code() {
        seen = true;
        let users = |call: &&CodeCall| matches!(call.acquisition, Acquisition::User | Acquisition::OnBehalfOf);
        match (file.acquisitions.iter().find(users), file.assertion_uses.first()) {
            (Some(acquired), Some(used)) => {
                let text = format!(
                    "{source}:{}: {} acquires a user's token, and line {} hands a token on by {}",
                    acquired.line, acquired.call, used.line, used.call
                );
                if about { findings.confirm(CAUSE, text) } else { findings.possible(CAUSE, text) }
            }
            (Some(acquired), None) if about => {
                findings
                    .possible(CAUSE, format!("{source}:{}: {} acquires a user's token", acquired.line, acquired.call));
            }
            (None, _) if about => findings.rule_out(CAUSE, format!("{source}: no call acquires a user's token")),
            _ => {}
        }
    }
    if about && !seen {
        match facts.app_only() {
            Some(because) => findings.rule_out(CAUSE, because),
            None => findings.cannot_tell(CAUSE, "no source code is at hand"),
        }
    }
}
