//! A diagnosis for a terminal, and as Markdown for an issue.

mod blocks;
mod markdown;
mod terminal;

pub use markdown::diagnosis_markdown;
pub use terminal::diagnosis;

use fedlens_diagnose::{Agreement, CauseVerdict};

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
