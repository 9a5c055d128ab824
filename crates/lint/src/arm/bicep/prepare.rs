//! What the grammar does not know, put aside.
//!
//! Every byte keeps its place: what is put aside becomes blanks, and a parameter's value in a `.bicepparam` file
//! becomes a variable.

use std::borrow::Cow;

/// What some editors put at the beginning of a file.
const MARK: char = '\u{feff}';

/// A text that the grammar can read, and what was taken from it.
pub(super) struct Prepared<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) using: Option<String>,
}

/// Prepares a file.
pub(super) fn prepare(text: &str) -> Prepared<'_> {
    let using = text.lines().find_map(used_template);
    let needs = |line: &str| change(line, using.is_some()).is_some();
    if !text.lines().any(needs) && !text.contains("$'''") && !text.starts_with(MARK) {
        return Prepared { text: Cow::Borrowed(text), using };
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match change(line, using.is_some()) {
            Some(changed) => out.push_str(&changed),
            None => out.push_str(line),
        }
    }
    Prepared { text: Cow::Owned(out.replace("$'''", " '''").replacen(MARK, "   ", 1)), using }
}

/// `using './main.bicep'`
fn used_template(line: &str) -> Option<String> {
    let rest = line.trim_start_matches(MARK).trim_start().strip_prefix("using")?.trim_start();
    let path = rest.strip_prefix('\'').and_then(|rest| rest.split('\'').next());
    path.map(str::to_owned).or_else(|| rest.starts_with("none").then(String::new))
}

/// The line as the grammar can read it; `None` where it can already.
fn change(line: &str, is_parameters: bool) -> Option<String> {
    let trimmed = line.trim_start_matches(MARK).trim_start();
    let word = trimmed.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match word {
        "extension" | "extends" | "using" if starts_clause(trimmed, word) => Some(blank(line)),
        "provider" if !trimmed.contains('=') && starts_clause(trimmed, word) => Some(blank(line)),
        "param" if is_parameters => Some(line.replacen("param", "var  ", 1)),
        "var" => without_type(line),
        "param" | "" => without_mark(line),
        _ => None,
    }
}

/// Whether a word and a blank begin a clause rather than a property of that name.
fn starts_clause(trimmed: &str, word: &str) -> bool {
    let rest = trimmed.strip_prefix(word).unwrap_or_default();
    rest.starts_with([' ', '\t']) && !rest.trim_start().starts_with([':', '=', '.'])
}

/// `param name {…}?`, of which the grammar takes the mark for the beginning of a choice.
fn without_mark(line: &str) -> Option<String> {
    let code = line.trim_end();
    let bare = code.strip_suffix('?')?;
    let is_type = bare.trim_start().starts_with("param ") || matches!(bare.trim(), "}" | "]");
    is_type.then(|| format!("{bare} {}", line.get(code.len()..).unwrap_or_default()))
}

/// `var name type = …`
fn without_type(line: &str) -> Option<String> {
    let (head, _) = line.split_once('=')?;
    let mut words = head.split_whitespace();
    let (var, name, kind) = (words.next()?, words.next()?, words.next()?);
    let start = head.find(var)? + var.len();
    let start = start + head.get(start..)?.find(name)? + name.len();
    let typed = kind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '\'');
    typed.then(|| {
        let (before, rest) = line.split_at_checked(start).unwrap_or((line, ""));
        let (kind, after) = rest.split_at_checked(head.len() - start).unwrap_or(("", rest));
        format!("{before}{}{after}", blank(kind))
    })
}

fn blank(text: &str) -> String {
    text.chars().flat_map(|c| if c == '\n' || c == '\r' { vec![c] } else { vec![' '; c.len_utf8()] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_keeps_its_place() {
        for (text, expected) in [
            ("extension microsoftGraphV1\nvar a = 'é'\n", "                          \nvar a = 'é'\n"),
            ("using 'main.bicep'\nparam a = 'b'\n", "                  \nvar   a = 'b'\n"),
            ("var name string[] = ['a']\n", "var name          = ['a']\n"),
            ("param a string = 'b'\n", "param a string = 'b'\n"),
            ("param a { b: int }?\n", "param a { b: int } \n"),
            ("  extension: 'x'\n", "  extension: 'x'\n"),
        ] {
            assert_eq!(prepare(text).text, expected);
        }
        assert_eq!(prepare("using './main.bicep'\n").using.as_deref(), Some("./main.bicep"));
    }
}
