//! The linter's findings as a JUnit report, which most build servers show.

use fedlens_lint::Finding;
use fedlens_token::Redaction;

use super::terminal::looked_at;
use super::{LintRun, prediction, severity_word};
use crate::finished;

/// A test case for each finding: one that has failed where the run fails because of it. Suppressed ones are skipped,
/// files that could not be read are errors.
pub fn lint_junit(run: &LintRun<'_>, redaction: Redaction) -> String {
    let mut cases = String::new();
    for finding in &run.findings {
        cases.push_str(&case(run, finding, &outcome(run, finding, redaction)));
    }
    for hidden in &run.suppressed {
        let reason = escaped(&finished(hidden.reason.clone(), redaction));
        cases.push_str(&case(run, &hidden.finding, &format!("<skipped message=\"{reason}\"/>")));
    }
    for unread in &run.unread {
        let path = escaped(&unread.path);
        let message = escaped(&finished(unread.message.clone(), redaction));
        cases.push_str(&format!(
            "    <testcase name=\"read\" classname=\"{path}\" file=\"{path}\"><error type=\"unreadable\" \
             message=\"{message}\"/></testcase>\n"
        ));
    }
    if cases.is_empty() {
        cases.push_str("    <testcase name=\"nothing wrong\" classname=\"fedlens lint\"/>\n");
    }
    let failures = run.findings.iter().filter(|finding| finding.severity >= run.fail_on).count();
    let tests = (run.findings.len() + run.suppressed.len() + run.unread.len()).max(1);
    let numbers = format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{}\"",
        run.unread.len(),
        run.suppressed.len()
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fedlens lint\" {numbers}>\n  <testsuite \
         name=\"fedlens lint\" {numbers}>\n{cases}    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
        escaped(&looked_at(run)),
    )
}

fn case(run: &LintRun<'_>, finding: &Finding, outcome: &str) -> String {
    let spot = run.spot(finding.primary.place);
    let path = escaped(&spot.path);
    let name = format!("{} {}", finding.rule.id, finding.rule.slug);
    format!(
        "    <testcase name=\"{name} at line {line}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\">{outcome}\
         </testcase>\n",
        line = spot.line,
    )
}

fn outcome(run: &LintRun<'_>, finding: &Finding, redaction: Redaction) -> String {
    let spot = run.spot(finding.primary.place);
    let mut text = format!("{}:{}:{}: {}", spot.path, spot.line, spot.column, finding.message);
    if let Some(answer) = prediction(finding) {
        text.push_str(&format!("\n{answer}"));
    }
    text.push_str(&format!("\nhelp: {}", finding.help));
    let text = finished(text, redaction);
    let message = finished(finding.message.clone(), redaction);
    match finding.severity >= run.fail_on {
        true => format!(
            "<failure type=\"{}\" message=\"{}\">{}</failure>",
            severity_word(finding.severity),
            escaped(&message),
            escaped(&text)
        ),
        false => format!("<system-out>{}</system-out>", escaped(&text)),
    }
}

/// A text for an element or an attribute; characters that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if is_impossible(c) => {}
            c => out.push(c),
        }
    }
    out
}

fn is_impossible(c: char) -> bool {
    (c < ' ' && !matches!(c, '\n' | '\r' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}
