//! Whether the catalog hangs together and reads well. The build has checked the form of every file.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fedlens_catalog::{Entry, cause, causes, entries, entry, fix, fixes};
use typos_dict::WORD;
use unicase::UniCase;

/// Shorter paragraphs may be alike by chance.
const MIN_PARAGRAPH: usize = 60;

/// A run of this many words of a reference description is taken from it.
const MAX_SHARED_WORDS: usize = 8;

const CATEGORIES: &[&str] =
    &["authentication", "authorization", "credential", "configuration", "request", "policy", "service"];

const SURFACES: &[&str] = &[
    "power-bi",
    "data-factory",
    "fabric",
    "github-actions",
    "azure-devops",
    "kubernetes",
    "terraform",
    "managed-identity",
    "code",
];

/// Words of texts, without code and commands.
const ENTRY_WORDS: RangeInclusive<usize> = 40..=450;
const CAUSE_WORDS: RangeInclusive<usize> = 25..=170;
const FIX_WORDS: RangeInclusive<usize> = 10..=260;

pub(crate) fn check(reference: Option<&Path>) -> Result<()> {
    let mut faults = Vec::new();
    links(&mut faults);
    orphans(&mut faults);
    entries().iter().for_each(|entry| parts(entry, &mut faults));
    wordings(&mut faults);
    repetitions(&mut faults);
    blocks(&mut faults);
    lengths(&mut faults);
    spelling(&mut faults);
    if let Some(reference) = reference {
        borrowed(reference, &mut faults)?;
    }
    if !faults.is_empty() {
        bail!("{} faults\n{}", faults.len(), faults.join("\n"));
    }
    println!("{} entries, {} causes, {} fixes: no faults", entries().len(), causes().len(), fixes().len());
    Ok(())
}

/// Every id that is named exists.
fn links(faults: &mut Vec<String>) {
    for from in entries() {
        let missing = from.causes.iter().filter(|id| cause(id).is_none());
        faults.extend(missing.map(|id| format!("{}: no cause {id}", from.code)));
        let codes = from.related.iter().chain(from.replaced_by);
        faults.extend(codes.filter(|code| entry(code).is_none()).map(|code| format!("{}: no entry {code}", from.code)));
    }
    for from in causes() {
        let missing = from.fixes.iter().filter(|id| fix(id).is_none());
        faults.extend(missing.map(|id| format!("{}: no fix {id}", from.id)));
        if from.fixes.is_empty() {
            faults.push(format!("{}: no fix at all", from.id));
        }
    }
}

/// Every cause and fix is named.
fn orphans(faults: &mut Vec<String>) {
    let named: BTreeSet<&str> = entries().iter().flat_map(|entry| entry.causes).copied().collect();
    let applied: BTreeSet<&str> = causes().iter().flat_map(|cause| cause.fixes).copied().collect();
    let unnamed = causes().iter().map(|cause| cause.id).filter(|id| !named.contains(id));
    let unapplied = fixes().iter().map(|fix| fix.id).filter(|id| !applied.contains(id));
    faults.extend(unnamed.chain(unapplied).map(|id| format!("{id}: nothing refers to it")));
}

/// An entry has what its readers need, in the words that lists are made of.
fn parts(entry: &Entry, faults: &mut Vec<String>) {
    let sourced = entry.sources.iter().all(|source| source.starts_with("https://"));
    let wanted = [
        ("a cause", !entry.causes.is_empty()),
        ("a question", !entry.questions.is_empty()),
        ("an answer to every question", entry.questions.iter().all(|question| question.answer.len() > 20)),
        ("a source, with its address", sourced && !entry.sources.is_empty()),
        (
            "a surface that is known",
            !entry.surfaces.is_empty() && entry.surfaces.iter().all(|name| SURFACES.contains(name)),
        ),
        ("a category that is known", CATEGORIES.contains(&entry.category)),
        ("a short title without a full stop", !entry.title.ends_with('.') && entry.title.chars().count() <= 90),
        ("a dotted family", !entry.family.is_empty() && !entry.family.contains(' ')),
    ];
    faults.extend(wanted.iter().filter(|(_, has)| !has).map(|(what, _)| format!("{} lacks {what}", entry.code)));
}

/// A wording belongs to one code, and is long enough to tell it.
fn wordings(faults: &mut Vec<String>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for entry in entries() {
        for message in entry.messages {
            if message.len() < 15 {
                faults.push(format!("{}: the wording {message:?} is too short", entry.code));
            }
            if let Some(other) = seen.insert(message.to_lowercase(), entry.code) {
                faults.push(format!("{} and {other} share the wording {message:?}", entry.code));
            }
        }
    }
}

/// Every text with the file it is from.
fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_entry = |entry: &'static Entry| {
        let answers = entry.questions.iter().map(|question| (entry.code, question.answer));
        [(entry.code, entry.meaning), (entry.code, entry.why)].into_iter().chain(answers)
    };
    let of_causes = causes().iter().map(|cause| (cause.id, cause.text));
    entries().iter().flat_map(of_entry).chain(of_causes).chain(fixes().iter().map(|fix| (fix.id, fix.text)))
}

fn repetitions(faults: &mut Vec<String>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (file, text) in texts() {
        let prose =
            text.split("\n\n").map(str::trim).filter(|part| part.len() > MIN_PARAGRAPH && !part.starts_with("```"));
        for paragraph in prose {
            if let Some(other) = seen.insert(paragraph, file) {
                let begins: String = paragraph.chars().take(MIN_PARAGRAPH).collect();
                faults.push(format!("{file} and {other} share a paragraph: {begins}…"));
            }
        }
    }
}

/// Fenced blocks are closed and name their language.
fn blocks(faults: &mut Vec<String>) {
    for (file, text) in texts() {
        let mut open = false;
        for fence in text.lines().filter_map(|line| line.trim_start().strip_prefix("```")) {
            if !open && fence.is_empty() {
                faults.push(format!("{file}: a block without a language"));
            }
            open = !open;
        }
        if open {
            faults.push(format!("{file}: a block is not closed"));
        }
    }
}

/// The prose of a Markdown text: no blocks, no code.
fn prose(text: &str) -> String {
    let outside: String = text.split("```").step_by(2).collect::<Vec<_>>().join("\n");
    outside.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

fn lengths(faults: &mut Vec<String>) {
    let mut bound = |file: &str, words: usize, allowed: &RangeInclusive<usize>| {
        if !allowed.contains(&words) {
            faults.push(format!("{file}: {words} words, not {} to {}", allowed.start(), allowed.end()));
        }
    };
    let count = |text: &str| prose(text).split_whitespace().count();
    for entry in entries() {
        let answers: usize = entry.questions.iter().map(|question| count(question.answer)).sum();
        bound(entry.code, count(entry.meaning) + count(entry.why) + answers, &ENTRY_WORDS);
    }
    causes().iter().for_each(|cause| bound(cause.id, count(cause.text), &CAUSE_WORDS));
    fixes().iter().for_each(|fix| bound(fix.id, count(fix.text), &FIX_WORDS));
}

/// Common misspellings, by the dictionary of the `typos` tool.
fn spelling(faults: &mut Vec<String>) {
    for (file, text) in texts() {
        let prose = prose(text);
        for word in prose.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 3) {
            let is_name = word.chars().skip(1).any(char::is_uppercase);
            if let Some([better, ..]) = WORD.find(&UniCase::new(word)).filter(|_| !is_name) {
                faults.push(format!("{file}: {word}, perhaps {better}"));
            }
        }
    }
}

/// No run of words is taken from the reference's descriptions: tab-separated, the third column.
fn borrowed(reference: &Path, faults: &mut Vec<String>) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "the developer's own file")]
    let table = fs::read_to_string(reference).with_context(|| format!("cannot read {}", reference.display()))?;
    let descriptions = table.lines().filter_map(|row| row.split('\t').nth(2));
    let known: HashSet<Vec<String>> = descriptions.flat_map(runs).collect();
    let titles = entries().iter().map(|entry| (entry.code, entry.title));
    for (file, text) in texts().chain(titles) {
        for run in runs(&prose(text)).into_iter().filter(|run| known.contains(run)) {
            faults.push(format!("{file}: taken from the reference: {}", run.join(" ")));
        }
    }
    Ok(())
}

fn runs(text: &str) -> Vec<Vec<String>> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.windows(MAX_SHARED_WORDS).map(<[String]>::to_vec).collect()
}
