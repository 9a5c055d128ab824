//! Reads codes where a fragment of one was found: digits, brackets and identifiers in raw bytes.

use std::ops::Range;

use super::escape;
use super::prefix::prefix;
use super::scan::{Hit, HitKind};
use super::window::View;

/// The shortest and the longest number of an AADSTS code, in digits.
const DIGITS: Range<usize> = 4..10;

/// The shortest number that may stand apart from its `AADSTS`, in digits.
const MIN_APART: usize = 5;

/// The longest identifier, in bytes.
const MAX_IDENTIFIER: usize = 120;

/// The narrowest line that may have been cut inside a number.
const MIN_WIDTH: usize = 40;

/// What the codes of a family begin with.
const FAMILIES: [&str; 4] = ["DMTS_", "DM_GWPipeline_", "ModelRefreshFailed_", "UserErrorFailedToGet"];

/// `AADSTS` at an offset with its digits, however they were split.
pub(super) fn aadsts(view: View<'_>, at: usize) -> Option<Hit> {
    let name = view.after(at, 6);
    if !name.eq_ignore_ascii_case(b"AADSTS") || word_start(view, at) != at {
        return None;
    }
    let lower = name == b"aadsts";
    let (digits, end) = digits(view, at + 6)?;
    let number = whole_number(&digits)?;
    let kind = if lower && is_in_address(view, at) { HitKind::Link(number) } else { HitKind::Aadsts(number) };
    Some(Hit { at: at..end, kind })
}

/// The digits behind `AADSTS` and where they end.
fn digits(view: View<'_>, start: usize) -> Option<(String, usize)> {
    let mut at = start + separator(view.after(start, 8));
    let apart = at > start;
    let (mut digits, mut end) = (String::new(), at);
    while let Some(byte) = view.after(at, 1).first() {
        at += match byte {
            b'0'..=b'9' => {
                digits.push(char::from(*byte));
                end = at + 1;
                1
            }
            b'*' if view.after(at, 2) == b"**" => 2,
            0x1b => colour(view.after(at, 16))?,
            b'[' => 1,
            b']' => address(view, at)?,
            b'\r' | b'\n' => match wrapped(view, at, digits.len()) {
                Some(next) => next - at,
                None => break,
            },
            _ => break,
        };
        if digits.len() >= DIGITS.end {
            return None;
        }
    }
    let bounded = view.after(end, 2).iter().take_while(|byte| **byte == b'_').count();
    let after = view.after(end + bounded, 1).first();
    let whole = !after.is_some_and(u8::is_ascii_alphanumeric);
    (whole && digits.len() >= if apart { MIN_APART } else { DIGITS.start }).then_some((digits, end))
}

/// A blank, a colon or the like between `AADSTS` and its number.
fn separator(after: &[u8]) -> usize {
    let length = after.iter().take_while(|byte| b"\\\"': =-#*".contains(byte)).count();
    if after.get(length).is_some_and(u8::is_ascii_digit) && length <= 6 { length } else { 0 }
}

/// The length of `](https://…)` between digits; 1 for a bracket that only closes.
fn address(view: View<'_>, at: usize) -> Option<usize> {
    let after = view.after(at, 600);
    if !after.starts_with(b"](http") {
        return Some(1);
    }
    after.iter().position(|byte| *byte == b')').map(|end| end + 1)
}

/// The length of a terminal's colour sequence.
fn colour(after: &[u8]) -> Option<usize> {
    after.iter().position(|byte| *byte == b'm').map(|end| end + 1)
}

/// Where the digits go on after a line end inside them.
fn wrapped(view: View<'_>, at: usize, so_far: usize) -> Option<usize> {
    let start = at + view.after(at, 2).iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let line = String::from_utf8_lossy(view.after(start, 200)).into_owned();
    let line = line.lines().next().unwrap_or_default();
    let found = prefix(line);
    let rest = line.get(found.length..)?;
    let more = rest.bytes().take_while(u8::is_ascii_digit).count();
    let wide = view.line_start(at, 400).is_none_or(|line_start| at - line_start >= MIN_WIDTH);
    let ends = rest.get(more..).is_some_and(|rest| rest.starts_with(':'));
    let fits = more > 0 && ends && DIGITS.contains(&(so_far + more)) && !found.stamped;
    (fits && (found.boxed || wide)).then_some(start + found.length)
}

fn whole_number(digits: &str) -> Option<u32> {
    digits.parse().ok().filter(|_| !digits.starts_with('0'))
}

/// Where the word around an offset begins, taking off escapes and colours that end in letters or digits.
fn word_start(view: View<'_>, at: usize) -> usize {
    let before = view.before(at, MAX_IDENTIFIER);
    let run = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (outside, word) = before.split_at(before.len() - run);
    let start = at - run;
    let hex = |range: Range<usize>| word.get(range).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let escaped = match (outside.last(), word.first()) {
        (Some(b'\\'), Some(b'u')) if hex(1..5) => 5,
        (Some(b'\\'), Some(b'x')) if hex(1..3) => 3,
        (Some(b'\\'), Some(b'n' | b'r' | b't' | b'b' | b'f' | b'v')) => 1,
        (Some(b'%'), Some(_)) if hex(0..2) => 2,
        (Some(b'[' | b';'), Some(b'0'..=b'9')) => word.iter().position(|byte| *byte == b'm').map_or(0, |end| end + 1),
        _ => 0,
    };
    let word = word.get(escaped..).unwrap_or_default();
    let italics = if word.iter().all(|byte| *byte == b'_') { word.len() } else { 0 };
    start + escaped + italics
}

/// Whether the word stands inside an address.
fn is_in_address(view: View<'_>, at: usize) -> bool {
    let before = view.before(at, 300);
    let word = before.iter().rev().take_while(|byte| !byte.is_ascii_whitespace() && !b"\"'()<>".contains(byte)).count();
    before.get(before.len() - word..).is_some_and(|word| memchr::memmem::find(word, b"://").is_some())
}

/// `error?code=700213`, given where its `r?` stands.
pub(super) fn link(view: View<'_>, at: usize) -> Option<Hit> {
    let start = at + "r?code=".len();
    if view.before(start, "error?code=".len()) != b"error?code=" {
        return None;
    }
    let (number, end) = bare_number(view, start)?;
    Some(Hit { at: start..end, kind: HitKind::Link(number) })
}

/// `"resultType":"700213"`, given where its `tType` stands.
pub(super) fn result_type(view: View<'_>, at: usize) -> Option<Hit> {
    if !matches!(view.before(at, 5), b"resul" | b"Resul") {
        return None;
    }
    let start = at + "tType".len();
    let start = start + punctuation(view.after(start, 24), b"\\\"': =");
    let (number, end) = bare_number(view, start)?;
    (end - start >= MIN_APART).then_some(Hit { at: start..end, kind: HitKind::ResultType(number) })
}

/// `"error_codes":[700213, 50012]`, given where its `r_codes` stands.
pub(super) fn error_codes(view: View<'_>, at: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    if view.before(at, 4) != b"erro" {
        return hits;
    }
    let mut start = at + "r_codes".len();
    let list = skip_escaped(view.after(start, 40), b"\\\"': =[*\r\n");
    start += list;
    while let Some((number, end)) = bare_number(view, start).filter(|_| list > 0 && hits.len() < 8) {
        hits.push(Hit { at: start..end, kind: HitKind::ErrorCode(number) });
        let next = skip_escaped(view.after(end, 40), b", *\r\n");
        start = end + next;
        if next == 0 {
            break;
        }
    }
    hits
}

fn punctuation(after: &[u8], allowed: &[u8]) -> usize {
    after.iter().take_while(|byte| allowed.contains(byte)).count()
}

/// The length of punctuation that may be percent-encoded or written as entities.
fn skip_escaped(after: &[u8], allowed: &[u8]) -> usize {
    let mut length = 0;
    while let Some(rest) = after.get(length..).filter(|rest| !rest.is_empty()) {
        let encoded: &[&[u8]] = &[b"%5B", b"%5b", b"%3A", b"%3a", b"%22", b"%20", b"%2C", b"%2c"];
        if allowed.contains(rest.first().unwrap_or(&0)) {
            length += 1;
        } else if encoded.iter().any(|code| rest.starts_with(code)) {
            length += 3;
        } else if let Some((entity, _)) = std::str::from_utf8(rest).ok().and_then(escape::entity) {
            length += entity;
        } else {
            break;
        }
    }
    length
}

fn bare_number(view: View<'_>, start: usize) -> Option<(u32, usize)> {
    let digits: String = view
        .after(start, DIGITS.end + 1)
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    let end = start + digits.len();
    let after = view.after(end, 1).first();
    let whole =
        DIGITS.contains(&digits.len()) && !after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    whole_number(&digits).filter(|_| whole).map(|number| (number, end))
}

/// The identifier around an offset, if it is a platform's code.
pub(super) fn platform(view: View<'_>, at: usize, is_known: impl Fn(&str) -> bool) -> Option<Hit> {
    let start = word_start(view, at);
    let word = view.after(start, MAX_IDENTIFIER + 1);
    let length = word.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    if length > MAX_IDENTIFIER || start + length <= at {
        return None;
    }
    let word = std::str::from_utf8(word.get(..length)?).ok()?.trim_end_matches('_');
    let in_family = FAMILIES.iter().any(|family| word.strip_prefix(family).is_some_and(|rest| rest.len() >= 3));
    let at = start..start + word.len();
    (is_known(word) || in_family).then(|| Hit { at, kind: HitKind::Platform(word.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<u32> {
        let at = memchr::memmem::find(text.as_bytes(), b"AADSTS")?;
        match aadsts(View::new(text.as_bytes(), 0), at)?.kind {
            HitKind::Aadsts(number) => Some(number),
            _ => None,
        }
    }

    #[test]
    fn the_longest_run_of_digits_counts() {
        for (text, expected) in [
            ("AADSTS70021: No", Some(70021)),
            ("AADSTS700211: No", Some(700_211)),
            ("AADSTS7002138: No", Some(7_002_138)),
            ("(AADSTS50105)", Some(50105)),
            ("_AADSTS50105_", Some(50105)),
            ("AADSTS **50105**", Some(50105)),
            ("AADSTS**50105**", Some(50105)),
            ("AADSTS 50105", Some(50105)),
            ("\"AADSTS\": \"50105\"", Some(50105)),
            ("AADSTS700[21](https://github.com/o/r#step:2:22)1: No", Some(700_211)),
            ("[AADSTS700](https://github.com/o)211: No", Some(700_211)),
            ("│ a box that is as wide as this one is AADSTS7002\n│ 13: No matching", Some(700_213)),
            ("│ a box that is as wide as this one is AADSTS\n│ 700213: No matching", Some(700_213)),
            ("AADSTS50105\n12: a numbered line", Some(50105)),
            ("xAADSTS50105", None),
            ("AADSTS50105x", None),
            ("AADSTS501051234567", None),
            ("AADSTS123", None),
            ("AADSTS 2024-05-01", None),
            ("AADSTSxxxxx", None),
            (r"\nAADSTS50105\n", Some(50105)),
            (r"\\u0022AADSTS50105", Some(50105)),
            ("%3AAADSTS50105%3A", Some(50105)),
            ("\u{1b}[1;31mAADSTS50105\u{1b}[0m", Some(50105)),
            ("AADSTS\u{1b}[1m50105\u{1b}[0m: No", Some(50105)),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn platform_codes_are_whole_identifiers() {
        let known = |word: &str| word == "FailedToGetThing";
        for (text, expected) in [
            (r#"{\"errorCode\":\"FailedToGetThing\"}"#, Some("FailedToGetThing")),
            ("NotFailedToGetThing", None),
            ("FailedToGetThings", None),
            (r"\nFailedToGetThing\n", Some("FailedToGetThing")),
            ("UserErrorFailedToGetAnything,", Some("UserErrorFailedToGetAnything")),
        ] {
            let at = memchr::memmem::find(text.as_bytes(), b"dToGet").unwrap();
            let hit = platform(View::new(text.as_bytes(), 0), at, known);
            let word = hit.map(|hit| match hit.kind {
                HitKind::Platform(word) => word,
                other => panic!("{other:?}"),
            });
            assert_eq!(word.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn lists_of_numbers_are_read_in_any_encoding() {
        for (text, expected) in [
            (r#""error_codes":[70002,70008]"#, vec![70002, 70008]),
            (r#"\\\"error_codes\\\": [**700211**]"#, vec![700_211]),
            ("error_codes=%5B700016%5D", vec![700_016]),
            ("&quot;error_codes&quot;:[700016]", vec![700_016]),
            ("\"error_codes\": [\n    700016\n  ]", vec![700_016]),
            (r#""error_codes":[redacted:id]"#, vec![]),
        ] {
            let at = memchr::memmem::find(text.as_bytes(), b"r_codes").unwrap();
            let numbers: Vec<_> = error_codes(View::new(text.as_bytes(), 0), at)
                .into_iter()
                .map(|hit| match hit.kind {
                    HitKind::ErrorCode(number) => number,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(numbers, expected, "{text}");
        }
    }
}
