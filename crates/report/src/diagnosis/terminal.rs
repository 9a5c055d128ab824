//! A diagnosis for a terminal.

use std::borrow::Cow;

use fedlens_catalog::entry;
use fedlens_diagnose::{Agreement, CauseFinding, Diagnosis, FixFinding, Observed, Step};
use fedlens_token::Redaction;
use fedlens_trust::{CheckResult, Outcome, Verdict};

use super::blocks::chosen;
use super::{agreement_words, in_groups, mark, verdict_words};
use crate::catalog_page::{section, severity_word};
use crate::finished;
use crate::paint::{BAD, BOLD, DIM, GOOD, OPEN, cause_style, paint, step_style};
use crate::terminal::{markdown, paragraph};

/// The report of a diagnosis. `languages` are those of the reader's code: of a fix's commands, these
/// are shown first.
pub fn diagnosis(diagnosis: &Diagnosis, languages: &[&str], redaction: Redaction) -> String {
    let mut report = headline(diagnosis);
    report.push_str(&picture(&diagnosis.picture));
    report.push_str(&inputs(diagnosis));
    report.push_str(&observed(&diagnosis.observed));
    report.push_str(&checks(diagnosis));
    report.push_str(&causes(&diagnosis.causes));
    report.push_str(&fixes(&diagnosis.fixes, languages));
    report.push_str(&agreement(diagnosis));
    finished(report, redaction)
}

fn headline(diagnosis: &Diagnosis) -> String {
    let mut line = String::new();
    if let Some(code) = diagnosis.code() {
        line = paint(BAD, &code);
        if let Some(entry) = entry(&code) {
            line.push_str(&format!("  {}  {}", paint(BOLD, entry.title), paint(DIM, severity_word(entry.severity))));
        }
        line.push_str("\n\n");
    } else if diagnosis.prediction.as_ref().is_some_and(|prediction| prediction.outcome == Outcome::Accepted) {
        line = format!("{}\n\n", paint(GOOD, "Accepted"));
    }
    line + &paragraph(&diagnosis.summary, "", "")
}

fn picture(steps: &[Step]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let drawn: Vec<_> = steps
        .iter()
        .map(|step| paint(step_style(step.state), format!("{} {}", mark(step.state), step.label)))
        .collect();
    format!("\n  {}\n", drawn.join(&paint(DIM, " → ")))
}

fn inputs(diagnosis: &Diagnosis) -> String {
    let mut text = section("Read");
    for input in &diagnosis.inputs {
        text.push_str(&paragraph(&format!("{}: {}", input.source, input.taken_for), "  ", "    "));
    }
    for skipped in &diagnosis.skipped {
        text.push_str(&paragraph(&format!("{}: skipped, {}", skipped.source, skipped.why), "  ", "    "));
    }
    text
}

fn observed(observed: &[Observed]) -> String {
    if observed.is_empty() {
        return String::new();
    }
    let mut text = section("Observed");
    for (position, one) in observed.iter().enumerate() {
        let failure = &one.failure;
        let times = if failure.mentions > 1 { format!(", {} mentions", failure.mentions) } else { String::new() };
        text.push_str(&format!("  {}  {}:{}{times}\n", paint(BAD, &failure.code), one.source, failure.line));
        if !failure.message.is_empty() {
            text.push_str(&paragraph(&shortened(&failure.message, position), "    ", "    "));
        }
        let fields = &failure.fields;
        for (name, value) in
            [("trace id", &fields.trace_id), ("correlation id", &fields.correlation_id), ("time", &fields.timestamp)]
        {
            if let Some(value) = value {
                text.push_str(&format!("    {} {value}\n", paint(DIM, name)));
            }
        }
    }
    text
}

/// Only the first failure's message is shown in full.
fn shortened(message: &str, position: usize) -> Cow<'_, str> {
    const SHORT: usize = 160;
    match message.char_indices().nth(SHORT) {
        Some((end, _)) if position > 0 => format!("{} …", message.get(..end).unwrap_or_default()).into(),
        _ => message.into(),
    }
}

fn checks(diagnosis: &Diagnosis) -> String {
    if diagnosis.checks.is_empty() {
        return String::new();
    }
    let mut text = section("Checks, in the order in which Entra makes them");
    let answer = diagnosis.checks.iter().position(|check| matches!(check.verdict, Verdict::Failed(_)));
    let agreed = matches!(diagnosis.agreement, Agreement::Agree { .. });
    let (mut settled, mut unneeded, mut inapplicable) = (Vec::new(), Vec::new(), Vec::new());
    for (position, check) in diagnosis.checks.iter().enumerate() {
        let after_answer = answer.is_some_and(|answer| position > answer);
        match check.verdict {
            Verdict::DoesNotApply { .. } => inapplicable.push(check.id),
            Verdict::CannotTell { .. } | Verdict::NotReached { .. } if after_answer => unneeded.push(check.id),
            Verdict::CannotTell { .. } | Verdict::NotReached { .. } if agreed => settled.push(check.id),
            _ => text.push_str(&check_line(check)),
        }
    }
    let rest = [
        ("open here, but Entra got past them to its answer", settled.join(", ")),
        ("open, and after the answer", unneeded.join(", ")),
        ("not made for an exchange of this kind", by_family(&inapplicable, &diagnosis.checks).join(", ")),
    ];
    for (what, ids) in rest.iter().filter(|(_, ids)| !ids.is_empty()) {
        text.push_str(&paragraph(&format!("{what}: {ids}"), "  – ", "    "));
    }
    if let Some(at) = diagnosis.judged_at {
        text.push_str(&format!("  {}\n", paint(DIM, format!("judged by the clock at {at}"))));
    }
    text
}

/// The ids, those of one family as `entra.*` where none of its several checks was made.
fn by_family(inapplicable: &[&'static str], checks: &[CheckResult]) -> Vec<String> {
    let family = |id: &'static str| id.split('.').next().unwrap_or(id);
    let mut named: Vec<String> = Vec::new();
    for id in inapplicable {
        let members: Vec<_> = checks.iter().map(|check| check.id).filter(|other| family(other) == family(id)).collect();
        let stand_together = members.len() > 1 && members.iter().all(|member| inapplicable.contains(member));
        let name = if stand_together { format!("{}.*", family(id)) } else { (*id).to_owned() };
        if !named.contains(&name) {
            named.push(name);
        }
    }
    named
}

fn check_line(check: &CheckResult) -> String {
    let (mark, style) = match &check.verdict {
        Verdict::Passed { .. } => ("✓", GOOD),
        Verdict::Failed(_) => ("✗", BAD),
        Verdict::CannotTell { .. } => ("?", OPEN),
        Verdict::NotReached { .. } => ("·", DIM),
        Verdict::DoesNotApply { .. } => return String::new(),
    };
    let said = check.verdict.sentence();
    let lead = format!("  {} ", paint(style, mark));
    match &check.verdict {
        Verdict::Failed(refusal) => {
            let title = format!("{}  AADSTS{} ({})", check.title, refusal.code, refusal.basis.as_str());
            format!("{lead}{}\n{}", paint(BAD, title), paragraph(said, "      ", "      "))
        }
        Verdict::CannotTell { .. } => paragraph(&format!("{}: cannot tell, {said}", check.title), &lead, "    "),
        Verdict::NotReached { .. } => paragraph(&format!("{}: not reached, {said}", check.title), &lead, "    "),
        _ => paragraph(&format!("{}: {said}", check.title), &lead, "    "),
    }
}

fn causes(causes: &[CauseFinding]) -> String {
    const INDENT: &str = "              ";
    if causes.is_empty() {
        return String::new();
    }
    let mut text = section("Causes");
    for group in in_groups(causes) {
        let Some((first, rest)) = group.split_first() else { continue };
        let lead = format!("  {} ", paint(cause_style(first.verdict), format!("{:<11}", verdict_words(first.verdict))));
        if rest.is_empty() {
            text.push_str(&format!("{lead}{}  {}\n", paint(BOLD, first.title), paint(DIM, first.id)));
        } else {
            let ids: Vec<_> = group.iter().map(|cause| cause.id).collect();
            text.push_str(&paragraph(&ids.join(", "), &lead, INDENT));
        }
        for evidence in &first.evidence {
            text.push_str(&paragraph(evidence, INDENT, INDENT));
        }
        if let Some(settled_by) = &first.settled_by {
            text.push_str(&paragraph(&format!("To settle it: {settled_by}"), INDENT, INDENT));
        }
    }
    text
}

fn fixes(fixes: &[FixFinding], languages: &[&str]) -> String {
    if fixes.is_empty() {
        return String::new();
    }
    let mut text = section("What to change");
    for (number, fix) in fixes.iter().enumerate() {
        text.push_str(&format!("\n  {}. {}  {}\n", number + 1, paint(BOLD, fix.title), paint(DIM, fix.id)));
        text.push_str(&markdown(&chosen(&fix.text, languages), "     "));
        if let Some(patch) = &fix.patch {
            text.push_str(&markdown(&format!("Your definition, changed:\n\n```json\n{patch}\n```"), "     "));
        }
        if let Some(afterwards) = &fix.afterwards {
            text.push_str(&paragraph(&format!("Afterwards: {afterwards}"), "     ", "     "));
        }
    }
    text
}

fn agreement(diagnosis: &Diagnosis) -> String {
    if diagnosis.prediction.is_none() && diagnosis.observed.is_empty() {
        return String::new();
    }
    let (verdict, because) = agreement_words(&diagnosis.agreement);
    let mut text = section("Observed and predicted");
    if let Some(prediction) = &diagnosis.prediction {
        let predicted = match (&prediction.code, prediction.outcome) {
            (Some(code), _) => format!("By the evidence Entra answers {code}."),
            (None, Outcome::Accepted) => "By the evidence Entra accepts the exchange.".to_owned(),
            _ => "By the evidence no check fails, and some are open.".to_owned(),
        };
        text.push_str(&paragraph(&predicted, "  ", "  "));
    }
    text.push_str(&paragraph(verdict, "  ", "  "));
    for reason in because {
        text.push_str(&paragraph(reason, "  - ", "    "));
    }
    text
}
