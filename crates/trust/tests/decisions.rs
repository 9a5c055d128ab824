//! Exchanges and what Entra answers to them.
#![expect(clippy::unwrap_used, reason = "a test panics where something is missing")]

mod suite;

use std::collections::BTreeSet;

use fedlens_trust::read::exchange_case;
use fedlens_trust::{CHECKS, Decision, Outcome, Policy, Verdict, Wording, decide};
use serde_json::Value;

struct Case {
    name: String,
    expect: String,
    decision: Decision,
}

fn cases() -> Vec<Case> {
    suite::exchanges().into_iter().map(decided).collect()
}

fn decided(exchange: suite::Exchange) -> Case {
    let suite::Exchange { name, expect, case } = exchange;
    let read = exchange_case(&case).unwrap_or_else(|error| panic!("{name}: {error}"));
    let policy = Policy { cloud: read.cloud, ..Policy::default() };
    let decision = decide(&read.directory, &read.request, read.now, &policy);
    Case { name, expect, decision }
}

fn answer(decision: &Decision) -> String {
    match (decision.refusal(), decision.outcome) {
        (Some(refusal), _) => format!("AADSTS{}", refusal.code),
        (None, Outcome::Accepted) => "accepted".to_owned(),
        (None, _) => "cannot-tell".to_owned(),
    }
}

#[test]
fn every_exchange_gets_its_answer() {
    let wrong: Vec<_> = cases()
        .iter()
        .filter(|case| answer(&case.decision) != case.expect)
        .map(|case| format!("{}: expected {}, decided {}", case.name, case.expect, answer(&case.decision)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_error_of_every_check_is_shown_by_a_case() {
    let shown: BTreeSet<(&str, u32)> = cases()
        .iter()
        .flat_map(|case| case.decision.checks.clone())
        .filter_map(|check| match check.verdict {
            Verdict::Failed(refusal) => Some((check.id, refusal.code)),
            _ => None,
        })
        .collect();
    for check in CHECKS {
        for error in check.errors {
            // The texts of 2021 to 2023 are judged by another wording, in a test of their own.
            let missing = !shown.contains(&(check.id, error.code)) && error.code != 70_021;
            assert!(!missing, "no case shows {} failing with AADSTS{}", check.id, error.code);
        }
    }
}

#[test]
fn every_check_passes_somewhere() {
    let passed: BTreeSet<&str> = cases()
        .iter()
        .flat_map(|case| case.decision.checks.clone())
        .filter(|check| matches!(check.verdict, Verdict::Passed { .. }))
        .map(|check| check.id)
        .collect();
    for check in CHECKS {
        assert!(passed.contains(check.id), "no case passes {}", check.id);
    }
}

#[test]
fn ids_are_unique_and_failures_are_listed() {
    let ids: BTreeSet<_> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), CHECKS.len());
    for case in cases() {
        for (check, result) in CHECKS.iter().zip(&case.decision.checks) {
            if let Verdict::Failed(refusal) = &result.verdict {
                let listed = check.errors.iter().any(|error| error.code == refusal.code);
                assert!(listed, "{} fails with AADSTS{}, which it does not list", check.id, refusal.code);
            }
        }
    }
}

#[test]
fn later_faults_are_reported_beside_the_answer() {
    let case = cases().into_iter().find(|case| case.name == "audience and subject wrong").unwrap();
    let codes: Vec<_> = case.decision.refusals().map(|refusal| refusal.code).collect();
    assert_eq!(codes, [700_212, 700_213]);
}

#[test]
fn until_2023_one_number_named_all_three_values() {
    let mut exchange = suite::document()["bases"]["github"].clone();
    exchange["case"] = Value::from("old wording");
    suite::set(&mut exchange, "/assertion/claims/sub", Value::from("repo:contoso/app:pull_request"));
    let read = exchange_case(&exchange).unwrap();
    let policy = Policy { wording: Wording::Until2023, ..Policy::default() };
    let decision = decide(&read.directory, &read.request, read.now, &policy);
    let refusal = decision.refusal().unwrap();
    assert_eq!((refusal.code, refusal.oauth_error, refusal.status), (70_021, "invalid_request", 400));
    assert_eq!(
        refusal.message,
        "No matching federated identity record found for presented assertion. Assertion Issuer: \
         'https://token.actions.githubusercontent.com'. Assertion Subject: 'repo:contoso/app:pull_request'. Assertion \
         Audience: 'api://AzureADTokenExchange'. \
         https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation"
    );
}

#[test]
fn an_answer_names_what_it_assumes() {
    let case = cases().into_iter().find(|case| case.name == "signature not checked, and expired").unwrap();
    let assumed: Vec<_> = case.decision.assumptions().map(|check| check.id).collect();
    assert_eq!(assumed, ["issuer.metadata", "assertion.signing-key", "assertion.signature"]);
}

#[test]
fn an_emulator_may_vouch_for_a_private_issuer() {
    let mut exchange = suite::document()["bases"]["github"].clone();
    exchange["case"] = Value::from("private issuer");
    for path in ["/assertion/claims/iss", "/directory/applications/0/federatedIdentityCredentials/0/issuer"] {
        suite::set(&mut exchange, path, Value::from("http://127.0.0.1:8080"));
    }
    let read = exchange_case(&exchange).unwrap();
    let outcome = |private_issuers| {
        let policy = Policy { private_issuers, ..Policy::default() };
        answer(&decide(&read.directory, &read.request, read.now, &policy))
    };
    assert_eq!((outcome(false).as_str(), outcome(true).as_str()), ("AADSTS501661", "accepted"));
}
