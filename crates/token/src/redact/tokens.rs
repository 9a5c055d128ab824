//! Tokens in a text, whole or cut off.

use std::ops::Range;

/// What every JSON object with a quoted first key starts with in base64.
const START: &str = "eyJ";

/// A shorter run may be a word.
const MIN_BYTES: usize = 21;

/// A shorter line below a token may be a word.
const MIN_WRAPPED_BYTES: usize = 20;

pub(super) fn find(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(START)) {
        let start = at + found;
        let end = start + run(text, start).trim_end_matches('.').len();
        if end - start < MIN_BYTES {
            at = start + START.len();
            continue;
        }
        hidden.push(start..end);
        at = end;
        while let Some(line) = wrapped(text, at) {
            at = line.end;
            hidden.push(line);
        }
    }
}

/// The letters of a token from `start` on, of either alphabet.
fn run(text: &str, start: usize) -> &str {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=');
    let rest = text.get(start..).unwrap_or_default();
    rest.get(..rest.find(|c| !belongs(c)).unwrap_or(rest.len())).unwrap_or_default()
}

/// The line below `end` when it carries on a token that a terminal or a mail wrapped.
fn wrapped(text: &str, end: usize) -> Option<Range<usize>> {
    let margin = [' ', '\t', '\r', '│', '|', '>'];
    let below = text.get(end..)?.trim_start_matches(margin).strip_prefix('\n')?;
    let start = text.len() - below.trim_start_matches(margin).len();
    let line = run(text, start);
    let behind = text.get(start + line.len()..)?.trim_start_matches(margin);
    let alone = behind.is_empty() || behind.starts_with('\n');
    let width = start + line.len() - (text.len() - below.len());
    let has = |kind: fn(&u8) -> bool| line.as_bytes().iter().any(kind);
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let unlike_a_name = has(u8::is_ascii_digit) || width == width_before(text, end);
    (alone && mixed && unlike_a_name && line.len() >= MIN_WRAPPED_BYTES).then(|| start..start + line.len())
}

/// How far into its line a position stands.
fn width_before(text: &str, end: usize) -> usize {
    let before = text.get(..end).unwrap_or_default();
    end - before.rfind('\n').map_or(0, |line_break| line_break + 1)
}
