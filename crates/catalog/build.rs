//! Turns the Markdown files under `catalog/` into static data.
#![expect(clippy::disallowed_methods, reason = "a build script reads the catalog and its environment")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

type Error = Box<dyn std::error::Error>;

/// From front matter and body to a key and a literal of static data.
type Literal = fn(&str, &str) -> Result<(String, String), Error>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryHead {
    code: String,
    name: Option<String>,
    title: String,
    severity: String,
    category: String,
    family: String,
    who: String,
    #[serde(default)]
    surfaces: Vec<String>,
    #[serde(default)]
    transient: bool,
    #[serde(default)]
    messages: Vec<String>,
    #[serde(default)]
    related: Vec<String>,
    #[serde(default)]
    replaced_by: Vec<String>,
    sources: Vec<String>,
    causes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseHead {
    id: String,
    title: String,
    fixes: Vec<String>,
    settled_by: String,
    #[serde(default)]
    signs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixHead {
    id: String,
    title: String,
}

fn main() -> Result<(), Error> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../catalog");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut entries = BTreeMap::new();
    for folder in ["aadsts", "platform"] {
        collect(&root.join(folder), &mut entries, entry_literal)?;
    }
    let mut causes = BTreeMap::new();
    collect(&root.join("causes"), &mut causes, cause_literal)?;
    let mut fixes = BTreeMap::new();
    collect(&root.join("fixes"), &mut fixes, fix_literal)?;

    let mut out = String::new();
    for (name, kind, literals) in
        [("ENTRIES", "Entry", &entries), ("CAUSES", "Cause", &causes), ("FIXES", "Fix", &fixes)]
    {
        writeln!(out, "pub(super) static {name}: &[{kind}] = &[")?;
        for literal in literals.values() {
            writeln!(out, "{literal},")?;
        }
        writeln!(out, "];")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded.rs"), out)?;
    Ok(())
}

fn collect(folder: &Path, into: &mut BTreeMap<String, String>, literal: Literal) -> Result<(), Error> {
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.is_dir() {
        return Ok(());
    }
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<_, Error>>()?;
    files.sort();
    for file in files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(&file)?;
        let named = |error: Error| format!("{}: {error}", file.display());
        let (head, body) = split_front_matter(&text).ok_or_else(|| named("no +++ front matter".into()))?;
        let (key, item) = literal(head, body).map_err(named)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        if key.strip_prefix("AADSTS").unwrap_or(&key) != stem {
            return Err(named(format!("the file should be named {key}").into()).into());
        }
        into.insert(key, item);
    }
    Ok(())
}

fn split_front_matter(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("+++\n")?.split_once("\n+++\n")
}

fn entry_literal(head: &str, body: &str) -> Result<(String, String), Error> {
    let head: EntryHead = toml::from_str(head)?;
    let sections = sections(body, "## ");
    let section = |title: &str| sections.iter().find(|(name, _)| name == title).map(|(_, text)| text.as_str());
    for (title, _) in &sections {
        if !["What it means", "Why it happens", "Questions"].contains(&title.as_str()) {
            return Err(format!("unknown section {title:?}").into());
        }
    }
    let meaning = section("What it means").ok_or("no section \"What it means\"")?;
    let questions: Vec<_> = self::sections(section("Questions").unwrap_or_default(), "### ")
        .into_iter()
        .map(|(question, answer)| format!("Question {{ question: {question:?}, answer: {answer:?} }}"))
        .collect();
    let literal = format!(
        "Entry {{ code: {:?}, name: {:?}, title: {:?}, severity: Severity::{}, category: {:?}, family: {:?}, \
         who: Who::{}, surfaces: &{:?}, transient: {}, messages: &{:?}, related: &{:?}, replaced_by: &{:?}, \
         sources: &{:?}, meaning: {:?}, why: {:?}, causes: &{:?}, questions: &[{}] }}",
        head.code,
        head.name,
        head.title,
        variant(&head.severity, &["low", "medium", "high", "critical"])?,
        head.category,
        head.family,
        variant(&head.who, &["developer", "workload-owner", "app-owner", "tenant-admin", "microsoft", "wait"])?,
        head.surfaces,
        head.transient,
        head.messages,
        head.related,
        head.replaced_by,
        head.sources,
        meaning,
        section("Why it happens").unwrap_or_default(),
        head.causes,
        questions.join(", "),
    );
    Ok((head.code, literal))
}

fn cause_literal(head: &str, body: &str) -> Result<(String, String), Error> {
    let CauseHead { id, title, fixes, settled_by, signs } = toml::from_str(head)?;
    let literal = format!(
        "Cause {{ id: {id:?}, title: {title:?}, fixes: &{fixes:?}, text: {:?}, settled_by: {settled_by:?}, signs: &{signs:?} }}",
        body.trim()
    );
    Ok((id, literal))
}

fn fix_literal(head: &str, body: &str) -> Result<(String, String), Error> {
    let FixHead { id, title } = toml::from_str(head)?;
    let literal = format!("Fix {{ id: {id:?}, title: {title:?}, text: {:?} }}", body.trim());
    Ok((id, literal))
}

/// Splits Markdown at headings of one level, leaving headings inside fenced blocks alone.
fn sections(body: &str, marker: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    let mut fenced = false;
    for line in body.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if let Some(title) = line.strip_prefix(marker).filter(|_| !fenced) {
            sections.push((title.trim().to_owned(), String::new()));
        } else if let Some((_, text)) = sections.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    for (_, text) in &mut sections {
        *text = text.trim().to_owned();
    }
    sections
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
