//! Variables that a script reads from its environment.

use crate::commands::Dialect;
use crate::source::{Node, Place, Sources};

/// Where a script reads a variable of its environment first; none where it sets one of that name itself.
pub(crate) fn reads(sources: &Sources, dialect: Dialect, script: &Node, name: &str) -> Option<Place> {
    let text = sources.text(script.place);
    if sets(dialect, text, name) {
        return None;
    }
    let mut offset = script.place.start as usize;
    for line in text.split_inclusive('\n') {
        if let Some(at) = read_at(dialect, code(dialect, line), name) {
            return Some(Place::new(script.place.file, offset + at..offset + at + name.len()));
        }
        offset += line.len();
    }
    None
}

/// A line without its comment.
fn code(dialect: Dialect, line: &str) -> &str {
    let trimmed = line.trim_start();
    let batch = dialect == Dialect::Batch;
    let lower = trimmed.to_ascii_lowercase();
    if batch && (lower.starts_with("rem ") || lower.starts_with("::")) || !batch && trimmed.starts_with('#') {
        return "";
    }
    if batch { line } else { line.split(" #").next().unwrap_or(line) }
}

fn read_at(dialect: Dialect, line: &str, name: &str) -> Option<usize> {
    found(dialect, line, name).find(|(before, after)| is_read(dialect, before, after)).map(|(before, _)| before.len())
}

/// What comes before and after each occurrence of a name as a word.
fn found<'l>(dialect: Dialect, line: &'l str, name: &'l str) -> impl Iterator<Item = (&'l str, &'l str)> {
    let exact = dialect == Dialect::Shell;
    let starts = line.char_indices().map(|(at, _)| at);
    let split = starts.filter_map(move |at| {
        let (before, rest) = line.split_at(at);
        let (word, after) = rest.split_at_checked(name.len())?;
        let same = if exact { word == name } else { word.eq_ignore_ascii_case(name) };
        same.then_some((before, after))
    });
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    split.filter(move |(before, after)| !before.ends_with(inside) && !after.starts_with(inside))
}

fn is_read(dialect: Dialect, before: &str, after: &str) -> bool {
    match dialect {
        Dialect::Shell => {
            // `${NAME:-}` does without it.
            let optional = [":-", "-", ":+", "+", ":="].iter().any(|mark| after.starts_with(mark));
            before.ends_with('$') || before.ends_with("${") && !optional
        }
        Dialect::PowerShell => before.to_ascii_lowercase().ends_with("env:"),
        Dialect::Batch => before.ends_with('%') && after.starts_with('%'),
    }
}

/// Whether a script gives a variable of that name a value.
fn sets(dialect: Dialect, text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        found(dialect, code(dialect, line), name).any(|(before, after)| {
            let after = after.trim_start();
            let assigned = after.starts_with('=') && !after.starts_with("==");
            match dialect {
                Dialect::Shell => {
                    let word = before.split_whitespace().next_back().unwrap_or_default();
                    !before.ends_with(['$', '{']) && (assigned || matches!(word, "read" | "for" | "-r" | "local"))
                }
                Dialect::PowerShell => before.to_ascii_lowercase().ends_with("env:") && assigned,
                Dialect::Batch => !before.ends_with('%') && assigned,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Text};

    fn is_read_in(dialect: Dialect, text: &str) -> bool {
        let sources = Sources::new(vec![SourceFile { path: "a".to_owned(), text: text.to_owned() }]);
        let place = Place::new(crate::source::FileId(0), 0..text.len());
        reads(&sources, dialect, &Node::scalar(Text::literal(text, place), true), "TOKEN").is_some()
    }

    #[test]
    fn reading_is_told_from_setting_and_from_comments() {
        use Dialect::{Batch, PowerShell, Shell};
        for (dialect, text, expected) in [
            (Shell, "curl -H \"Bearer $TOKEN\"", true),
            (Shell, "echo ${TOKEN}", true),
            (Shell, "echo ${TOKEN:-none}", false),
            (Shell, "TOKEN=$(get)\necho $TOKEN", false),
            (Shell, "export TOKEN=x; echo $TOKEN", false),
            (Shell, "read -r TOKEN; echo $TOKEN", false),
            (Shell, "# needs $TOKEN", false),
            (Shell, "echo $TOKEN_OTHER $token", false),
            (PowerShell, "$h = $env:Token", true),
            (PowerShell, "$env:TOKEN = 'x'\n$h = $env:TOKEN", false),
            (PowerShell, "$token = 1; $token", false),
            (Batch, "echo %TOKEN%", true),
            (Batch, "rem %TOKEN%", false),
        ] {
            assert_eq!(is_read_in(dialect, text), expected, "{text}");
        }
    }
}
