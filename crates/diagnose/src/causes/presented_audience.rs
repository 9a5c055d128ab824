//! The presented audience is not the configured one.

use fedlens_issuers::{PlatformId, recognise};

use super::subject_difference::nearest_credential;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule =
    Rule { name: "presented audience", causes: &[GITHUB_DEFAULT, MISMATCH, "entra.wrong-token-audience"], judge };

const GITHUB_DEFAULT: &str = "github.audience.default";
const MISMATCH: &str = "fic.audience.mismatch";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let refused = facts.failed("fic.audience");
    let known = refused.map(|refusal| refusal.detail.clone());
    let observed = facts.observed(&[700_212, 7_002_121]).is_some();
    let Some(presented) = facts.audience().filter(|_| known.is_some() || observed) else { return };
    let platform = facts.issuer().and_then(recognise).map(|recognised| recognised.platform.id);
    let from_github = presented.starts_with("https://github.com/");
    let detail = known.unwrap_or_else(|| format!("the assertion's audience is {presented}"));
    match platform {
        _ if from_github => {
            findings
                .confirm(GITHUB_DEFAULT, format!("{detail}; GitHub sends that when the workflow asks for no audience"));
        }
        Some(PlatformId::Entra) => findings.confirm("entra.wrong-token-audience", detail),
        _ if refused.is_some() => {
            let configured = nearest_credential(facts).map(|fic| fic.audiences.join(", ")).unwrap_or_default();
            findings.confirm(MISMATCH, format!("{detail} (credential: {configured})"));
        }
        _ => findings.possible(MISMATCH, detail),
    }
}
