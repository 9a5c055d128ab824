//! A diagnosis for a terminal, and as Markdown for an issue.

mod blocks;
mod markdown;
mod terminal;

pub use markdown::diagnosis_markdown;
pub use terminal::diagnosis;

use fedlens_diagnose::{Agreement, CauseFinding, CauseVerdict, StepState};

/// The sign of a step in the picture.
pub(crate) fn mark(state: StepState) -> &'static str {
    match state {
        StepState::Passed => "✓",
        StepState::Failed => "✗",
        StepState::Unknown => "?",
        StepState::NotReached => "·",
    }
}

pub(crate) fn verdict_words(verdict: CauseVerdict) -> &'static str {
    match verdict {
        CauseVerdict::Confirmed => "confirmed",
        CauseVerdict::Possible => "possible",
        CauseVerdict::CannotTell => "cannot tell",
        CauseVerdict::RuledOut => "ruled out",
    }
}

/// A sentence on the agreement, and the reasons.
pub(crate) fn agreement_words(agreement: &Agreement) -> (&'static str, &[String]) {
    match agreement {
        Agreement::Agree { because } => ("The observed error is the one that the evidence predicts.", because),
        Agreement::Differ { because } => ("The observed error is not the one that the evidence predicts.", because),
        Agreement::NotComparable { because } => ("Observed and predicted cannot be compared.", because),
    }
}

/// Causes that are ruled out by the same evidence stand together; every other one is alone.
pub(crate) fn in_groups(causes: &[CauseFinding]) -> Vec<Vec<&CauseFinding>> {
    let mut groups: Vec<Vec<&CauseFinding>> = Vec::new();
    for cause in causes {
        let alike = |group: &&mut Vec<&CauseFinding>| {
            let first = group.first();
            cause.verdict == CauseVerdict::RuledOut
                && first.is_some_and(|first| first.verdict == cause.verdict && first.evidence == cause.evidence)
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(cause),
            None => groups.push(vec![cause]),
        }
    }
    groups
}
