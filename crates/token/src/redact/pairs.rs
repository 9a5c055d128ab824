//! Named secrets: `client_secret=…`, `"password": "…"`, `AccountKey=…;`, `Authorization: Basic …`.

use std::ops::Range;

use super::HIDDEN;

/// Endings of names whose values are secret, in small letters without `-`, `_` and `.`.
const SECRET_NAMES: &[&str] = &[
    "accesskey",
    "accesstoken",
    "accountkey",
    "apikey",
    "clientassertion",
    "clientsecret",
    "federatedtoken",
    "oidctoken",
    "passwd",
    "password",
    "refreshtoken",
    "requesttoken",
    "secrettext",
    "sharedsecret",
    "subscriptionkey",
];

/// Names so short that they count only inside a query or a connection string.
const SHORT_NAMES: &[&str] = &["pwd", "sig"];

/// Names that are also words of a sentence: `missing password: …`.
const WORDS: &[&str] = &["passwd", "password"];

/// Authorisation schemes; what follows them is hidden.
const SCHEMES: &[&str] = &["basic", "bearer", "negotiate", "pop", "sharedkey", "sharedaccesssignature", "token"];

/// The longest name looked at.
const MAX_NAME_BYTES: usize = 64;

pub(super) fn find(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut resume = 0;
    for (at, _) in text.match_indices(['=', ':']) {
        if at < resume {
            continue;
        }
        if let Some(value) = name(text, at).and_then(|name| secret(text, at, &name)) {
            resume = value.end;
            hidden.push(value);
        }
    }
    hidden.extend(text.match_indices("--").filter_map(|(at, _)| flag(text, at)));
}

/// The value of a command-line flag: `--password …`.
fn flag(text: &str, start: usize) -> Option<Range<usize>> {
    let window = text.as_bytes().get(start..)?.iter().take(MAX_NAME_BYTES);
    let end = start + window.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    let behind = text.get(end..)?;
    let given = behind.starts_with(' ') && !behind.trim_start().starts_with('-');
    let secret = || name(text, end).is_some_and(|name| has_ending(&name.plain, SECRET_NAMES));
    if given && secret() { value(text, end + 1, false) } else { None }
}

/// The name in front of a separator.
struct Name {
    /// In small letters, without `-`, `_` and `.`.
    plain: String,
    start: usize,
    quoted: bool,
}

fn name(text: &str, separator: usize) -> Option<Name> {
    let before = text.as_bytes().get(..separator)?;
    let (before, _) = strip(before, 2, |byte| matches!(byte, b' ' | b'\t'));
    let (before, quotes) = strip(before, 1, |byte| matches!(byte, b'"' | b'\''));
    let (before, _) = strip(before, 8 * quotes, |byte| byte == b'\\');
    let (rest, length) =
        strip(before, MAX_NAME_BYTES, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let written = before.get(rest.len()..)?;
    let letters = written.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let plain: String = letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    (length > 0).then_some(Name { plain, start: rest.len(), quoted: quotes > 0 })
}

/// Takes up to `most` fitting bytes off the end and counts them.
fn strip(bytes: &[u8], most: usize, fits: impl Fn(u8) -> bool) -> (&[u8], usize) {
    let count = bytes.iter().rev().take(most).take_while(|byte| fits(**byte)).count();
    (bytes.get(..bytes.len() - count).unwrap_or_default(), count)
}

/// The value behind the separator when the name says that it is secret.
fn secret(text: &str, separator: usize, name: &Name) -> Option<Range<usize>> {
    let authorization = name.plain.ends_with("authorization");
    let short = SHORT_NAMES.contains(&name.plain.as_str()) && in_a_row(text, name.start);
    if !(authorization || short || has_ending(&name.plain, SECRET_NAMES)) {
        return None;
    }
    let behind = text.get(separator + 1..)?;
    let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    match text.as_bytes().get(separator)? {
        b':' if behind.starts_with([':', '=', '/']) => return None,
        b':' if !name.quoted && gap == 0 => return None,
        b':' if !name.quoted && WORDS.contains(&name.plain.as_str()) && !opens_a_line(text, name.start) => return None,
        b'=' if behind.starts_with('=') => return None,
        _ => {}
    }
    let start = separator + 1 + gap + usize::from(behind.starts_with('>'));
    if authorization { credentials(text, start) } else { value(text, start, name.quoted) }
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Whether the name follows `?`, `&` or `;`.
fn in_a_row(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    before.trim_end_matches(' ').ends_with(['?', '&', ';'])
}

/// Whether nothing but list marks and brackets stands before the name on its line.
fn opens_a_line(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t', '-']);
    before.is_empty() || before.ends_with(['\n', '{', ',', ';', '('])
}

/// What follows the scheme of an `Authorization` header.
fn credentials(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let scheme = rest.trim_start_matches([' ', '\t', '\\', '"', '\'']);
    let length = scheme.find(|c: char| !c.is_ascii_alphanumeric())?;
    let word = scheme.get(..length)?;
    let behind = scheme.get(length..)?;
    let known = SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(word));
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let at = text.len() - behind.len() + blanks;
    if known && blanks > 0 && !behind.trim_start().starts_with('{') { bare(text, at) } else { None }
}

/// The value at `start`, without its quotes.
fn value(text: &str, start: usize, quoted_name: bool) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let start = start + rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let found = match quoted(text, start) {
        Some(found) => found,
        None if quoted_name && text.get(start..).is_some_and(|rest| rest.starts_with(['{', '['])) => return None,
        None => bare(text, start)?,
    };
    let value = text.get(found.clone())?;
    (!value.is_empty() && !is_reference(value)).then_some(found)
}

/// What stands in quotes at `start`; without a closing quote, the rest of the line.
pub(super) fn quoted(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let level = bytes.get(start..)?.iter().take_while(|byte| **byte == b'\\').count();
    let open = start + level;
    let quote = *bytes.get(open).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let mut slashes: usize = 0;
    for (at, byte) in bytes.iter().enumerate().skip(open + 1) {
        match byte {
            b'\\' => slashes += 1,
            b'\n' => return Some(open + 1..at),
            byte if *byte == quote && closes(level, slashes) => return Some(open + 1..at - slashes.min(level)),
            _ => slashes = 0,
        }
    }
    Some(open + 1..text.len())
}

/// Whether a quote behind that many backslashes ends a string whose opening quote has `level`.
fn closes(level: usize, slashes: usize) -> bool {
    if level == 0 { slashes.is_multiple_of(2) } else { slashes <= level }
}

fn bare(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let end = rest.char_indices().find(|(at, c)| ends(*c, rest.get(at + 1..).unwrap_or_default()));
    let length = end.map_or(rest.len(), |(at, _)| at);
    let value = rest.get(..length)?.trim_end_matches([',', ')', '}']);
    (!value.is_empty() && !is_reference(value)).then(|| start..start + value.len())
}

/// Whether a value without quotes ends at this character.
fn ends(character: char, behind: &str) -> bool {
    match character {
        ';' | '"' | '\'' | '`' | '<' => true,
        '\\' => behind.starts_with(['n', 'r', 't', 'u', '"', '\'', '\\']),
        '&' => {
            let name = behind.bytes().take(MAX_NAME_BYTES).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_');
            behind.as_bytes().get(name.count()).is_none_or(|byte| matches!(byte, b'=' | b';'))
        }
        other => other.is_whitespace(),
    }
}

/// Whether the value only points to the secret, is masked already, or is none.
fn is_reference(value: &str) -> bool {
    let constant = |name: &str| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    value == HIDDEN
        || matches!(value, "null" | "none" | "None" | "true" | "false" | "undefined")
        || value.chars().all(|c| matches!(c, '*' | '.' | '…'))
        || ["${", "$(", "$env:", "{{", "@Microsoft.KeyVault("].iter().any(|start| value.starts_with(start))
        || value.strip_prefix('$').is_some_and(constant)
        || (value.starts_with('<') && value.ends_with('>'))
}
