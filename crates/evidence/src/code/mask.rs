//! Source code with its comments and strings blanked out, byte for byte in place.

use super::Language;

/// A source text in two versions of the same length.
pub(super) struct Masked {
    /// Without comments and strings.
    pub(super) code: Vec<u8>,
    /// Without comments and Python's long strings, which mostly are comments too.
    pub(super) with_strings: Vec<u8>,
}

/// A stretch of text that is not code.
struct Form {
    /// What begins it.
    open: &'static [u8],
    /// What ends it.
    close: &'static [u8],
    /// The byte that takes the meaning from the next one.
    escape: Option<u8>,
    kind: Kind,
}

/// What a stretch is and how far it may go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// To the end of the line or the closing mark.
    Comment,
    /// Ends with the line at the latest.
    Line,
    /// May span lines.
    Lines,
    /// May span lines, and mostly is documentation.
    Document,
}

/// A form by its fields in order.
const fn form(open: &'static [u8], close: &'static [u8], escape: Option<u8>, kind: Kind) -> Form {
    Form { open, close, escape, kind }
}

const SLASHES: Form = form(b"//", b"\n", None, Kind::Comment);
const STARRED: Form = form(b"/*", b"*/", None, Kind::Comment);
const HASH: Form = form(b"#", b"\n", None, Kind::Comment);
const DOUBLE: Form = form(b"\"", b"\"", Some(b'\\'), Kind::Line);
const SINGLE: Form = form(b"'", b"'", Some(b'\\'), Kind::Line);
const TEXT_BLOCK: Form = form(b"\"\"\"", b"\"\"\"", Some(b'\\'), Kind::Lines);
const TRIPLE_DOUBLE: Form = form(b"\"\"\"", b"\"\"\"", Some(b'\\'), Kind::Document);
const TRIPLE_SINGLE: Form = form(b"'''", b"'''", Some(b'\\'), Kind::Document);

const C_SHARP: &[Form] = &[SLASHES, STARRED, TEXT_BLOCK, form(b"@\"", b"\"", None, Kind::Lines), DOUBLE, SINGLE];
const JAVA: &[Form] = &[SLASHES, STARRED, TEXT_BLOCK, DOUBLE, SINGLE];
const SCRIPT: &[Form] = &[SLASHES, STARRED, form(b"`", b"`", Some(b'\\'), Kind::Lines), DOUBLE, SINGLE];
const GO: &[Form] = &[SLASHES, STARRED, form(b"`", b"`", None, Kind::Lines), DOUBLE, SINGLE];
const PYTHON: &[Form] = &[HASH, TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE];
const POWERSHELL: &[Form] = &[
    form(b"<#", b"#>", None, Kind::Comment),
    HASH,
    form(b"@\"\n", b"\n\"@", None, Kind::Lines),
    form(b"@'\n", b"\n'@", None, Kind::Lines),
    form(b"\"", b"\"", Some(b'`'), Kind::Line),
    form(b"'", b"'", None, Kind::Line),
];
const SHELL: &[Form] = &[HASH, DOUBLE, form(b"'", b"'", None, Kind::Line)];

/// Blanks comments and strings; line ends stay.
pub(super) fn mask(language: Language, text: &str) -> Masked {
    let bytes = text.as_bytes();
    let mut masked = Masked { code: bytes.to_vec(), with_strings: bytes.to_vec() };
    let forms = forms(language);
    let mut position = 0;
    while position < bytes.len() {
        let rest = bytes.get(position..).unwrap_or_default();
        let Some(form) =
            forms.iter().find(|form| rest.starts_with(form.open) && opens(form, language, bytes, position))
        else {
            position += skipped(rest, language);
            continue;
        };
        let end = end(form, bytes, position + form.open.len());
        blank(&mut masked.code, position, end);
        if matches!(form.kind, Kind::Comment | Kind::Document) {
            blank(&mut masked.with_strings, position, end);
        }
        position = end.max(position + 1);
    }
    masked
}

/// The forms of a language, longer marks before the shorter ones that they begin with.
fn forms(language: Language) -> &'static [Form] {
    match language {
        Language::CSharp => C_SHARP,
        Language::Java => JAVA,
        Language::TypeScript | Language::JavaScript => SCRIPT,
        Language::Go => GO,
        Language::Python => PYTHON,
        Language::PowerShell => POWERSHELL,
        Language::Shell => SHELL,
    }
}

/// In a shell, `#` begins a comment only at the start of a word, and `$#` is a value.
fn opens(form: &Form, language: Language, bytes: &[u8], position: usize) -> bool {
    let shell = matches!(language, Language::Shell | Language::PowerShell) && form.open == b"#";
    let before = position.checked_sub(1).and_then(|index| bytes.get(index));
    !shell || before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b'{' | b'}' | b')'))
}

/// One byte, or two where a backslash or backtick takes the meaning of a quote.
fn skipped(rest: &[u8], language: Language) -> usize {
    let escapes = match language {
        Language::Shell => b'\\',
        Language::PowerShell => b'`',
        _ => return 1,
    };
    if rest.first() == Some(&escapes) { 2 } else { 1 }
}

/// Where a stretch ends that begins before `start`.
fn end(form: &Form, bytes: &[u8], start: usize) -> usize {
    let mut position = start;
    while let Some(rest) = bytes.get(position..).filter(|rest| !rest.is_empty()) {
        if rest.first().copied() == form.escape {
            position += 2;
        } else if rest.starts_with(form.close) {
            return position + if form.close == b"\n" { 0 } else { form.close.len() };
        } else if form.kind == Kind::Line && rest.starts_with(b"\n") {
            return position;
        } else {
            position += 1;
        }
    }
    bytes.len()
}

/// Blanks a stretch; line ends stay, for the line numbers.
fn blank(bytes: &mut [u8], from: usize, to: usize) {
    let to = to.min(bytes.len());
    for byte in bytes.get_mut(from..to).unwrap_or_default().iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(language: Language, text: &str) -> String {
        let masked = mask(language, text);
        assert_eq!((masked.code.len(), masked.with_strings.len()), (text.len(), text.len()));
        String::from_utf8(masked.code).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_code_is_left() {
        for (language, text, left) in [
            (Language::CSharp, "a(\"x\\\"y\"); // b\nc(@\"d\\\"); /* e\nf */ g", "a( ); c( ); g"),
            (Language::CSharp, "s = $\"{x}\"; 'c'; t", "s = $ ; ; t"),
            (Language::Java, "a(\"\"\"\n b \" c\n\"\"\"); d", "a( ); d"),
            (Language::JavaScript, "a('b'); `c\n${d}`; e", "a( ); ; e"),
            (Language::Go, "a(`b\\`); c", "a( ); c"),
            (Language::Python, "a # b\n'''c\nd''' + \"e\" + f", "a + + f"),
            (Language::PowerShell, "a <# b\nc #> d # e\n\"f`\"g\" h 'i'", "a d h"),
            (Language::Shell, "a $# # b\nc \"d\" 'e' f#g", "a $# c f#g"),
        ] {
            assert_eq!(code(language, text), left, "{text}");
        }
    }

    #[test]
    fn an_unclosed_quote_ends_with_its_line() {
        assert_eq!(code(Language::JavaScript, "a = /\"/;\nb"), "a = / b");
        assert_eq!(code(Language::Shell, "echo it's\nb"), "echo it b");
    }

    #[test]
    fn strings_can_be_kept() {
        let masked = mask(Language::Python, "{\"client_assertion\": t} # \"x\"");
        assert_eq!(String::from_utf8(masked.with_strings).unwrap().trim_end(), "{\"client_assertion\": t}");
        let masked = mask(Language::JavaScript, "`a=1&\nclient_assertion=${t}`");
        assert_eq!(masked.with_strings, b"`a=1&\nclient_assertion=${t}`");
    }
}
