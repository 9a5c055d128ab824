//! What log programs put before each line.

/// A line without its prefixes, and what they told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix {
    /// Bytes to leave out.
    pub(super) length: usize,
    /// It stands in a box, a quotation or a table of a terminal.
    pub(super) boxed: bool,
    /// It begins with a time, so it may be a record of its own.
    pub(super) stamped: bool,
    /// More blanks than the prefix needs stand before the text.
    pub(super) indented: bool,
}

/// The characters that draw the left side of a box.
const BOX: [char; 9] = ['│', '╷', '╵', '║', '┃', '|', '╭', '╰', '─'];

/// The most prefixes before one text.
const MAX_PREFIXES: usize = 5;

/// Takes the prefixes off a line.
pub(super) fn prefix(line: &str) -> Prefix {
    let mut found = Prefix::default();
    if let Some(length) = tab_separated(line) {
        found.length = length;
    }
    for _ in 0..MAX_PREFIXES {
        let rest = line.get(found.length..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let text = rest.get(blanks..).unwrap_or_default();
        let Some((length, stamped)) = one_prefix(text, found.boxed) else {
            let expected = usize::from(found.length > 0);
            found.indented = blanks > expected;
            found.length += blanks;
            break;
        };
        found.length += blanks + length;
        found.stamped |= stamped;
        found.boxed |= !stamped && !text.starts_with("##[");
    }
    found
}

/// The length of one prefix, and whether it carries a time.
fn one_prefix(text: &str, boxed: bool) -> Option<(usize, bool)> {
    let first = text.chars().next()?;
    if BOX.contains(&first) {
        return Some((first.len_utf8(), false));
    }
    if first == '>' && (text.starts_with("> ") || text.len() == 1) {
        return Some((1, false));
    }
    if boxed {
        return None;
    }
    if text.starts_with("##[") {
        return text.find(']').filter(|end| *end <= 20).map(|end| (end + 1, false));
    }
    match first {
        '#' if text.len() > 1 && text.trim_end().ends_with('#') => Some((1, false)),
        'I' | 'W' | 'E' | 'F' => klog(text).map(|length| (length, true)),
        '[' | '0'..='9' => stamp(text).map(|length| (length, true)),
        _ => None,
    }
}

/// `E1027 23:39:22.893319       1 token_credential.go:62] `.
fn klog(text: &str) -> Option<usize> {
    let digits = text.get(1..5)?;
    let place = text.get(..text.floor_char_boundary(120))?.find("] ")?;
    let clock = text.get(5..)?.starts_with(' ') && text.get(8..9)? == ":";
    (digits.bytes().all(|byte| byte.is_ascii_digit()) && clock).then_some(place + 2)
}

/// A time in ISO 8601, bracketed or not, that ends at a blank.
fn stamp(text: &str) -> Option<usize> {
    let bare = text.strip_prefix('[').unwrap_or(text);
    let mut length = iso_time(bare)? + text.len() - bare.len();
    if bare.len() != text.len() {
        length += usize::from(text.get(length..)?.starts_with(']'));
    }
    text.get(length..)?.chars().next().is_none_or(char::is_whitespace).then_some(length)
}

/// `job\tstep\t2024-…Z text`, as the GitHub CLI prints logs.
fn tab_separated(line: &str) -> Option<usize> {
    let head = line.get(..line.floor_char_boundary(200))?;
    let tab = head.match_indices('\t').nth(1)?.0 + 1;
    iso_time(line.get(tab..)?.trim_start_matches('\u{feff}')).map(|_| tab)
}

/// The length of a time such as `2024-05-01T10:15:02.1849592Z` at the start of a text.
pub(super) fn iso_time(text: &str) -> Option<usize> {
    let shape = b"dddd-dd-dd?dd:dd:dd";
    let bytes = text.as_bytes();
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'd' => byte.is_ascii_digit(),
        b'?' => matches!(byte, b'T' | b't' | b' '),
        other => byte == other,
    };
    if bytes.len() < shape.len() || !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let mut length = shape.len();
    let rest = bytes.get(length..)?;
    if let [b'.' | b',', fraction @ ..] = rest {
        length += 1 + fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    let zone = text.get(length..)?;
    let zoned = zone.get(1..).unwrap_or_default();
    length += match zone.chars().next() {
        Some('Z' | 'z') => 1,
        Some('+' | '-') if zoned.get(2..3) == Some(":") => 6,
        Some('+' | '-') if zoned.get(..4).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) => 5,
        _ => 0,
    };
    Some(length.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_left() {
        for (line, text) in [
            ("2024-05-01T10:15:02.1849592Z ##[error]No", "No"),
            ("2024-05-01T10:15:02.184+02:00 No", "No"),
            ("[2024-05-01 10:15:02] No", "No"),
            ("##[debug]No", "No"),
            ("│ No", "No"),
            ("│   No", "No"),
            ("╷", ""),
            ("> > No", "No"),
            ("#   No   #", "No   #"),
            ("E1027 23:39:22.893319       1 token_credential.go:62] No", "No"),
            ("build\tAzure login\t2024-05-31T14:26:23.1234567Z No", "No"),
            ("Error: No", "Error: No"),
            ("│ 2024-10-01 07:45:48Z", "2024-10-01 07:45:48Z"),
            ("Etag: x] y", "Etag: x] y"),
        ] {
            assert_eq!(line.get(prefix(line).length..), Some(text), "{line}");
        }
    }

    #[test]
    fn times_in_a_box_are_not_stamps() {
        assert!(prefix("2024-05-01T10:15:02Z x").stamped);
        assert!(!prefix("│ 2024-05-01T10:15:02Z x").stamped);
        assert!(prefix("│ x").boxed);
        assert!(prefix("│   x").indented && !prefix("│ x").indented);
    }
}
