//! The catalog hangs together: every id resolves, nothing is orphaned, nothing is empty.

use std::collections::BTreeSet;

use fedlens_catalog::{causes, entries, entry, fix, fixes};

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_id_resolves() {
    let mut faults = Vec::new();
    for entry in entries() {
        let missing = entry.causes.iter().filter(|id| fedlens_catalog::cause(id).is_none());
        faults.extend(missing.map(|id| format!("{}: no cause {id}", entry.code)));
        let mut codes = entry.related.iter().chain(entry.replaced_by);
        faults.extend(codes.find(|code| self::entry(code).is_none()).map(|code| format!("{}: no {code}", entry.code)));
    }
    for cause in causes() {
        let missing = cause.fixes.iter().filter(|id| fix(id).is_none());
        faults.extend(missing.map(|id| format!("{}: no fix {id}", cause.id)));
    }
    assert_none(&faults);
}

#[test]
fn every_cause_and_fix_is_used() {
    let named: BTreeSet<&str> = entries().iter().flat_map(|entry| entry.causes).copied().collect();
    let unused_causes = causes().iter().filter(|cause| !named.contains(cause.id)).map(|cause| cause.id.to_owned());
    let applied: BTreeSet<&str> = causes().iter().flat_map(|cause| cause.fixes).copied().collect();
    let unused_fixes = fixes().iter().filter(|fix| !applied.contains(fix.id)).map(|fix| fix.id.to_owned());
    assert_none(&unused_causes.chain(unused_fixes).collect::<Vec<_>>());
}

#[test]
fn every_entry_says_what_a_reader_needs() {
    let mut faults = Vec::new();
    for entry in entries() {
        let answered = entry.questions.iter().all(|question| !question.answer.is_empty());
        let sourced = entry.sources.iter().all(|source| source.starts_with("https://"));
        let has = [
            ("a meaning", entry.meaning.split_whitespace().count() >= 20),
            ("a cause", !entry.causes.is_empty()),
            ("a question with an answer", answered && !entry.questions.is_empty()),
            ("a source", sourced && !entry.sources.is_empty()),
            ("a surface", !entry.surfaces.is_empty()),
            ("a title without a full stop", !entry.title.ends_with('.')),
        ];
        faults.extend(has.iter().filter(|(_, has)| !has).map(|(what, _)| format!("{} lacks {what}", entry.code)));
        let known = ["authentication", "authorization", "credential", "configuration", "request", "policy", "service"];
        if !known.contains(&entry.category) {
            faults.push(format!("{}: unknown category {}", entry.code, entry.category));
        }
    }
    assert_none(&faults);
}

#[test]
fn a_wording_belongs_to_one_code() {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for entry in entries() {
        for message in entry.messages {
            if message.len() < 15 || !seen.insert(message.to_lowercase()) {
                faults.push(format!("{}: {message:?} is too short or another code's", entry.code));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn no_paragraph_stands_twice() {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    let texts = entries().iter().flat_map(|entry| {
        let answers = entry.questions.iter().map(|question| question.answer);
        [entry.meaning, entry.why].into_iter().chain(answers)
    });
    for text in texts.chain(causes().iter().map(|cause| cause.text)).chain(fixes().iter().map(|fix| fix.text)) {
        for paragraph in text.split("\n\n").filter(|paragraph| paragraph.len() > 60 && !paragraph.starts_with("```")) {
            if !seen.insert(paragraph.trim()) {
                faults.push(paragraph.to_owned());
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn fenced_blocks_are_closed_and_name_their_language() {
    let mut faults = Vec::new();
    for fix in fixes() {
        let mut open = false;
        for fence in fix.text.lines().filter_map(|line| line.trim_start().strip_prefix("```")) {
            if !open && fence.is_empty() {
                faults.push(format!("{}: a block without a language", fix.id));
            }
            open = !open;
        }
        if open {
            faults.push(format!("{}: an open block", fix.id));
        }
    }
    assert_none(&faults);
}
