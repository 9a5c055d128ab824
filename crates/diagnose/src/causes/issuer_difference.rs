//! How the presented issuer differs from the configured one.

use fedlens_issuers::{compare_issuers, recognise};

use super::subject_difference::nearest_credential;
use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "issuer difference", causes: &["k8s.issuer.in-cluster-default"], judge };

const IN_CLUSTER: &str = "k8s.issuer.in-cluster-default";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let Some(presented) = facts.issuer() else { return };
    if presented.trim_end_matches('/') == "https://kubernetes.default.svc.cluster.local" {
        findings
            .confirm(IN_CLUSTER, format!("the assertion's issuer is {presented}, which exists only inside a cluster"));
        return;
    }
    if facts.failed("fic.issuer").is_none() {
        return;
    }
    let Some(configured) = nearest_credential(facts).map(|fic| fic.issuer.as_str()) else { return };
    if let Some(difference) = compare_issuers(presented, configured) {
        findings.confirm(difference.cause, difference.explanation);
        let oddities = recognise(configured).map(|recognised| recognised.oddities).unwrap_or_default();
        for oddity in oddities {
            findings.confirm(difference.cause, format!("in the credential: {oddity}"));
        }
    }
}
