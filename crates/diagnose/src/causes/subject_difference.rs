//! How the presented subject differs from the configured one.

use fedlens_issuers::compare;
use fedlens_trust::{FederatedIdentityCredential, same_id};

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "subject difference", causes: &[CLIENT_ID, "fic.flexible.no-match"], judge };

const CLIENT_ID: &str = "entra.subject-is-client-id";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if facts.failed("fic.subject").is_none() {
        return;
    }
    let (Some(presented), Some(fic)) = (facts.subject(), nearest_credential(facts)) else { return };
    let name = fic.name.as_deref().unwrap_or("the nearest credential");
    let Some(configured) = fic.subject.as_deref() else {
        let expression =
            fic.claims_matching_expression.as_ref().map(|flexible| flexible.value.as_str()).unwrap_or_default();
        findings
            .confirm("fic.flexible.no-match", format!("`{name}` asks for {expression}; the subject is {presented}"));
        return;
    };
    let client = facts.claims().and_then(|claims| claims.text("azp").or_else(|| claims.text("appid")));
    if client.is_some_and(|client| same_id(client, configured)) {
        findings.confirm(
            CLIENT_ID,
            format!("`{name}` has the identity's client id {configured} as subject; its tokens have the object id {presented}"),
        );
        return;
    }
    if let Some(difference) = compare(facts.issuer(), presented, configured) {
        let hint = difference.hint.map(|hint| format!(" {hint}")).unwrap_or_default();
        findings.confirm(difference.cause, format!("`{name}`: {}{hint}", difference.explanation));
    }
}

/// The credential that comes nearest to the assertion: same issuer and audience before a similar subject.
pub(crate) fn nearest_credential<'a>(facts: &Facts<'a>) -> Option<&'a FederatedIdentityCredential> {
    let credentials = facts.credentials()?;
    let (issuer, subject) = (facts.issuer(), facts.subject().unwrap_or_default());
    let audiences = facts.claims().map(|claims| claims.audiences()).unwrap_or_default();
    credentials.iter().min_by_key(|fic| {
        let other_issuer = Some(fic.issuer.as_str()) != issuer;
        let other_host = other_issuer && host(&fic.issuer) != host(issuer.unwrap_or_default());
        let other_audience = !fic.audiences.iter().any(|own| audiences.contains(&own.as_str()));
        let configured = fic.subject.as_deref().unwrap_or_default();
        let parts = compare(issuer, subject, configured).map_or(0, |difference| difference.parts.len());
        let shared = subject.bytes().zip(configured.bytes()).take_while(|(left, right)| left == right).count();
        (other_host, other_issuer, parts, usize::MAX - shared, other_audience)
    })
}

fn host(issuer: &str) -> &str {
    issuer.split("//").nth(1).unwrap_or(issuer).split('/').next().unwrap_or_default()
}
