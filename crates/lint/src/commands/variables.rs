//! Dockerfiles, and files of variables.

use super::{Dialect, keep, scan};
use crate::facts;
use crate::source::{FileId, Place, Text, Why};

/// A variable that a file sets for its programs.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) name_place: Place,
    /// Its value.
    pub(crate) value: Text,
}

/// Reads the instructions of a Dockerfile.
pub(super) fn read_dockerfile(file: FileId, text: &str, facts: &mut facts::Facts) {
    for (start, end) in instructions(text) {
        let instruction = text.get(start..end).unwrap_or_default();
        let word = instruction.split_whitespace().next().unwrap_or_default();
        let arguments = start + word.len();
        if word.eq_ignore_ascii_case("run") {
            let flags = flags(text.get(arguments..end).unwrap_or_default());
            let dialect = if is_powershell(instruction) { Dialect::PowerShell } else { Dialect::Shell };
            keep(scan(dialect, file, text, arguments + flags..end), false, facts);
        } else if word.eq_ignore_ascii_case("env") {
            read_settings(file, text, arguments, end, facts);
        }
    }
}

fn is_powershell(instruction: &str) -> bool {
    let lower = instruction.to_ascii_lowercase();
    lower.contains("connect-az") || lower.contains("invoke-restmethod")
}

/// Each instruction with its continued lines, from its first byte to its last.
fn instructions(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let end = position + line.trim_end().len();
        let is_comment = trimmed.starts_with('#');
        if !(is_comment || trimmed.is_empty() && open.is_none()) {
            let start = open.unwrap_or(position + line.len() - line.trim_start().len());
            if trimmed.ends_with(['\\', '`']) {
                open = Some(start);
            } else {
                found.push((start, end));
                open = None;
            }
        }
        position += line.len();
    }
    found.extend(open.map(|start| (start, text.len())));
    found
}

/// How long the `--mount=…` of a `RUN` are.
fn flags(arguments: &str) -> usize {
    let rest = arguments.trim_start();
    if !rest.starts_with("--") {
        return arguments.len() - rest.len();
    }
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let before = arguments.len() - rest.len() + length;
    before + flags(arguments.get(before..).unwrap_or_default())
}

/// `NAME=value NAME=value`, or `NAME value`.
fn read_settings(file: FileId, text: &str, start: usize, end: usize, facts: &mut facts::Facts) {
    let mut position = start;
    for word in text.get(start..end).unwrap_or_default().split_inclusive(char::is_whitespace) {
        if word.contains('=') {
            read_setting(file, position, word, facts);
        }
        position += word.len();
    }
}

/// Reads a file of `NAME=value` lines.
pub(super) fn read_environment(file: FileId, text: &str, facts: &mut facts::Facts) {
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with('#') {
            read_setting(file, position, line, facts);
        }
        position += line.len();
    }
}

/// `[export] NAME=value [# comment]`
fn read_setting(file: FileId, position: usize, line: &str, facts: &mut facts::Facts) {
    let Some((left, right)) = line.split_once('=') else { return };
    let name = left.trim().strip_prefix("export ").unwrap_or(left).trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return;
    }
    let name_end = position + left.trim_end().len();
    let value = right.trim();
    let value_start = position + left.len() + 1 + (right.len() - right.trim_start().len());
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (shift, value) = match quote {
        Some(quote) => {
            let inside = value.get(1..).unwrap_or_default();
            (1, inside.split(quote).next().unwrap_or_default())
        }
        None => (0, value.split(" #").next().unwrap_or_default().trim_end()),
    };
    let place = Place::new(file, value_start + shift..value_start + shift + value.len());
    let is_open = value.contains("${") || value.starts_with('$') || value.starts_with('<');
    let value = if is_open { Text::unknown(value, Why::Placeholder, place) } else { Text::literal(value, place) };
    facts.commands.variables.push(Variable {
        name: name.to_owned(),
        name_place: Place::new(file, name_end.saturating_sub(name.len())..name_end),
        value,
    });
}
