//! What the linter found: for a terminal, for programs, for code scanning, for build servers, for a pull request.

mod annotations;
mod difference;
mod json;
mod junit;
mod markdown;
mod rules;
mod sarif;
mod terminal;

pub use annotations::lint_annotations;
pub use json::lint_json;
pub use junit::lint_junit;
pub use markdown::lint_markdown;
pub use rules::{lint_rule, lint_rules, lint_rules_json, lint_rules_markdown};
pub use sarif::lint_sarif;
pub use terminal::lint;

use std::borrow::Cow;

use fedlens_lint::source::{Place, Sources};
use fedlens_lint::suppression::Suppressed;
use fedlens_lint::{Confidence, Counts, Finding, Severity, Unjudged};
use serde::Serialize;

/// A run of the linter, as it is to be told.
#[derive(Debug)]
pub struct LintRun<'a> {
    /// The files, without the secrets that are not to be shown.
    pub sources: Cow<'a, Sources>,
    /// The path of each, as it is to be shown.
    pub names: Vec<String>,
    /// What is told, by place.
    pub findings: Vec<Finding>,
    /// What each is known by when lines move.
    pub fingerprints: Vec<String>,
    /// What somebody has decided not to be told of.
    pub suppressed: Vec<Suppressed>,
    /// How many findings are left out because the baseline has them.
    pub known: usize,
    /// What the baseline has and is no longer found, as `FL101 path`.
    pub gone: Vec<String>,
    /// How many are left out because they are not grave enough, or of rules that are not asked for.
    pub left_out: usize,
    /// Sign-ins that could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// Files, or parts of them, that could not be read.
    pub unread: Vec<Unread>,
    /// How much was looked at.
    pub counts: Counts,
    /// From which severity on the run fails.
    pub fail_on: Severity,
}

/// A file, or a part of it, that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Its path, relative to the current folder.
    pub path: String,
    /// The line and the column where reading stopped.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub at: Option<fedlens_lint::source::Position>,
    /// Why.
    pub message: String,
}

/// Where something is, for people and programs. Lines and columns are from 1, columns count characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Spot {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    /// The column behind the last character.
    pub(crate) end_column: usize,
}

impl LintRun<'_> {
    /// The path of a place's file, as it is to be shown.
    pub(crate) fn path(&self, place: Place) -> String {
        let name = self.names.get(place.file.0 as usize);
        name.cloned().unwrap_or_else(|| self.sources.path(place).to_owned())
    }

    pub(crate) fn spot(&self, place: Place) -> Spot {
        let start = self.sources.position(place);
        let end = self.sources.position(Place { start: place.end, ..place });
        Spot {
            path: self.path(place),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    /// How many of the findings are of a severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Why sign-ins could not be judged: each reason with the first place and the number of sign-ins, the most first.
    pub(crate) fn reasons(&self) -> Vec<(&str, &Unjudged, usize)> {
        let mut reasons: Vec<(&str, &Unjudged, usize)> = Vec::new();
        for unjudged in &self.unjudged {
            match reasons.iter_mut().find(|(why, ..)| *why == unjudged.why) {
                Some((.., count)) => *count += 1,
                None => reasons.push((&unjudged.why, unjudged, 1)),
            }
        }
        reasons.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        reasons
    }
}

pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(crate) fn confidence_word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// `1 file`, `2 files`, `2 identities`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if count == 1 => format!("1 {one}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {one}s"),
    }
}

/// Who would answer, and what.
pub(crate) fn predicted(finding: &Finding) -> Option<(&'static str, String)> {
    let code = finding.predicted.as_deref()?;
    let title = finding.entry().map(|entry| format!(" ({})", entry.title)).unwrap_or_default();
    // Codes of a platform are not Entra's, and nobody sends them.
    Some(match code.starts_with("AADSTS") {
        true => ("entra", format!("would answer {code}{title}")),
        false => ("leads to", format!("{code}{title}")),
    })
}

/// The same as a sentence without a full stop.
pub(crate) fn prediction(finding: &Finding) -> Option<String> {
    predicted(finding)
        .map(|(who, what)| if who == "entra" { format!("Entra {what}") } else { format!("It {who} {what}") })
}

/// How to read more on a rule.
pub(crate) fn explain(finding: &Finding) -> String {
    format!("fedlens lint --explain {}", finding.rule.id)
}
