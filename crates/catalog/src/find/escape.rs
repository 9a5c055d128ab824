//! Escapes of JSON, Go, Python and shells, HTML and XML entities, and form encoding.

use super::decode::{Peeled, Recognised};
use super::text::Text;

/// Stands for the `&` between the fields of a form.
pub(super) const FIELD_END: char = '\u{1e}';

/// The named entities that occur in logs.
const ENTITIES: [(&str, char); 14] = [
    ("amp;", '&'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("quot;", '"'),
    ("apos;", '\''),
    ("nbsp;", ' '),
    ("lsquo;", '\''),
    ("rsquo;", '\''),
    ("ldquo;", '"'),
    ("rdquo;", '"'),
    ("ndash;", '-'),
    ("mdash;", '-'),
    ("hellip;", '…'),
    ("middot;", '·'),
];

/// An escape behind any number of backslashes: each nesting doubles them, so the number says nothing.
pub(super) fn backslash(text: &str, before: Option<char>) -> Recognised {
    let run = text.bytes().take_while(|byte| *byte == b'\\').count();
    let rest = text.get(run..)?;
    let escaped = rest.chars().next();
    let char = match escaped {
        Some('n') if !is_path(run, rest, before) => '\n',
        Some('r' | 't') if !is_path(run, rest, before) => ' ',
        Some(quote @ ('"' | '\'' | '/' | '`')) => quote,
        Some('u' | 'U') => {
            return unicode(rest).map(|(length, char)| (run + length, owned(char))).or(Some((run, one())));
        }
        Some('x') => return bytes(text, run).or(Some((run, one()))),
        Some('e') if rest.starts_with("e[") => '\u{1b}',
        Some('0') if rest.starts_with("033[") => return Some((run + 3, Peeled::Char('\u{1b}'))),
        _ => return Some((run, one())),
    };
    Some((run + 1, Peeled::Char(char)))
}

fn one() -> Peeled {
    Peeled::Char('\\')
}

fn owned(char: char) -> Peeled {
    Peeled::Owned(char.to_string())
}

/// `CONTOSO\robert` and `C:\new` are names, not line ends.
fn is_path(run: usize, rest: &str, before: Option<char>) -> bool {
    run == 1
        && before.is_some_and(|char| char.is_alphanumeric() || char == ':')
        && rest.chars().nth(1).is_some_and(|char| char.is_ascii_lowercase() || char.is_ascii_digit())
}

/// `u0027`, `u{27}`, `U0001F600`, and pairs of surrogates with their backslashes.
fn unicode(text: &str) -> Option<(usize, char)> {
    if let Some(braced) = text.strip_prefix("u{") {
        let (digits, _) = braced.split_once('}').filter(|(digits, _)| digits.len() <= 6)?;
        return Some((digits.len() + 3, hex_char(digits)?));
    }
    let width = if text.starts_with('U') { 8 } else { 4 };
    let digits = text.get(1..=width)?;
    if let Some(char) = hex_char(digits) {
        return Some((width + 1, char));
    }
    let high = hex(digits).filter(|unit| (0xd800..0xdc00).contains(unit))?;
    let rest = text.get(width + 1..)?;
    let slashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    let low = rest.get(slashes..).and_then(|rest| rest.strip_prefix('u')).and_then(|rest| rest.get(..4)).and_then(hex);
    let pair = low.filter(|unit| (0xdc00..0xe000).contains(unit));
    match pair.and_then(|low| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))) {
        Some(char) => Some((width + 1 + slashes + 5, char)),
        None => Some((width + 1, char::REPLACEMENT_CHARACTER)),
    }
}

fn hex(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

fn hex_char(digits: &str) -> Option<char> {
    hex(digits).and_then(char::from_u32)
}

/// Runs of `\xe2\x80\x99`, as Python prints bytes.
fn bytes(text: &str, run: usize) -> Recognised {
    let mut decoded = Vec::new();
    let mut length = 0;
    while let Some(digits) =
        text.get(length + run..).and_then(|rest| rest.strip_prefix('x')).and_then(|rest| rest.get(..2))
    {
        if !text.get(length..length + run).is_some_and(|slashes| slashes.bytes().all(|byte| byte == b'\\')) {
            break;
        }
        let Some(byte) = hex(digits).and_then(|value| u8::try_from(value).ok()) else { break };
        decoded.push(byte);
        length += run + 3;
    }
    (length > 0).then(|| (length, Peeled::Owned(String::from_utf8_lossy(&decoded).into_owned())))
}

/// `&quot;`, `&#8217;`, `&#x27;`.
pub(super) fn entity(text: &str) -> Recognised {
    let body = text.strip_prefix('&')?;
    if let Some(number) = body.strip_prefix('#') {
        let (digits, _) = number.split_once(';').filter(|(digits, _)| digits.len() <= 8)?;
        let char = match digits.strip_prefix(['x', 'X']) {
            Some(digits) => hex_char(digits)?,
            None => digits.parse().ok().and_then(char::from_u32)?,
        };
        return Some((digits.len() + 3, owned(char)));
    }
    ENTITIES.iter().find(|(name, _)| body.starts_with(name)).map(|(name, char)| (name.len() + 1, Peeled::Char(*char)))
}

/// How often the text from here was form-encoded, judged by how it writes a colon and a blank.
pub(super) fn form_levels(raw: &[u8]) -> usize {
    let head = raw.get(..raw.len().min(48)).unwrap_or_default();
    let head = head.split(|byte| matches!(byte, b' ' | b'"' | b'<' | b'\n')).next().unwrap_or_default();
    let has = |needle: &[u8]| head.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle));
    match () {
        () if has(b"%25253a") || has(b"%252520") || has(b"%25252b") => 3,
        () if has(b"%253a") || has(b"%2520") || has(b"%252b") || has(b"%2b") => 2,
        () if has(b"%3a") || has(b"%20") || is_plus_separated(head) => 1,
        () => 0,
    }
}

fn is_plus_separated(head: &[u8]) -> bool {
    let joins = |pair: &[u8]| matches!(pair, [a, b'+', b] if (a.is_ascii_alphabetic() || *a == b':') && b.is_ascii_alphabetic());
    head.windows(3).any(joins)
}

/// Undoes form encoding, as often as told, up to the first character that no form contains.
pub(super) fn unform(text: &Text, levels: usize) -> Text {
    let mut text = text.clone();
    for _ in 0..levels {
        text = unform_once(&text);
    }
    text
}

fn unform_once(text: &Text) -> Text {
    let source = text.as_str();
    let end = source.find([' ', '\n', '"', '<', '>']).unwrap_or(source.len());
    let mut out = Text::like(text);
    let mut index = 0;
    while let Some(char) = source.get(index..end).and_then(|rest| rest.chars().next()) {
        let at = text.raw(index);
        index += match char {
            '+' => push(&mut out, ' ', at),
            '&' => push(&mut out, FIELD_END, at),
            '%' => percent(source.get(index..end).unwrap_or_default(), &mut out, at),
            other => push(&mut out, other, at),
        };
    }
    out.append(text, end..text.len());
    out
}

fn push(out: &mut Text, char: char, at: usize) -> usize {
    out.push(char, at);
    if char == ' ' || char == FIELD_END { 1 } else { char.len_utf8() }
}

/// Appends what a run of `%XX` stands for and gives its length.
fn percent(text: &str, out: &mut Text, at: usize) -> usize {
    let mut decoded = Vec::new();
    let mut length = 0;
    while let Some(digits) = text.get(length..).and_then(|rest| rest.strip_prefix('%')).and_then(|rest| rest.get(..2)) {
        let Some(byte) = hex(digits).and_then(|value| u8::try_from(value).ok()) else { break };
        decoded.push(byte);
        length += 3;
    }
    if length == 0 {
        return push(out, '%', at);
    }
    out.push_str(&String::from_utf8_lossy(&decoded).replace('\r', ""), at);
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_undone_as_often_as_it_was_done() {
        for (raw, text) in [
            (":+Application+%27x%27&error_codes=1 a+b", ": Application 'x'\u{1e}error_codes=1 a+b"),
            ("%3A%20Application%20with", ": Application with"),
            ("%253a%2BApplication%2Bwith%252e", ": Application with."),
            ("%3a+one%0d%0aTrace+ID%3a+x", ": one\nTrace ID: x"),
            (": plain 100% and a+b", ": plain 100% and a+b"),
        ] {
            let levels = form_levels(raw.as_bytes());
            assert_eq!(unform(&Text::lossy(raw.as_bytes(), 0), levels).as_str(), text, "{raw}");
        }
    }

    #[test]
    fn a_percent_sign_in_plain_text_is_no_form() {
        assert_eq!(form_levels(b": subject 'repo:o/r:environment:my%3Aenv'"), 0);
    }
}
