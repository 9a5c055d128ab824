//! The five causes and five fixes of AADSTS700229: one test that confirms each, one that rules it out.

use crate::given::{
    APP, GITHUB, OTHER_TENANT, PRINCIPAL, REFUSED_700229, TENANT, credentials, diagnosis, evidence, fix,
    identity_claims, issuer, options, token, user_claims, verdict,
};
use fedlens_diagnose::{CauseVerdict, Options, diagnose};
use fedlens_report::diagnosis as report;
use fedlens_token::Redaction;

const DELEGATED: &str = "entra.delegated-assertion";
const RUNS_AS_USER: &str = "entra.workload-runs-as-user";
const CROSS_TENANT: &str = "entra.cross-tenant-user-token";
const DESPITE_MATCH: &str = "entra.delegated-despite-match";
const IN_CODE: &str = "code.user-token-as-assertion";

const USER_LINKED_SERVICE: &str = r#"{"name": "partner", "properties": {"type": "RestService", "typeProperties": {
    "url": "https://api.contoso.example", "authenticationType": "Basic", "userName": "svc@contoso.example",
    "password": {"type": "SecureString", "value": "hunter2hunter2"}, "aadResourceId": "api://partner"}}}"#;

const IDENTITY_LINKED_SERVICE: &str = r#"{"name": "partner", "properties": {"type": "RestService", "typeProperties": {
    "url": "https://api.contoso.example", "authenticationType": "ManagedServiceIdentity", "aadResourceId": "api://partner"}}}"#;

const USER_TOKEN_IN_CODE: &str = "using Microsoft.Identity.Client;\n\
    var user = await pca.AcquireTokenInteractive(scopes).ExecuteAsync();\n\
    var app = ConfidentialClientApplicationBuilder.Create(id).WithClientAssertion(user.AccessToken).Build();\n";

const APP_TOKEN_IN_CODE: &str = "using Microsoft.Identity.Client;\n\
    var own = await mi.AcquireTokenForManagedIdentity(\"api://AzureADTokenExchange\").ExecuteAsync();\n\
    var app = ConfidentialClientApplicationBuilder.Create(id).WithClientAssertion(own.AccessToken).Build();\n\
    var token = await app.AcquireTokenForClient(scopes).ExecuteAsync();\n";

#[test]
fn a_user_token_confirms_the_delegated_assertion() {
    let found = diagnosis(&[("t", &token(&user_claims(TENANT))), ("f", &credentials(&issuer(TENANT), "pairwise"))]);
    assert_eq!(found.code().as_deref(), Some("AADSTS700229"));
    assert_eq!(verdict(&found, DELEGATED), Some(CauseVerdict::Confirmed));
    assert_eq!(found.causes[0].id, DELEGATED);
}

#[test]
fn a_managed_identity_token_rules_the_delegated_assertion_out() {
    let assertion = token(&identity_claims(TENANT));
    let found = diagnosis(&[("l", REFUSED_700229), ("t", &assertion), ("f", &credentials(&issuer(TENANT), PRINCIPAL))]);
    assert_eq!(verdict(&found, DELEGATED), Some(CauseVerdict::RuledOut));
}

#[test]
fn a_linked_service_with_a_user_confirms_that_the_workload_runs_as_one() {
    let found = diagnosis(&[("l", REFUSED_700229), ("partner.json", USER_LINKED_SERVICE)]);
    assert_eq!(verdict(&found, RUNS_AS_USER), Some(CauseVerdict::Confirmed));
}

#[test]
fn a_linked_service_with_a_managed_identity_rules_that_out() {
    let found = diagnosis(&[("l", REFUSED_700229), ("partner.json", IDENTITY_LINKED_SERVICE)]);
    assert_eq!(verdict(&found, RUNS_AS_USER), Some(CauseVerdict::RuledOut));
}

fn chain(from: &str) -> Vec<fedlens_diagnose::CauseFinding> {
    let assertion = token(&user_claims(from));
    let inputs = [("l", REFUSED_700229), ("t", assertion.as_str()), ("f", &credentials(&issuer(from), "pairwise"))];
    let target = Options { tenant: Some(TENANT.to_owned()), ..options() };
    diagnose(&evidence(&inputs), &target).causes
}

#[test]
fn a_user_token_of_another_tenant_confirms_the_cross_tenant_chain() {
    let found = chain(OTHER_TENANT);
    let finding = found.iter().find(|finding| finding.id == CROSS_TENANT).unwrap();
    assert_eq!(finding.verdict, CauseVerdict::Confirmed);
    assert!(finding.evidence[0].contains(OTHER_TENANT) && finding.evidence[0].contains(TENANT), "{finding:?}");
}

#[test]
fn a_user_token_of_the_same_tenant_rules_the_chain_out() {
    let found = chain(TENANT);
    let finding = found.iter().find(|finding| finding.id == CROSS_TENANT).unwrap();
    assert_eq!(finding.verdict, CauseVerdict::RuledOut);
}

#[test]
fn a_match_with_a_user_token_confirms_that_the_provider_issued_a_delegated_one() {
    let found = diagnosis(&[("t", &token(&user_claims(TENANT))), ("f", &credentials(&issuer(TENANT), "pairwise"))]);
    assert_eq!(verdict(&found, DESPITE_MATCH), Some(CauseVerdict::Confirmed));
}

#[test]
fn a_mismatch_rules_that_out() {
    let assertion = token(&user_claims(TENANT));
    let found = diagnosis(&[("l", REFUSED_700229), ("t", &assertion), ("f", &credentials(&issuer(TENANT), "another"))]);
    assert_eq!(verdict(&found, DESPITE_MATCH), Some(CauseVerdict::RuledOut));
}

#[test]
fn an_interactive_token_as_client_assertion_confirms_the_code() {
    let found = diagnosis(&[("l", REFUSED_700229), ("Program.cs", USER_TOKEN_IN_CODE)]);
    assert_eq!(verdict(&found, IN_CODE), Some(CauseVerdict::Confirmed));
    let evidence = &found.causes.iter().find(|finding| finding.id == IN_CODE).unwrap().evidence[0];
    assert!(evidence.contains("Program.cs:2") && evidence.contains("line 3"), "{evidence}");
}

#[test]
fn app_only_calls_rule_the_code_out() {
    let found = diagnosis(&[("l", REFUSED_700229), ("Program.cs", APP_TOKEN_IN_CODE)]);
    assert_eq!(verdict(&found, IN_CODE), Some(CauseVerdict::RuledOut));
}

#[test]
fn the_app_only_call_is_printed_for_the_language_found() {
    let found = diagnosis(&[("l", REFUSED_700229), ("Program.cs", USER_TOKEN_IN_CODE)]);
    let acquire = fix(&found, "acquire-app-only").unwrap();
    assert!(
        acquire
            .commands
            .iter()
            .any(|command| command.language == "csharp" && command.text.contains("AcquireTokenForClient"))
    );
    let shown = report(&found, &["csharp"], Redaction::On);
    assert!(shown.contains("WithClientAssertion") && !shown.contains("azidentity."), "{shown}");
}

#[test]
fn an_app_only_token_needs_no_app_only_call() {
    let found = diagnosis(&[("t", &token(&identity_claims(TENANT))), ("f", &credentials(&issuer(TENANT), "another"))]);
    assert_eq!(found.code().as_deref(), Some("AADSTS700213"));
    assert!(fix(&found, "acquire-app-only").is_none());
}

#[test]
fn a_workload_that_runs_as_a_user_is_told_to_run_as_a_service_principal() {
    let found = diagnosis(&[("l", REFUSED_700229), ("partner.json", USER_LINKED_SERVICE)]);
    assert!(fix(&found, "run-workload-as-service-principal").unwrap().causes.contains(&RUNS_AS_USER));
}

#[test]
fn a_workload_that_already_does_is_not() {
    let found = diagnosis(&[("l", REFUSED_700229), ("partner.json", IDENTITY_LINKED_SERVICE)]);
    assert!(fix(&found, "run-workload-as-service-principal").is_none_or(|fix| !fix.causes.contains(&RUNS_AS_USER)));
}

#[test]
fn decoding_is_advised_for_a_refused_token_type() {
    assert!(fix(&diagnosis(&[("l", REFUSED_700229)]), "decode-assertion").is_some());
}

#[test]
fn decoding_is_not_advised_where_the_values_are_known_to_differ() {
    let log = "AADSTS70025: The client '1b6f9e2d-27b4-4d3c-9a61-3f1c2b7d9e01'(deploy) has no configured federated identity \
               credentials. Trace ID: 11111111-2222-4333-8444-555555555500";
    assert!(fix(&diagnosis(&[("l", log)]), "decode-assertion").is_none());
}

#[test]
fn a_credential_is_corrected_with_the_readers_values_and_tried_again() {
    let claims = serde_json::json!({
        "iss": GITHUB, "sub": "repo:contoso/app:environment:prod", "aud": "api://AzureADTokenExchange",
        "iat": 1_793_534_380, "nbf": 1_793_533_780, "exp": 1_793_534_680,
    });
    let found =
        diagnosis(&[("t", &token(&claims)), ("f", &credentials(GITHUB, "repo:contoso/app:ref:refs/heads/main"))]);
    let correct = found.fixes.iter().find(|fix| fix.afterwards.is_some()).unwrap();
    assert_eq!(correct.afterwards.as_deref(), Some("No check would fail any more; the open ones stay open."));
    let all: String = found.fixes.iter().flat_map(|fix| &fix.commands).map(|command| command.text.as_str()).collect();
    assert!(all.contains("repo:contoso/app:environment:prod") && all.contains(APP), "{all}");
}

#[test]
fn a_users_subject_is_never_proposed_for_a_credential() {
    let found = diagnosis(&[("t", &token(&user_claims(TENANT))), ("f", &credentials(&issuer(TENANT), "pairwise"))]);
    let all: String = found.fixes.iter().flat_map(|fix| &fix.commands).map(|command| command.text.as_str()).collect();
    assert!(!all.contains("pairwise"), "{all}");
    assert!(found.fixes.iter().all(|fix| fix.afterwards.is_none()));
}

#[test]
fn a_linked_service_is_printed_with_a_managed_identity() {
    let found = diagnosis(&[("l", REFUSED_700229), ("partner.json", USER_LINKED_SERVICE)]);
    let patch = fix(&found, "linked-service-managed-identity").unwrap().patch.as_deref().unwrap();
    assert!(
        patch.contains("ManagedServiceIdentity") && !patch.contains("hunter2") && !patch.contains("userName"),
        "{patch}"
    );
}

#[test]
fn a_linked_service_with_a_managed_identity_is_left_alone() {
    let found = diagnosis(&[("l", REFUSED_700229), ("partner.json", IDENTITY_LINKED_SERVICE)]);
    assert!(found.fixes.iter().all(|fix| fix.patch.is_none()));
}
