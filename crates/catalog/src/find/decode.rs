//! Takes off what programs put around a message: escapes, entities, terminal colours, Markdown.
//!
//! The layers may be nested in any order, so one pass that knows them all is
//! repeated until it changes nothing that could hide another layer.

use std::ops::Range;

use super::text::Text;
use super::{escape, markup};

/// The most passes over a text.
const PASSES: usize = 6;

/// What stands in the text for something that was peeled off.
#[derive(Debug)]
pub(super) enum Peeled {
    /// Nothing.
    Nothing,
    /// One character.
    Char(char),
    /// Several characters.
    Owned(String),
    /// A part of what was there, such as the words of a link.
    Part(Range<usize>),
}

/// Something recognised at a position: its length and what it stands for.
pub(super) type Recognised = Option<(usize, Peeled)>;

/// The text that was meant, whatever it was wrapped in.
pub(super) fn plain(raw: &[u8], base: usize) -> Text {
    let mut text = Text::lossy(raw, base);
    for _ in 0..PASSES {
        let (peeled, again) = peel(&text);
        text = peeled;
        if !again {
            break;
        }
    }
    text
}

/// Template text in the same form as [`plain`] gives.
pub(super) fn plain_str(text: &str) -> String {
    plain(text.as_bytes(), 0).as_str().to_owned()
}

fn peel(text: &Text) -> (Text, bool) {
    let source = text.as_str();
    let bytes = source.as_bytes();
    let mut out = Text::like(text);
    let mut again = false;
    let mut index = 0;
    while let Some(rest) = bytes.get(index..).filter(|rest| !rest.is_empty()) {
        let plain = rest.iter().position(|byte| SPECIAL[usize::from(*byte)]).unwrap_or(rest.len());
        out.append(text, index..index + plain);
        index += plain;
        let Some(found) = source.get(index..).filter(|rest| !rest.is_empty()) else { continue };
        let at = text.raw(index);
        match recognise(found, out.as_str().chars().next_back()) {
            Some((length, peeled)) => {
                again |= hides_more(&peeled);
                match peeled {
                    Peeled::Nothing => {}
                    Peeled::Char(char) => out.push(char, at),
                    Peeled::Owned(chars) => out.push_str(&chars, at),
                    Peeled::Part(part) => out.append(text, index + part.start..index + part.end),
                }
                index += length.max(1);
            }
            None => {
                let length = found.chars().next().map_or(1, char::len_utf8);
                out.append(text, index..index + length);
                index += length;
            }
        }
    }
    (out, again)
}

/// The bytes at which something may be recognised.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] = is_special(byte as u8);
        byte += 1;
    }
    special
};

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'\\' | b'&' | b'[' | b'*' | b'<' | b'"' | 0..=8 | 11..=31 | 127 | 0xc2 | 0xc3 | 0xce | 0xe2 | 0xef)
}

fn recognise(text: &str, before: Option<char>) -> Recognised {
    match text.as_bytes().first()? {
        b'\\' => escape::backslash(text, before),
        b'&' => escape::entity(text),
        b'[' => markup::link(text).or_else(|| markup::colour_remains(text)),
        b'*' => markup::bold(text, before),
        b'<' => markup::tag(text),
        b'"' => markup::doubled_quote(text, before),
        0x1b => markup::terminal_sequence(text),
        b'\r' => Some((1, Peeled::Char(' '))),
        0..=31 | 127 => Some((1, Peeled::Nothing)),
        _ => markup::typography(text),
    }
}

/// Whether what was peeled off may be the start of another layer.
fn hides_more(peeled: &Peeled) -> bool {
    match peeled {
        Peeled::Nothing => false,
        Peeled::Char(char) => matches!(char, '&' | '[' | '*' | '<' | '\u{1b}'),
        Peeled::Owned(_) | Peeled::Part(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::plain_str;

    #[test]
    fn every_wrapping_comes_off() {
        for (raw, text) in [
            (r"a\\\\r\\\\nTrace ID", "a \nTrace ID"),
            (r#"say \\\"x\\\" and \u0027y\u0027"#, "say \"x\" and 'y'"),
            (r"\\u0026quot;z\\u0026quot;", "\"z\""),
            ("&amp;amp;#8217;", "'"),
            ("a&nbsp;b\u{a0}c", "a b c"),
            ("‘s’ “t”", "'s' \"t\""),
            ("\u{1b}[31mError\u{1b}[0m: \u{1b}]8;;http://x\u{7}link", "Error: link"),
            ("[31mError[0m", "Error"),
            (r"\u001b[1mError\x1b[0m \033[0m.", "Error ."),
            ("9[15](https://github.com/o/r/actions/runs/1#step:5:16)d5", "915d5"),
            ("[**one**](https://example.com)", "one"),
            ("**bold** and *** and '**'", "bold and *** and '**'"),
            ("<ccon>x</ccon><br/>y &lt;br&gt; <tenant-id>", "x\ny \n <tenant-id>"),
            (r#"{""error"":""x"",""sub"":""}"#, r#"{"error":"x","sub":""}"#),
            (r"NT AUTHORITY\\\\ANONYMOUS and CORP\robert C:\new", r"NT AUTHORITY\ANONYMOUS and CORP\robert C:\new"),
            (r"b'\xe2\x80\x98x\xe2\x80\x99'", "b''x''"),
            ("issuer â€˜xâ€™ ï¿½ Â\u{a0}.", "issuer 'x' \u{fffd}  ."),
            ("\u{0}N\u{0}U\u{0}L", "NUL"),
        ] {
            assert_eq!(plain_str(raw), text, "{raw}");
        }
    }
}
