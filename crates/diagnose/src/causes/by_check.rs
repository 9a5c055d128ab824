//! A failed check that has exactly one cause, and a passed one that rules it out.

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "failed checks", causes: &[], judge };

/// Check, the AADSTS number where the check has several, and the cause.
const CAUSES: &[(&str, Option<u32>, &str)] = &[
    ("request.method", None, "request.method"),
    ("request.parameters", Some(9_002_313), "request.malformed"),
    ("request.parameters", Some(900_144), "request.missing-parameter"),
    ("request.client-id", None, "client.placeholder"),
    ("request.single-client", None, "request.two-client-ids"),
    ("tenant.identifier", Some(900_021), "tenant.empty-guid"),
    ("tenant.identifier", Some(900_023), "tenant.malformed"),
    ("tenant.exists", Some(90_002), "tenant.not-found"),
    ("tenant.exists", Some(90_038), "tenant.national-cloud"),
    ("request.grant-type", None, "request.grant-type"),
    ("request.client-credential", Some(7_000_216), "request.no-credential"),
    ("request.client-credential", Some(7_000_218), "request.no-credential"),
    ("request.client-credential", Some(9_002_324), "request.two-credentials"),
    ("request.scope", Some(1_002_012), "request.scope-without-default"),
    ("request.scope", Some(70_011), "request.scope-invalid"),
    ("assertion.shape", None, "assertion.malformed"),
    ("assertion.header-type", None, "assertion.header-type"),
    ("assertion.algorithm", None, "assertion.algorithm"),
    ("assertion.key-hint", None, "assertion.no-key-id"),
    ("assertion.claims", None, "assertion.missing-claim"),
    ("application.exists", Some(7_000_229), "client.no-service-principal"),
    ("application.enabled", None, "client.disabled"),
    ("client.type", Some(700_025), "client.public"),
    ("client.type", Some(7_000_218), "request.no-credential"),
    ("client.secret", Some(7_000_215), "secret.wrong"),
    ("client.secret", Some(7_000_222), "secret.expired"),
    ("certificate.client-id", None, "assertion.client-id-differs"),
    ("assertion.certificate", None, "cert.key-not-registered"),
    ("certificate.signature", None, "issuer.signature-wrong"),
    ("certificate.audience", None, "assertion.audience-not-token-endpoint"),
    ("fic.exists", None, "fic.none"),
    ("entra.credential-audience", None, "entra.fic-audience-not-exchange-uri"),
    ("entra.single-match", None, "entra.several-fics"),
    ("entra.issuer-allowed", None, "entra.token-to-managed-identity"),
    ("entra.managed-identity", None, "entra.not-managed-identity"),
    ("entra.token-audience", None, "entra.wrong-token-audience"),
    ("entra.not-federated", None, "entra.chained-fic"),
    ("entra.same-tenant", None, "entra.cross-tenant-issuer"),
    ("entra.same-cloud", None, "entra.other-cloud"),
    ("entra.target-kind", None, "entra.multitenant-target"),
    ("issuer.metadata", Some(501_661), "issuer.metadata-unreachable"),
    ("issuer.metadata", Some(70_024), "issuer.metadata-field"),
    ("assertion.signing-key", None, "issuer.key-not-published"),
    ("assertion.signature", None, "issuer.signature-wrong"),
    ("tenant.federation-enabled", None, "policy.federation-disabled"),
    ("tenant.issuer-allowed", None, "policy.issuer-not-allowed"),
    ("tenant.enterprise", None, "github.enterprise-claim-policy"),
    ("grant.authorization-code", Some(54_005), "grant.code-reused"),
    ("grant.authorization-code", Some(501_481), "request.pkce"),
    ("grant.device-code", Some(70_016), "device-code.pending"),
    ("grant.device-code", Some(70_020), "device-code.pending"),
    ("grant.device-code", Some(65_004), "user.declined"),
    ("user-assertion.shape", None, "assertion.malformed"),
    ("user-assertion.time", None, "obo.assertion-expired"),
    ("user-assertion.audience", None, "obo.wrong-audience"),
    ("user-assertion.kind", None, "obo.app-only-assertion"),
    ("user.exists", None, "user.not-found"),
    ("user.enabled", None, "user.disabled"),
    ("user.password", None, "user.wrong-password"),
    ("resource.exists", Some(500_011), "resource.not-found"),
    ("resource.exists", Some(500_014), "resource.disabled"),
    ("resource.assignment", None, "role.assignment-required"),
    ("tenant.conditional-access", None, "ca.blocked"),
];

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let about = |cause: &str| {
        let listed = |failure: &fedlens_catalog::Failure| {
            fedlens_catalog::entry(failure.code.as_str()).is_some_and(|entry| entry.causes.contains(&cause))
        };
        facts.primary().is_some_and(listed)
    };
    for (check, code, cause) in CAUSES {
        match facts.failed(check) {
            Some(refusal) if code.is_none_or(|code| code == refusal.code) => {
                findings.confirm(cause, refusal.detail.clone());
            }
            Some(_) => {}
            None => {
                if let Some(seen) = facts.passed(check).filter(|_| about(cause)) {
                    findings.rule_out(cause, seen);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fedlens_trust::CHECKS;

    use super::CAUSES;

    #[test]
    fn every_row_names_a_check_its_error_and_a_cause_of_the_catalog() {
        for (id, code, cause) in CAUSES {
            let check = CHECKS.iter().find(|check| check.id == *id).unwrap_or_else(|| panic!("no check {id}"));
            assert!(
                code.is_none_or(|code| check.errors.iter().any(|error| error.code == code)),
                "{id} has no {code:?}"
            );
            assert!(fedlens_catalog::cause(cause).is_some(), "no cause {cause}");
        }
    }
}
