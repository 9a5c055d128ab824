//! `fedlens explain`

use std::path::{Path, PathBuf};

use anyhow::Error;
use fedlens_catalog::{Entry, entries, entry, nearest};
use fedlens_diagnose::{Options, diagnose};
use fedlens_evidence::{Evidence, read};
use fedlens_report::{Explanation, explanation, explanation_markdown, json};

use crate::cli::{ExplainArguments, Format};
use crate::commands::now;
use crate::input;
use crate::output::{Output, Status};

const LOOK_UP: &str = "https://login.microsoftonline.com/error?code=";

pub(crate) fn run(arguments: &ExplainArguments, output: &Output) -> Result<Status, Error> {
    let words = arguments.what.join(" ");
    let explained = match code(&words) {
        Some(Typed::Known(entry)) => Explanation::of_entry(entry),
        Some(Typed::Unknown(code)) => {
            output.note(&unknown(&code));
            return Ok(Status::Failed);
        }
        None => {
            let evidence = evidence(&arguments.what, &words, output);
            for skipped in &evidence.skipped {
                output.note(&format!("{}: {}", skipped.source, skipped.why));
            }
            Explanation::of_diagnosis(diagnose(&evidence, &Options::at_time(now())))
        }
    };
    let redaction = arguments.form.redaction();
    output.print(&match arguments.form.format {
        Format::Human => explanation(&explained, redaction),
        Format::Json => json(&explained, redaction)?,
        Format::Markdown => explanation_markdown(&explained, redaction),
    })?;
    for code in &explained.unknown {
        output.note(&unknown(code));
    }
    Ok(if explained.entries.is_empty() && explained.causes.is_empty() { Status::Failed } else { Status::Clean })
}

/// A word with a folder or an ending that files of evidence have: a message is no such word.
fn looks_like_a_path(argument: &str) -> bool {
    let endings = ["log", "txt", "json", "ndjson", "jsonl", "jwt", "md", "xml", "csv"];
    let extension = Path::new(argument).extension().and_then(|extension| extension.to_str());
    !argument.contains(char::is_whitespace) && extension.is_some_and(|extension| endings.contains(&extension))
}

enum Typed {
    Known(&'static Entry),
    Unknown(String),
}

/// A code as typed: any letter case, with or without `AADSTS`, blanks inside, or in a look-up address.
fn code(typed: &str) -> Option<Typed> {
    let typed = typed.trim().trim_matches(['"', '\'', '`', ':', '.', ',']);
    if let Some(entry) = by_code_or_name(typed) {
        return Some(Typed::Known(entry));
    }
    let from_address = typed.split_once("error?code=").map(|(_, code)| code);
    let compact: String = from_address.unwrap_or(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let letters = compact.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = compact.strip_prefix(letters).unwrap_or_default();
    if !(4..=8).contains(&digits.len()) {
        return None;
    }
    let code = format!("AADSTS{digits}");
    match entry(&code) {
        _ if !is_prefix(letters) => None,
        Some(entry) => Some(Typed::Known(entry)),
        None => Some(Typed::Unknown(code)),
    }
}

/// An entry by its code or by Microsoft's name for it, in any letter case.
fn by_code_or_name(typed: &str) -> Option<&'static Entry> {
    let is_named = |entry: &&Entry| {
        entry.code.eq_ignore_ascii_case(typed) || entry.name.is_some_and(|name| name.eq_ignore_ascii_case(typed))
    };
    entry(typed).or_else(|| entries().iter().find(is_named))
}

/// `AADSTS`, nothing, or a slip of the finger.
fn is_prefix(letters: &str) -> bool {
    letters.is_empty() || (letters.len() <= 8 && letters.to_ascii_uppercase().starts_with("AAD"))
}

fn unknown(code: &str) -> String {
    let digits = code.trim_start_matches("AADSTS");
    let near: Vec<_> = nearest(code, 3).into_iter().map(|entry| format!("{} ({})", entry.code, entry.title)).collect();
    format!("{code} is not in the catalog. Nearest: {}. Microsoft's own text: {LOOK_UP}{digits}", near.join(", "))
}

/// Files where they exist, else the words themselves.
fn evidence(what: &[String], words: &str, output: &Output) -> Evidence {
    let is_path = |argument: &String| argument == "-" || Path::new(argument).exists();
    if what.iter().all(is_path) {
        let paths: Vec<PathBuf> = what.iter().map(PathBuf::from).collect();
        return input::evidence(&paths, output);
    }
    if let [only] = what
        && looks_like_a_path(only)
    {
        return input::evidence(&[PathBuf::from(only)], output);
    }
    read("the text", words.as_bytes())
}
