//! The decision.

use jiff::Timestamp;

use crate::checks::Exchange;
use crate::{CHECKS, CheckResult, Decision, Directory, Outcome, Policy, TokenRequest, Verdict};

/// What Entra would answer to `request` at `now`, given `directory`.
pub fn decide(directory: &Directory, request: &TokenRequest, now: Timestamp, policy: &Policy) -> Decision {
    let exchange = Exchange::new(directory, request, now, policy);
    let checks: Vec<_> = CHECKS
        .iter()
        .map(|check| {
            let verdict =
                (check.evaluate)(&exchange).map_or_else(|verdict| verdict, |detail| Verdict::Passed { detail });
            CheckResult { id: check.id, title: check.title, verdict }
        })
        .collect();
    let has = |wanted: fn(&Verdict) -> bool| checks.iter().any(|check| wanted(&check.verdict));
    let outcome = if has(|verdict| matches!(verdict, Verdict::Failed(_))) {
        Outcome::Rejected
    } else if has(|verdict| matches!(verdict, Verdict::CannotTell { .. } | Verdict::NotReached { .. })) {
        Outcome::CannotTell
    } else {
        Outcome::Accepted
    };
    Decision { outcome, checks }
}
