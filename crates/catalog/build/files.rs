//! The files of the catalog, parsed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;

/// Everything, by code or id.
pub(crate) struct Catalog {
    pub(crate) entries: BTreeMap<String, Entry>,
    pub(crate) causes: BTreeMap<String, (CauseHead, String)>,
    pub(crate) fixes: BTreeMap<String, (FixHead, String)>,
}

/// An entry, its sections apart.
pub(crate) struct Entry {
    pub(crate) head: EntryHead,
    pub(crate) meaning: String,
    pub(crate) why: String,
    pub(crate) questions: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryHead {
    pub(crate) code: String,
    pub(crate) name: Option<String>,
    pub(crate) title: String,
    pub(crate) severity: String,
    pub(crate) category: String,
    pub(crate) family: String,
    pub(crate) who: String,
    #[serde(default)]
    pub(crate) surfaces: Vec<String>,
    #[serde(default)]
    pub(crate) transient: bool,
    #[serde(default)]
    pub(crate) messages: Vec<String>,
    #[serde(default)]
    pub(crate) related: Vec<String>,
    #[serde(default)]
    pub(crate) replaced_by: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) causes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CauseHead {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) fixes: Vec<String>,
    pub(crate) settled_by: String,
    #[serde(default)]
    pub(crate) signs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixHead {
    pub(crate) id: String,
    pub(crate) title: String,
}

impl Catalog {
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let mut entries = collect(&root.join("aadsts"), entry)?;
        entries.append(&mut collect(&root.join("platform"), entry)?);
        let text = |body: &str| body.trim().to_owned();
        Ok(Self {
            entries,
            causes: collect(&root.join("causes"), |head, body| {
                let head: CauseHead = toml::from_str(head)?;
                Ok((head.id.clone(), (head, text(body))))
            })?,
            fixes: collect(&root.join("fixes"), |head, body| {
                let head: FixHead = toml::from_str(head)?;
                Ok((head.id.clone(), (head, text(body))))
            })?,
        })
    }
}

fn collect<T>(
    folder: &Path,
    parse: impl Fn(&str, &str) -> Result<(String, T), Error>,
) -> Result<BTreeMap<String, T>, Error> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<_, Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    let mut parsed = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let named = |error: Error| format!("{}: {error}", file.display());
        let (head, body) = split_front_matter(&text).ok_or_else(|| named("no +++ front matter".into()))?;
        let (key, item) = parse(head, body).map_err(named)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        if key.strip_prefix("AADSTS").unwrap_or(&key) != stem {
            return Err(named(format!("the file should be named {key}").into()).into());
        }
        parsed.insert(key, item);
    }
    Ok(parsed)
}

fn split_front_matter(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("+++\n")?.split_once("\n+++\n")
}

fn entry(head: &str, body: &str) -> Result<(String, Entry), Error> {
    let head: EntryHead = toml::from_str(head)?;
    let mut entry = Entry { head, meaning: String::new(), why: String::new(), questions: Vec::new() };
    for (title, text) in sections(body, "## ") {
        match title.as_str() {
            "What it means" => entry.meaning = text,
            "Why it happens" => entry.why = text,
            "Questions" => entry.questions = sections(&text, "### "),
            _ => return Err(format!("unknown section {title:?}").into()),
        }
    }
    if entry.meaning.is_empty() {
        return Err("no section \"What it means\"".into());
    }
    Ok((entry.head.code.clone(), entry))
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
