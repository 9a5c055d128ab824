//! Whether the observed and the predicted answer agree, and why they may not.

use fedlens_trust::{Outcome, Refusal, View};

use crate::diagnosis::aadsts;
use crate::facts::Facts;
use crate::{Agreement, JudgedExchange};

/// Numbers that Entra has used for one and the same fault.
const SAME_FAULT: &[&[u32]] = &[
    &[70_021, 700_211, 700_212, 700_213, 7_002_121, 7_002_131, 7_002_137, 7_002_138],
    &[50_166, 90_061, 501_661],
    &[700_016, 70_001],
    &[501_051, 50_105],
    &[7_000_218, 70_002],
];

/// "No matching record", whichever field is named.
const NO_MATCH: &[u32] = &[70_021, 70_025, 700_211, 700_212, 700_213, 7_002_121, 7_002_131, 7_002_137, 7_002_138];

pub(crate) fn compare(facts: &Facts<'_>) -> Agreement {
    let observed = facts.observed.iter().find_map(|observed| observed.failure.code.number());
    let (Some(exchange), Some(decision)) = (facts.exchange, facts.decision) else {
        return not_comparable(
            "nothing was predicted: that takes the token or a message that quotes it, and the credential list",
        );
    };
    let Some(observed) = observed else {
        return not_comparable("no AADSTS error was observed: this is a prediction only");
    };
    match (facts.refusal(), decision.outcome) {
        (Some(refusal), _) => with_refusal(facts, exchange, observed, refusal),
        (None, Outcome::Accepted | Outcome::Rejected) => {
            let why = format!("{} was observed, and by the evidence Entra would accept", aadsts(observed));
            Agreement::Differ { because: with_reasons(facts, exchange, observed, why) }
        }
        (None, Outcome::CannotTell) if NO_MATCH.contains(&observed) && facts.passed("fic.subject").is_some() => {
            let why = format!("{} was observed, and yet a credential matches in every field", aadsts(observed));
            Agreement::Differ { because: with_reasons(facts, exchange, observed, why) }
        }
        (None, Outcome::CannotTell) => not_comparable(
            "no check fails by the evidence, and some are open: the observed error is one of those, or needs evidence that is missing",
        ),
    }
}

fn with_refusal(facts: &Facts<'_>, exchange: &JudgedExchange, observed: u32, refusal: &Refusal) -> Agreement {
    if refusal.code == observed {
        return Agreement::Agree { because: Vec::new() };
    }
    let (seen, predicted) = (aadsts(observed), aadsts(refusal.code));
    if refusal.alternatives.contains(&observed) {
        return Agreement::Agree {
            because: vec![format!("Entra has answered with {seen} for what is {predicted} here")],
        };
    }
    if SAME_FAULT.iter().any(|group| group.contains(&observed) && group.contains(&refusal.code)) {
        return Agreement::Agree {
            because: vec![format!("{seen} and {predicted} are numbers of different dates or fields for one fault")],
        };
    }
    let also = facts.decision.is_some_and(|decision| decision.refusals().any(|other| other.code == observed));
    let why = if also {
        format!("{seen} is expected too, after {predicted} is fixed: the evidence may be of different attempts")
    } else {
        format!("{seen} was observed, {predicted} is expected")
    };
    Agreement::Differ { because: with_reasons(facts, exchange, observed, why) }
}

/// What commonly makes the two differ, as far as this evidence leaves it possible.
fn with_reasons(facts: &Facts<'_>, exchange: &JudgedExchange, observed: u32, first: String) -> Vec<String> {
    let mut reasons = vec![first];
    let assertion = exchange.request.assertion.as_ref();
    if assertion.is_some_and(|assertion| assertion.view == View::Whole) && exchange.assertion_source.is_some() {
        reasons.push("the token at hand may not be the one that was presented when it failed".to_owned());
    }
    if NO_MATCH.contains(&observed) && facts.credentials().is_some() {
        reasons.push(
            "a credential that was just created or edited takes minutes to be seen everywhere; one edited in place has been \
             seen to stay stale until it was deleted and created again"
                .to_owned(),
        );
        reasons
            .push("the credentials at hand may belong to another application than the one that signed in".to_owned());
    }
    if facts.decision.is_some_and(|decision| decision.assumptions().next().is_some()) {
        reasons.push("some checks before the predicted answer could not be settled".to_owned());
    }
    reasons
}

fn not_comparable(why: &str) -> Agreement {
    Agreement::NotComparable { because: vec![why.to_owned()] }
}
