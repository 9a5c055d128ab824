//! One decision, next to parsing the same assertion's claims as JSON.

use divan::{Bencher, black_box};
use fedlens_trust::read::{ExchangeCase, exchange_case};
use fedlens_trust::{Policy, decide};
use serde_json::Value;

fn main() {
    divan::main();
}

fn case(base: &str) -> ExchangeCase {
    let document: Value = serde_json::from_str(include_str!("../tests/decisions.json")).expect("own file");
    let mut exchange = document["bases"][base].clone();
    exchange["case"] = Value::from(base);
    exchange_case(&exchange).expect("own case")
}

#[divan::bench(args = ["github", "managed-identity"])]
fn decision(bencher: Bencher<'_, '_>, base: &str) {
    let case = case(base);
    let policy = Policy::default();
    bencher.bench(|| decide(black_box(&case.directory), black_box(&case.request), case.now, &policy));
}

#[divan::bench(args = ["github", "managed-identity"])]
fn parse_claims(bencher: Bencher<'_, '_>, base: &str) {
    let case = case(base);
    let claims = serde_json::to_string(&case.request.assertion.and_then(|assertion| assertion.claims)).expect("claims");
    bencher.bench(|| serde_json::from_str::<Value>(black_box(&claims)).expect("claims"));
}
