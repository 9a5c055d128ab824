//! A diagnosis as Markdown, to paste into an issue.

use std::fmt::Write as _;

use fedlens_diagnose::Diagnosis;
use fedlens_token::Redaction;
use fedlens_trust::Verdict;

use super::{agreement_words, in_groups, mark, verdict_words};
use crate::finished;
use crate::markdown::{cell, fenced};

/// The report of a diagnosis as Markdown.
pub fn diagnosis_markdown(diagnosis: &Diagnosis, redaction: Redaction) -> String {
    let mut report = String::new();
    let written = write(diagnosis, &mut report);
    debug_assert!(written.is_ok(), "writing to a string does not fail");
    finished(report, redaction)
}

fn write(diagnosis: &Diagnosis, out: &mut String) -> std::fmt::Result {
    let title = diagnosis.title().map(|title| format!(": {title}")).unwrap_or_default();
    writeln!(out, "# {}{title}\n", diagnosis.code().unwrap_or_else(|| "Diagnosis".to_owned()))?;
    writeln!(out, "{}\n", diagnosis.summary)?;
    if !diagnosis.picture.is_empty() {
        let steps: Vec<_> =
            diagnosis.picture.iter().map(|step| format!("{} {}", mark(step.state), step.label)).collect();
        writeln!(out, "{}\n", steps.join(" → "))?;
    }
    writeln!(out, "## Evidence\n")?;
    for input in &diagnosis.inputs {
        writeln!(out, "- `{}`: {}", input.source, input.taken_for)?;
    }
    for skipped in &diagnosis.skipped {
        writeln!(out, "- `{}`: skipped, {}", skipped.source, skipped.why)?;
    }
    for observed in &diagnosis.observed {
        writeln!(out, "\n**{}** in `{}`, line {}\n", observed.failure.code, observed.source, observed.failure.line)?;
        writeln!(out, "{}", fenced("text", &observed.failure.message))?;
    }
    checks(diagnosis, out)?;
    causes(diagnosis, out)?;
    fixes(diagnosis, out)?;
    let (verdict, because) = agreement_words(&diagnosis.agreement);
    writeln!(out, "## Observed and predicted\n\n{verdict}\n")?;
    because.iter().try_for_each(|reason| writeln!(out, "- {reason}"))
}

fn checks(diagnosis: &Diagnosis, out: &mut String) -> std::fmt::Result {
    if diagnosis.checks.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Checks\n\n| check | outcome | |\n| --- | --- | --- |")?;
    for check in &diagnosis.checks {
        let outcome = match &check.verdict {
            Verdict::Passed { .. } => "passed".to_owned(),
            Verdict::Failed(refusal) => format!("**failed, AADSTS{}**", refusal.code),
            Verdict::NotReached { .. } => "not reached".to_owned(),
            Verdict::DoesNotApply { .. } => continue,
            Verdict::CannotTell { .. } => "cannot tell".to_owned(),
        };
        writeln!(out, "| {} | {outcome} | {} |", check.title, cell(check.verdict.sentence()))?;
    }
    writeln!(out)
}

fn causes(diagnosis: &Diagnosis, out: &mut String) -> std::fmt::Result {
    if diagnosis.causes.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Causes\n")?;
    for group in in_groups(&diagnosis.causes) {
        let Some((first, rest)) = group.split_first() else { continue };
        let verdict = verdict_words(first.verdict);
        if rest.is_empty() {
            writeln!(out, "- **{verdict}**: {} (`{}`)", first.title, first.id)?;
        } else {
            let ids: Vec<_> = group.iter().map(|cause| format!("`{}`", cause.id)).collect();
            writeln!(out, "- **{verdict}**: {}", ids.join(", "))?;
        }
        for evidence in &first.evidence {
            writeln!(out, "  - {evidence}")?;
        }
        if let Some(settled_by) = &first.settled_by {
            writeln!(out, "  - To settle it: {settled_by}")?;
        }
    }
    writeln!(out)
}

fn fixes(diagnosis: &Diagnosis, out: &mut String) -> std::fmt::Result {
    if diagnosis.fixes.is_empty() {
        return Ok(());
    }
    writeln!(out, "## What to change\n")?;
    for fix in &diagnosis.fixes {
        writeln!(out, "### {}\n\n{}\n", fix.title, fix.text)?;
        if let Some(patch) = &fix.patch {
            writeln!(out, "{}", fenced("json", patch))?;
        }
        if let Some(afterwards) = &fix.afterwards {
            writeln!(out, "Afterwards: {afterwards}\n")?;
        }
    }
    Ok(())
}
