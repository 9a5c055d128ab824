//! What to change, with the reader's values.

use fedlens_catalog::{cause, fix};

use crate::facts::Facts;
use crate::retry::afterwards;
use crate::{CauseFinding, CauseVerdict, Command, FixFinding, Placeholders};

/// Fixes that make a credential fit the assertion.
const CREDENTIAL_FIXES: &[&str] = &["correct-fic", "create-fic", "recreate-fic", "fic-audience-exchange-uri"];

/// Fixes that add a credential beside those that exist.
const CREATING_FIXES: &[&str] = &["create-fic", "convert-service-connection"];

/// The fixes of the causes that are confirmed; of the possible ones where none is.
pub(crate) fn collect(facts: &Facts<'_>, causes: &[CauseFinding], placeholders: &Placeholders) -> Vec<FixFinding> {
    let Some(wanted @ (CauseVerdict::Confirmed | CauseVerdict::Possible)) = causes.first().map(|cause| cause.verdict)
    else {
        return Vec::new();
    };
    let mut fixes: Vec<FixFinding> = Vec::new();
    for finding in causes.iter().filter(|cause| cause.verdict == wanted) {
        let applicable =
            cause(finding.id).map_or(&[][..], |cause| cause.fixes).iter().filter(|id| is_applicable(facts, id));
        for id in applicable {
            match fixes.iter_mut().find(|known| known.id == *id) {
                Some(known) => known.causes.push(finding.id),
                None => fixes.extend(fill(facts, id, finding.id, placeholders)),
            }
        }
    }
    fixes
}

/// Some fixes only help in one direction of a difference.
fn is_applicable(facts: &Facts<'_>, fix: &str) -> bool {
    let names_environment = || facts.subject().is_some_and(|subject| subject.contains(":environment:"));
    fix != "add-environment-to-job" || !names_environment()
}

fn fill(facts: &Facts<'_>, id: &str, cause: &'static str, placeholders: &Placeholders) -> Option<FixFinding> {
    let fix = fix(id)?;
    let creates = CREATING_FIXES.contains(&fix.id);
    let text = if creates { placeholders.fill_new(fix.text) } else { placeholders.fill(fix.text) };
    Some(FixFinding {
        id: fix.id,
        title: fix.title,
        causes: vec![cause],
        commands: commands(&text),
        patch: patch(facts, fix.id),
        afterwards: CREDENTIAL_FIXES.contains(&fix.id).then(|| afterwards(facts)).flatten(),
        text,
    })
}

/// The fenced blocks of a Markdown text.
fn commands(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut open: Option<Command> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => commands.extend(open.take()),
            (Some(language), None) => {
                open = Some(Command { language: language.trim().to_owned(), text: String::new() });
            }
            (None, Some(command)) => {
                command.text.push_str(line);
                command.text.push('\n');
            }
            (None, None) => {}
        }
    }
    commands
}

/// The reader's own definition, changed to a managed identity.
fn patch(facts: &Facts<'_>, fix: &str) -> Option<String> {
    if fix != "linked-service-managed-identity" {
        return None;
    }
    let corrected = facts.definitions().find_map(|(_, definition)| definition.corrected.as_ref())?;
    serde_json::to_string_pretty(corrected).ok()
}
