//! What each rule makes of evidence.

use std::collections::BTreeSet;

use crate::given::{
    APP, GITHUB, IDENTITY, OTHER_TENANT, PRINCIPAL, TENANT, credentials, diagnosis, identity_claims, issuer, token,
    verdict,
};
use fedlens_catalog::{cause, entry, fix};
use fedlens_diagnose::{Agreement, CauseVerdict, Diagnosis, RULES};
use fedlens_trust::CHECKS;
use serde_json::{Value, json};

fn top(diagnosis: &Diagnosis) -> Option<(&'static str, CauseVerdict)> {
    diagnosis.causes.first().map(|finding| (finding.id, finding.verdict))
}

fn github(subject: &str) -> Value {
    json!({
        "iss": GITHUB, "sub": subject, "aud": "api://AzureADTokenExchange",
        "iat": 1_793_534_380, "nbf": 1_793_533_780, "exp": 1_793_534_680,
    })
}

fn judged(claims: &Value, configured_issuer: &str, configured_subject: &str) -> Diagnosis {
    diagnosis(&[("token", &token(claims)), ("credentials", &credentials(configured_issuer, configured_subject))])
}

#[test]
fn a_difference_between_token_and_credential_is_the_confirmed_cause() {
    let kubernetes = |issuer: &str| {
        json!({
            "iss": issuer, "sub": "system:serviceaccount:prod:api", "aud": ["api://AzureADTokenExchange"],
            "iat": 1_793_534_300, "nbf": 1_793_534_300, "exp": 1_793_537_900,
        })
    };
    let aks = "https://westeurope.oic.prod-aks.azure.com/7a2e4b60-6a0e-4f7b-9c55-0b7f2f7f1a10/0f4c6a2e-9f3b-4e19-8a77-1c2d3e4f5a6b/";
    let branch = "repo:contoso/app:ref:refs/heads/main";
    let cases = [
        (github("repo:contoso/app:environment:prod"), GITHUB, branch, "github.subject.environment-vs-ref"),
        (github("repo:contoso@1/app@2:ref:refs/heads/main"), GITHUB, branch, "github.subject.immutable-vs-name"),
        (
            github("repo:contoso/app:pull_request"),
            GITHUB,
            "repo:contoso/app:pull-request",
            "github.subject.pull-request",
        ),
        (github("repo:contoso/app:ref:refs/heads/dev"), GITHUB, branch, "github.subject.branch"),
        (github("repo:contoso/shop:ref:refs/heads/main"), GITHUB, branch, "github.subject.repository"),
        (
            github("repository_owner_id:1:repository_id:2:pull_request"),
            GITHUB,
            branch,
            "github.subject.custom-template",
        ),
        (github("repo:Contoso/app:ref:refs/heads/main"), GITHUB, branch, "fic.subject.case"),
        (github(branch), GITHUB, "repo:contoso/app:ref:refs/heads/*", "fic.subject.wildcard"),
        (github(branch), "https://token.actions.githubusercontent.com/", branch, "fic.issuer.trailing-slash"),
        (kubernetes(aks), aks.trim_end_matches('/'), "system:serviceaccount:prod:api", "fic.issuer.trailing-slash"),
        (kubernetes(aks), aks, "system:serviceaccount:prod:web", "k8s.subject.service-account"),
        (
            kubernetes("https://kubernetes.default.svc.cluster.local"),
            aks,
            "system:serviceaccount:prod:api",
            "k8s.issuer.in-cluster-default",
        ),
        (identity_claims(TENANT), &issuer(TENANT), IDENTITY, "entra.subject-is-client-id"),
        (identity_claims(OTHER_TENANT), &issuer(TENANT), PRINCIPAL, "entra.cross-tenant-issuer"),
        (identity_claims(TENANT), &format!("https://sts.windows.net/{TENANT}/"), PRINCIPAL, "entra.v1-issuer"),
    ];
    for (claims, configured_issuer, configured_subject, expected) in cases {
        let found = judged(&claims, configured_issuer, configured_subject);
        assert_eq!(top(&found), Some((expected, CauseVerdict::Confirmed)), "{claims}");
    }
}

#[test]
fn the_default_audience_of_github_is_recognised() {
    let mut claims = github("repo:contoso/app:ref:refs/heads/main");
    claims["aud"] = "https://github.com/contoso".into();
    let found = judged(&claims, GITHUB, "repo:contoso/app:ref:refs/heads/main");
    assert_eq!(top(&found), Some(("github.audience.default", CauseVerdict::Confirmed)));
}

#[test]
fn a_token_got_through_a_credential_is_a_chain() {
    let mut claims = identity_claims(TENANT);
    claims["xms_ficinfo"] = "CAAQABgAIAA".into();
    let found = judged(&claims, &issuer(TENANT), PRINCIPAL);
    assert_eq!(top(&found), Some(("entra.chained-fic", CauseVerdict::Confirmed)));
    let without = judged(&identity_claims(TENANT), &issuer(TENANT), PRINCIPAL);
    assert_eq!(verdict(&without, "entra.chained-fic"), None);
}

#[test]
fn a_refused_subject_that_matches_points_to_a_stale_record() {
    let log = "AADSTS700213: No matching federated identity record found for presented assertion subject \
               'repo:contoso/app:ref:refs/heads/main'. Timestamp: 2026-11-01 12:00:00Z";
    let found = diagnosis(&[
        ("log", log),
        ("token", &token(&github("repo:contoso/app:ref:refs/heads/main"))),
        ("credentials", &credentials(GITHUB, "repo:contoso/app:ref:refs/heads/main")),
    ]);
    assert_eq!(verdict(&found, "fic.propagation"), Some(CauseVerdict::Possible));
    assert_eq!(verdict(&found, "fic.stale-record"), Some(CauseVerdict::Possible));
    assert!(matches!(found.agreement, Agreement::Differ { .. }), "{:?}", found.agreement);
}

/// Text alone, and the cause that leads.
#[test]
fn a_text_alone_leads_to_the_likeliest_cause() {
    let expired = |from: &str, until: &str| {
        format!(
            "AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-03-01T10:00:00.1234567Z, \
             assertion valid from 2026-03-01T{from}.0000000Z, expiry time of assertion 2026-03-01T{until}.0000000Z."
        )
    };
    let unknown = |id: &str| {
        format!("AADSTS700016: Application with identifier '{id}' was not found in the directory 'Contoso'.")
    };
    let no_tenant = |tenant: &str| {
        format!(
            "AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        )
    };
    let no_subject = |subject: &str| {
        format!(
            "AADSTS700213: No matching federated identity record found for presented assertion subject '{subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion."
        )
    };
    let cases = [
        (expired("09:00:00", "09:05:00"), "assertion.expired.ci-late-step"),
        (expired("08:00:00", "09:00:00"), "assertion.expired.token-file-not-reread"),
        (expired("10:30:00", "11:30:00"), "assertion.expired.clock"),
        (unknown("<your-client-id>"), "client.placeholder"),
        (unknown("${AZURE_CLIENT_ID}"), "client.placeholder"),
        (unknown("svc-deploy"), "client.user-name-as-client-id"),
        (unknown(APP), "client.wrong-tenant-or-deleted"),
        (no_tenant("vaults"), "tenant.malformed"),
        (no_tenant(TENANT), "tenant.not-found"),
        (no_subject("repo:contoso/app:environment:prod"), "github.subject.environment-vs-ref"),
        (no_subject("repo:contoso@1/app@2:ref:refs/heads/main"), "github.subject.immutable-vs-name"),
        (no_subject("p://contoso/platform/deploy"), "ado.subject.pipeline-vs-connection"),
        (no_subject("repository_owner:contoso:workflow:deploy"), "github.subject.custom-template"),
        ("AADSTS7000222: The provided client secret keys for app 'x' are expired.".to_owned(), "secret.expired"),
        (
            "We get AADSTS90061: Request to External OIDC endpoint failed. It works again after a while.".to_owned(),
            "issuer.metadata-transient",
        ),
        ("AADSTS90061: Request to External OIDC endpoint failed.".to_owned(), "issuer.metadata-unreachable"),
    ];
    for (text, expected) in cases {
        let found = diagnosis(&[("text", &text)]);
        let (id, verdict) = top(&found).unwrap_or_else(|| panic!("no cause for {text}"));
        assert_eq!(id, expected, "{text}");
        assert!(matches!(verdict, CauseVerdict::Confirmed | CauseVerdict::Possible), "{text}");
    }
}

#[test]
fn a_second_subject_in_the_text_is_compared_with_the_presented_one() {
    let text = "AADSTS700213: No matching federated identity record found for presented assertion subject \
                'repo:contoso/app:ref:refs/heads/main'.\n\nBut the credential has `repo:contoso/app:environment:test`!";
    let found = diagnosis(&[("issue.md", text)]);
    assert_eq!(top(&found), Some(("github.subject.environment-vs-ref", CauseVerdict::Possible)));
    assert!(found.causes[0].evidence[0].contains("environment:test"), "{:?}", found.causes[0]);
}

#[test]
fn commands_hold_no_value_that_a_shell_would_run() {
    let claims = github("repo:contoso/app:environment:$(reboot)'; reboot; '");
    let found = judged(&claims, GITHUB, "repo:contoso/app:ref:refs/heads/main");
    assert!(found.fixes.iter().flat_map(|fix| &fix.commands).all(|command| !command.text.contains("reboot")));
    assert!(found.fixes.iter().any(|fix| fix.text.contains("<subject>")));
}

#[test]
fn every_code_of_a_check_has_an_entry() {
    let missing: Vec<_> = CHECKS
        .iter()
        .flat_map(|check| check.errors)
        .map(|error| format!("AADSTS{}", error.code))
        .filter(|code| entry(code).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_cause_of_a_rule_is_in_the_catalog_and_has_fixes() {
    for id in RULES.iter().flat_map(|rule| rule.causes) {
        let cause = cause(id).unwrap_or_else(|| panic!("no catalog file for {id}"));
        assert!(!cause.fixes.is_empty() && cause.fixes.iter().all(|id| fix(id).is_some()), "{id}");
    }
}

#[test]
fn rule_names_are_unique() {
    let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}
