//! The linter's findings as workflow commands, which GitHub shows beside the lines of a pull request.

use fedlens_lint::{Finding, Severity};
use fedlens_token::Redaction;

use super::{LintRun, prediction};
use crate::finished;

/// A line for each finding and for each file that was not read.
pub fn lint_annotations(run: &LintRun<'_>, redaction: Redaction) -> String {
    let findings = run.findings.iter().map(|finding| annotation(run, finding, redaction));
    let unread = run.unread.iter().map(|unread| {
        let at = unread.at.map(|at| format!(",line={},col={}", at.line, at.column)).unwrap_or_default();
        let message = data(&finished(unread.message.clone(), redaction));
        format!("::warning file={}{at},title=not read::{message}\n", property(&unread.path))
    });
    findings.chain(unread).collect()
}

fn annotation(run: &LintRun<'_>, finding: &Finding, redaction: Redaction) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let spot = run.spot(finding.primary.place);
    // GitHub takes columns only where both lines are one.
    let columns = match spot.line == spot.end_line {
        true => format!(",col={},endColumn={}", spot.column, spot.end_column),
        false => String::new(),
    };
    let title = format!("{}: {}", finding.rule.id, finding.rule.title);
    let mut message = finding.message.clone();
    if let Some(answer) = prediction(finding) {
        message.push_str(&format!("\n{answer}."));
    }
    message.push_str(&format!("\nHelp: {}", finding.help));
    for label in &finding.secondary {
        let spot = run.spot(label.place);
        message.push_str(&format!("\nSee {}:{}: {}", spot.path, spot.line, label.text));
    }
    format!(
        "::{command} file={},line={}{columns},endLine={},title={}::{}\n",
        property(&spot.path),
        spot.line,
        spot.end_line,
        property(&finished(title, redaction)),
        data(&finished(message, redaction)),
    )
}

/// The text behind a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
