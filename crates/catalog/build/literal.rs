//! The catalog as static data.

use std::fmt::Write as _;

use crate::Error;
use crate::files::{Catalog, CauseHead, Entry, FixHead};

pub(crate) fn embedded(catalog: &Catalog) -> Result<String, Error> {
    let mut out = String::new();
    let entries = catalog.entries.values().map(entry).collect::<Result<Vec<_>, _>>()?;
    list(&mut out, "ENTRIES", "Entry", entries)?;
    list(&mut out, "CAUSES", "Cause", catalog.causes.values().map(cause).collect())?;
    list(&mut out, "FIXES", "Fix", catalog.fixes.values().map(fix).collect())?;
    Ok(out)
}

fn list(out: &mut String, name: &str, kind: &str, literals: Vec<String>) -> Result<(), Error> {
    writeln!(out, "pub(super) static {name}: &[{kind}] = &[")?;
    for literal in literals {
        writeln!(out, "{literal},")?;
    }
    writeln!(out, "];")?;
    Ok(())
}

fn entry(entry: &Entry) -> Result<String, Error> {
    let head = &entry.head;
    let named = |error: Error| format!("{}: {error}", head.code);
    let severity = variant(&head.severity, &["low", "medium", "high", "critical"]).map_err(named)?;
    let who = ["developer", "workload-owner", "app-owner", "tenant-admin", "microsoft", "wait"];
    let who = variant(&head.who, &who).map_err(named)?;
    let questions: Vec<_> = entry
        .questions
        .iter()
        .map(|(question, answer)| format!("Question {{ question: {question:?}, answer: {answer:?} }}"))
        .collect();
    Ok(format!(
        "Entry {{ code: {:?}, name: {:?}, title: {:?}, severity: Severity::{severity}, category: {:?}, family: {:?}, \
         who: Who::{who}, surfaces: &{:?}, transient: {}, messages: &{:?}, related: &{:?}, replaced_by: &{:?}, \
         sources: &{:?}, meaning: {:?}, why: {:?}, causes: &{:?}, questions: &[{}] }}",
        head.code,
        head.name,
        head.title,
        head.category,
        head.family,
        head.surfaces,
        head.transient,
        head.messages,
        head.related,
        head.replaced_by,
        head.sources,
        entry.meaning,
        entry.why,
        head.causes,
        questions.join(", "),
    ))
}

fn cause((head, text): &(CauseHead, String)) -> String {
    let CauseHead { id, title, fixes, settled_by, signs } = head;
    format!(
        "Cause {{ id: {id:?}, title: {title:?}, fixes: &{fixes:?}, text: {text:?}, settled_by: {settled_by:?}, \
         signs: &{signs:?} }}"
    )
}

fn fix((head, text): &(FixHead, String)) -> String {
    let FixHead { id, title } = head;
    format!("Fix {{ id: {id:?}, title: {title:?}, text: {text:?} }}")
}

/// `workload-owner` as `WorkloadOwner`, if it is one of the allowed words.
fn variant(word: &str, allowed: &[&str]) -> Result<String, Error> {
    if !allowed.contains(&word) {
        return Err(format!("{word:?} is not one of {allowed:?}").into());
    }
    Ok(word
        .split('-')
        .map(|part| {
            part.char_indices().map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c }).collect::<String>()
        })
        .collect())
}
