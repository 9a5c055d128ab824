//! E-mail addresses, user names and passwords in addresses.

use std::ops::Range;

use super::pairs;

/// The longest part of an address that is looked at, on either side of the `@`.
const MAX_SIDE_CHARS: usize = 128;

/// The longest user name in quotes.
const MAX_NAME_BYTES: usize = 256;

/// Values behind the word "user" that name no person.
const NO_PERSON: &[&str] = &["{", "<", "$", "system:", "NT AUTHORITY", "NT SERVICE"];

/// The user of addresses such as `git@github.com:owner/repository`.
const CODE_HOST_USER: &str = "git";

/// The user of the example in AADSTS90101.
const EXAMPLE_USER: &str = "someone";

pub(super) fn find_addresses(text: &str, hidden: &mut Vec<Range<usize>>) {
    for mark in ["@", "%40"] {
        for (at, _) in text.match_indices(mark) {
            hidden.extend(address(text, at, at + mark.len()));
        }
    }
    for (at, _) in text.match_indices("://") {
        hidden.extend(password(text, at + 3));
    }
}

fn address(text: &str, at: usize, behind: usize) -> Option<Range<usize>> {
    let local = local_part(text.get(..at)?);
    let start = at - local.len();
    let before = text.get(..start)?;
    let local = if before.ends_with('\\') { behind_escape(local) } else { local };
    let domain = domain(text.get(behind..)?)?;
    let names_repository = text.get(behind + domain.len()..)?.starts_with([':', '/']);
    let nobody = local == EXAMPLE_USER || local == CODE_HOST_USER && names_repository;
    let person = !local.is_empty() && !nobody && !in_a_path(before);
    person.then(|| at - local.len()..behind + domain.len())
}

/// The longest end of a text that can stand before the `@`.
fn local_part(before: &str) -> &str {
    let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '#' | '~');
    let length: usize = before.chars().rev().take(MAX_SIDE_CHARS).take_while(belongs).map(char::len_utf8).sum();
    let local = before.get(before.len() - length..).unwrap_or_default();
    local.trim_start_matches(['#', '.', '-'])
}

/// What follows the letters of `\n`, `\r`, `\t` or `\u0027`.
fn behind_escape(local: &str) -> &str {
    let unicode = local.strip_prefix('u').and_then(|code| code.get(4..));
    unicode.or_else(|| local.strip_prefix(['n', 'r', 't'])).unwrap_or(local)
}

/// The domain that a text opens with: labels with dots, the last of letters only.
fn domain(behind: &str) -> Option<&str> {
    let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let length = behind.chars().take(MAX_SIDE_CHARS).take_while(belongs).map(char::len_utf8).sum();
    let domain: &str = behind.get(..length)?.trim_end_matches(['.', '-']);
    let (first, last) = domain.rsplit_once('.')?;
    let right = !first.is_empty() && last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
    right.then_some(domain)
}

/// Whether an `@` here belongs to a path such as `owner/action@v2`, or to an address's user part.
fn in_a_path(before: &str) -> bool {
    if before.ends_with('/') {
        let people = ["/users/", "/me/", "mailto:/"];
        return !people.iter().any(|path| before.ends_with(path));
    }
    let authority = |c: &char| !matches!(c, '/' | '?' | '#' | '=' | '"' | '\'') && !c.is_whitespace();
    let length: usize = before.chars().rev().take(MAX_SIDE_CHARS).take_while(authority).map(char::len_utf8).sum();
    length > 0 && before.get(..before.len() - length).is_some_and(|rest| rest.ends_with("://"))
}

/// The password of `scheme://user:password@host`.
fn password(text: &str, start: usize) -> Option<Range<usize>> {
    let belongs = |c: &char| !matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '`') && !c.is_whitespace();
    let rest = text.get(start..)?;
    let length = rest.chars().take(2 * MAX_SIDE_CHARS).take_while(belongs).map(char::len_utf8).sum();
    let (user, _) = rest.get(..length)?.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let at = start + name.len() + 1;
    (!password.is_empty() && !password.starts_with(['$', '*'])).then(|| at..at + password.len())
}

/// The name in `User account 'dana'` and `user "dana"`.
pub(super) fn find_names(text: &str, hidden: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices(['u', 'U']) {
        let word = bytes.get(at..at + 4).is_some_and(|word| word.eq_ignore_ascii_case(b"user"));
        let inside = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric);
        if word && !inside {
            hidden.extend(user_name(text, at + 4));
        }
    }
}

fn user_name(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?.strip_prefix(' ')?;
    let rest = ["account ", "name ", "principal "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let window = rest.get(..rest.floor_char_boundary(MAX_NAME_BYTES))?;
    let name = pairs::quoted(window, 0)?;
    let closed = window.get(name.end..).is_some_and(|behind| !behind.is_empty() && !behind.starts_with('\n'));
    let value = window.get(name.clone())?;
    let is_id = value.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'@'));
    let named = closed && !is_id && !NO_PERSON.iter().any(|start| value.starts_with(start));
    let at = text.len() - rest.len();
    named.then(|| at + name.start..at + name.end)
}
