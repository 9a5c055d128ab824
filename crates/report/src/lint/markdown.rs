//! The linter's findings as Markdown, for a comment on a pull request.

use fedlens_lint::{Finding, Severity};
use fedlens_token::Redaction;

use super::terminal::{fix_lines, looked_at};
use super::{LintRun, confidence_word, counted, prediction, severity_word};
use crate::finished;
use crate::markdown::{cell, fenced};

/// A table of the findings, what mends each, and what was looked at.
pub fn lint_markdown(run: &LintRun<'_>, redaction: Redaction) -> String {
    let mut text = format!("## fedlens lint: {}\n", headline(run));
    if !run.findings.is_empty() {
        text.push_str("\n| severity | rule | where | what | code |\n| --- | --- | --- | --- | --- |\n");
        let rows: String = run.findings.iter().map(|finding| row(run, finding)).collect();
        text.push_str(&finished(rows, redaction));
    }
    for finding in &run.findings {
        text.push_str(&finished(details(run, finding), redaction));
    }
    text.push_str(&finished(rest(run), redaction));
    text.push_str(&format!("\n{}.\n", looked_at(run)));
    text
}

fn headline(run: &LintRun<'_>) -> String {
    let found: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|severity| run.count(*severity) > 0)
        .map(|severity| counted(run.count(severity), severity_word(severity)))
        .collect();
    if found.is_empty() { "nothing wrong was found".to_owned() } else { found.join(", ") }
}

fn row(run: &LintRun<'_>, finding: &Finding) -> String {
    let spot = run.spot(finding.primary.place);
    format!(
        "| {} | {} | `{}:{}` | {} | {} |\n",
        severity_word(finding.severity),
        finding.rule.id,
        cell(&spot.path),
        spot.line,
        cell(&escaped(&finding.message)),
        finding.predicted.as_deref().unwrap_or_default(),
    )
}

/// What belongs to one finding, folded.
fn details(run: &LintRun<'_>, finding: &Finding) -> String {
    let spot = run.spot(finding.primary.place);
    let mut text = format!(
        "\n<details><summary>{} {} at {}:{}</summary>\n\n",
        finding.rule.id,
        finding.rule.slug,
        escaped(&spot.path),
        spot.line
    );
    for label in std::iter::once(&finding.primary).chain(&finding.secondary).filter(|label| !label.text.is_empty()) {
        let spot = run.spot(label.place);
        text.push_str(&format!("- `{}:{}`: {}\n", spot.path, spot.line, escaped(&label.text)));
    }
    if let Some(answer) = prediction(finding) {
        text.push_str(&format!("- {answer}\n"));
    }
    text.push_str(&format!("- confidence: {}\n", confidence_word(finding.confidence)));
    for note in &finding.notes {
        text.push_str(&format!("- {}\n", escaped(note)));
    }
    if let Some(difference) = &finding.difference {
        let values = format!("presented  {}\nconfigured {}", difference.presented, difference.configured);
        text.push_str(&format!("\n{}", fenced("text", &values)));
    }
    text.push_str(&format!("\n{}\n", escaped(&finding.help)));
    if let Some(fix) = &finding.fix {
        text.push_str(&format!("\n{}:\n\n{}", escaped(&fix.title), fenced("diff", &fix_lines(run, fix).join("\n"))));
    }
    text.push_str("\n</details>\n");
    text
}

/// What could not be read or judged.
fn rest(run: &LintRun<'_>) -> String {
    let mut text = String::new();
    for unread in &run.unread {
        text.push_str(&format!("- not read: `{}`: {}\n", unread.path, escaped(&unread.message)));
    }
    for (why, first, count) in run.reasons() {
        let spot = run.spot(first.place);
        let signs = counted(count, "sign-in");
        text.push_str(&format!("- cannot tell ({signs}, first at `{}:{}`): {}\n", spot.path, spot.line, escaped(why)));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// A text that brings no markup of its own, but for code.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\n', " ")
}
