//! Terminal colours, Markdown, tags and typographic characters.

use super::decode::{Peeled, Recognised};

/// The longest sequence that a terminal takes, in bytes.
const MAX_SEQUENCE: usize = 1_000;

/// Tags that mark words up; others may be placeholders that a person wrote.
const TAGS: [&str; 14] =
    ["ccon", "pii", "b", "strong", "i", "em", "span", "code", "u", "font", "mark", "small", "pre", "a"];

/// What mis-decoded bytes stood for.
const MOJIBAKE: [(&str, char); 8] = [
    ("â€˜", '\''),
    ("â€™", '\''),
    ("â€œ", '"'),
    ("â€\u{9d}", '"'),
    ("â”‚", '│'),
    ("Γöé", '│'),
    ("ï¿½", char::REPLACEMENT_CHARACTER),
    ("Â\u{a0}", ' '),
];

/// `[words](https://…)`: GitHub's log view puts one wherever digits equal a line number.
pub(super) fn link(text: &str) -> Recognised {
    let words = text.get(1..)?.split(['[', ']', '\n']).next()?;
    let end = 1 + words.len();
    let address = text.get(end..)?.strip_prefix("](")?.split([')', ' ', '\n', '[']).next()?;
    let length = end + 2 + address.len();
    let linked = address.starts_with("http") || address.starts_with('#');
    (linked && text.get(length..)?.starts_with(')')).then_some((length + 1, Peeled::Part(1..end)))
}

/// `[31m`: a colour that lost its escape character on the way.
pub(super) fn colour_remains(text: &str) -> Recognised {
    let body = text.strip_prefix('[')?;
    let length = body.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    let numbers = body.get(..length)?;
    let plausible = (1..=11).contains(&length) && numbers.split(';').all(|number| (1..=3).contains(&number.len()));
    (plausible && body.get(length..)?.starts_with('m')).then_some((length + 2, Peeled::Nothing))
}

/// An escape character and what the terminal takes with it.
pub(super) fn terminal_sequence(text: &str) -> Recognised {
    let body = text.strip_prefix('\u{1b}')?;
    let length = match body.chars().next() {
        Some('[') => body.bytes().skip(1).position(|byte| (0x40..=0x7e).contains(&byte)).map(|end| end + 2),
        Some(']') => body.find('\u{7}').map(|end| end + 1),
        Some('(' | ')') => Some(2),
        _ => Some(0),
    };
    Some((1 + length.filter(|length| *length <= MAX_SEQUENCE).unwrap_or(0), Peeled::Nothing))
}

/// Two asterisks around words; longer runs are what a masked value looks like.
pub(super) fn bold(text: &str, before: Option<char>) -> Recognised {
    let after = text.strip_prefix("**")?.chars().next();
    let blank = |char: Option<char>| char.is_none_or(|char| char.is_whitespace() || char == '\'');
    let masked = before == Some('*') || after == Some('*') || (blank(before) && blank(after));
    (!masked).then_some((2, Peeled::Nothing))
}

/// Tags of Power BI and of HTML.
pub(super) fn tag(text: &str) -> Recognised {
    let (inner, _) = text.strip_prefix('<')?.split_once('>').filter(|(inner, _)| inner.len() <= 120)?;
    let name = inner.trim_matches('/').split([' ', '/']).next()?.to_ascii_lowercase();
    let length = inner.len() + 2;
    if ["br", "p", "div", "li"].contains(&name.as_str()) {
        return Some((length, Peeled::Char('\n')));
    }
    TAGS.contains(&name.as_str()).then_some((length, Peeled::Nothing))
}

/// `""word""`: a quote inside a quoted field of a table.
pub(super) fn doubled_quote(text: &str, before: Option<char>) -> Recognised {
    let after = text.strip_prefix("\"\"")?.chars().next();
    let word = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '<');
    (word(before) || word(after)).then_some((2, Peeled::Char('"')))
}

/// Quotes and blanks of word processors, and the commonest mis-decodings of them.
pub(super) fn typography(text: &str) -> Recognised {
    if let Some((wrong, right)) = MOJIBAKE.iter().find(|(wrong, _)| text.starts_with(wrong)) {
        return Some((wrong.len(), Peeled::Char(*right)));
    }
    let char = text.chars().next()?;
    let plain = match char {
        '‘'..='‛' | '′' => '\'',
        '“'..='‟' => '"',
        '\u{a0}' | '\u{2007}' | '\u{202f}' => ' ',
        '\u{200b}' | '\u{feff}' => return Some((char.len_utf8(), Peeled::Nothing)),
        _ => return None,
    };
    Some((char.len_utf8(), Peeled::Char(plain)))
}
