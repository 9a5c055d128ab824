//! The linter's report for programs: `fedlens.lint/1`.

use fedlens_lint::{Edit, Finding, Fix, Label, Mismatch, RULES, Rule};
use fedlens_token::Redaction;
use serde::Serialize;

use super::{LintRun, Spot, Unread, confidence_word, explain, severity_word};
use crate::json::json;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    findings: Vec<Told<'a>>,
    suppressed: Vec<Hidden<'a>>,
    unjudged: Vec<Open<'a>>,
    unreadable: &'a [Unread],
    /// What the baseline has and is no longer found.
    gone: &'a [String],
    counts: Counted,
    rules: Vec<Described>,
}

#[derive(Serialize)]
struct Told<'a> {
    rule: &'static str,
    slug: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    /// What Entra would answer.
    code: Option<&'a str>,
    code_title: Option<&'static str>,
    #[serde(flatten)]
    spot: Spot,
    label: &'a str,
    related: Vec<Related<'a>>,
    difference: Option<&'a Mismatch>,
    notes: &'a [String],
    help: &'a str,
    fix: Option<Change<'a>>,
    explanation: String,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    spot: Spot,
    label: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Replaced<'a>>,
}

#[derive(Serialize)]
struct Replaced<'a> {
    #[serde(flatten)]
    spot: Spot,
    /// The first byte that is replaced, and the one behind the last.
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct Hidden<'a> {
    reason: &'a str,
    /// Where that is written.
    by: Spot,
    finding: Told<'a>,
}

#[derive(Serialize)]
struct Open<'a> {
    workload: &'a str,
    why: &'a str,
    #[serde(flatten)]
    spot: Spot,
}

#[derive(Serialize)]
struct Counted {
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    baseline: usize,
    left_out: usize,
    files: usize,
    unreadable: usize,
    workloads: usize,
    identities: usize,
    credentials: usize,
    joined: usize,
    accepted: usize,
    refused: usize,
    unjudged: usize,
}

/// A rule, as lists of rules give it.
#[derive(Serialize)]
pub(super) struct Described {
    id: &'static str,
    slug: &'static str,
    title: &'static str,
    severity: &'static str,
    confidence: &'static str,
    code: Option<&'static str>,
    basis: &'static str,
    source: &'static str,
    help: &'static str,
}

impl From<&'static Rule> for Described {
    fn from(rule: &'static Rule) -> Self {
        Self {
            id: rule.id,
            slug: rule.slug,
            title: rule.title,
            severity: severity_word(rule.severity),
            confidence: confidence_word(rule.confidence),
            code: rule.code,
            basis: rule.basis.as_str(),
            source: rule.source,
            help: rule.help,
        }
    }
}

/// The report as JSON.
///
/// # Errors
///
/// Never in practice: every key is a string.
pub fn lint_json(run: &LintRun<'_>, redaction: Redaction) -> serde_json::Result<String> {
    let used = |rule: &&&'static Rule| {
        let suppressed = run.suppressed.iter().map(|hidden| &hidden.finding);
        run.findings.iter().chain(suppressed).any(|finding| finding.rule.id == rule.id)
    };
    let document = Document {
        schema: "fedlens.lint/1",
        findings: run
            .findings
            .iter()
            .zip(&run.fingerprints)
            .map(|(finding, print)| told(run, finding, print))
            .collect(),
        suppressed: run
            .suppressed
            .iter()
            .map(|hidden| Hidden {
                reason: &hidden.reason,
                by: run.spot(hidden.place),
                finding: told(run, &hidden.finding, ""),
            })
            .collect(),
        unjudged: run
            .unjudged
            .iter()
            .map(|open| Open { workload: &open.workload, why: &open.why, spot: run.spot(open.place) })
            .collect(),
        unreadable: &run.unread,
        gone: &run.gone,
        counts: counted(run),
        rules: RULES.iter().filter(used).map(|rule| Described::from(*rule)).collect(),
    };
    json(&document, redaction)
}

fn told<'a>(run: &LintRun<'_>, finding: &'a Finding, fingerprint: &'a str) -> Told<'a> {
    let related = |label: &'a Label| Related { spot: run.spot(label.place), label: &label.text };
    Told {
        rule: finding.rule.id,
        slug: finding.rule.slug,
        severity: severity_word(finding.severity),
        confidence: confidence_word(finding.confidence),
        message: &finding.message,
        code: finding.predicted.as_deref(),
        code_title: finding.entry().map(|entry| entry.title),
        spot: run.spot(finding.primary.place),
        label: &finding.primary.text,
        related: finding.secondary.iter().map(related).collect(),
        difference: finding.difference.as_ref(),
        notes: &finding.notes,
        help: &finding.help,
        fix: finding.fix.as_ref().map(|fix| change(run, fix)),
        explanation: explain(finding),
        fingerprint,
    }
}

fn change<'a>(run: &LintRun<'_>, fix: &'a Fix) -> Change<'a> {
    let replaced = |edit: &'a Edit| Replaced {
        spot: run.spot(edit.place),
        start: edit.place.start,
        end: edit.place.end,
        text: &edit.text,
    };
    Change { title: &fix.title, safe: fix.safe, edits: fix.edits.iter().map(replaced).collect() }
}

fn counted(run: &LintRun<'_>) -> Counted {
    use fedlens_lint::Severity::{Error, Note, Warning};
    let counts = &run.counts;
    Counted {
        errors: run.count(Error),
        warnings: run.count(Warning),
        notes: run.count(Note),
        suppressed: run.suppressed.len(),
        baseline: run.known,
        left_out: run.left_out,
        files: counts.files,
        unreadable: run.unread.len(),
        workloads: counts.workloads,
        identities: counts.identities,
        credentials: counts.credentials,
        joined: counts.joined,
        accepted: counts.accepted,
        refused: counts.refused,
        unjudged: counts.unjudged,
    }
}
