//! Puts a message together again that a terminal, a box or a log wrapped over several lines.

use std::collections::HashSet;

use super::message;
use super::text::Text;
use super::window::{Line, Lines, View};

/// How many lines ahead the end of a paragraph is looked for.
const LOOKAHEAD: usize = 8;

/// The narrowest line that is taken for the full width of a terminal.
const MIN_WIDTH: usize = 40;

/// How a line continues the text before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    /// It does not.
    Stop,
    /// As a line of its own.
    Line,
    /// As the next word.
    Blank,
    /// In the middle of a word.
    Glue,
}

/// The words of known messages, which tell a cut word from two words.
#[derive(Debug, Default)]
pub(super) struct Vocabulary(HashSet<String>);

impl Vocabulary {
    pub(super) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let words = texts.into_iter().flat_map(|text| text.split(|char: char| !char.is_ascii_alphabetic()));
        let labels =
            ["aadsts", "trace", "correlation", "timestamp", "subject", "audience", "issuer", "presented", "against"];
        let known = words.filter(|word| word.len() > 1).chain(labels);
        Self(known.map(str::to_ascii_lowercase).collect())
    }

    fn knows(&self, word: &str) -> bool {
        word == "a" || self.0.contains(&word.to_ascii_lowercase())
    }
}

/// The text from `start` on, as far as it can belong to one message and its data.
pub(super) fn message_text(view: View<'_>, start: usize, limit: usize, words: &Vocabulary) -> Text {
    let mut lines = Lines::new(view, start, limit);
    let mut previous = lines.next().unwrap_or_default();
    let mut out = previous.text.clone();
    let mut cut_at: Option<Option<usize>> = None;
    while let Some(next) = lines.peek(0).cloned() {
        let mut join = relation(out.as_str(), &previous, &next, cut_at.flatten(), &mut lines);
        if join == Join::Blank {
            let width = *cut_at.get_or_insert_with(|| cut_width(&previous, &mut lines));
            join = wrap(out.as_str(), &previous, &next, width, words);
        }
        match join {
            Join::Stop => break,
            Join::Line => out.push('\n', next.text.raw(0)),
            Join::Blank => out.push(' ', next.text.raw(0)),
            Join::Glue => {}
        }
        out.append(&next.text, 0..next.text.len());
        previous = next;
        lines.next();
    }
    out
}

/// All lines in a range as running text, for finding sentences that were wrapped; records and paragraphs stay apart.
pub(super) fn running_text(view: View<'_>, start: usize, limit: usize, words: &Vocabulary) -> Text {
    let mut lines = Lines::new(view, start, limit);
    let mut previous = lines.next().unwrap_or_default();
    let mut out = previous.text.clone();
    while let Some(next) = lines.next() {
        let apart = next.text.len() == 0 || previous.text.len() == 0 || next.prefix.stamped;
        if apart {
            out.push('\n', next.text.raw(0));
        } else if wrap(out.as_str(), &previous, &next, None, words) != Join::Glue {
            out.push(' ', next.text.raw(0));
        }
        out.append(&next.text, 0..next.text.len());
        previous = next;
    }
    out
}

fn relation(out: &str, previous: &Line, next: &Line, cut_at: Option<usize>, lines: &mut Lines<'_>) -> Join {
    let text = next.text.as_str().trim();
    let so_far = out.trim_end();
    if text.is_empty() || message::is_stack_frame(text) {
        return Join::Stop;
    }
    if message::ends_in_half_a_label(so_far) {
        return Join::Blank;
    }
    if message::begins_label(text) {
        return Join::Line;
    }
    if previous.prefix.boxed && next.prefix.boxed || matches!(so_far, "" | ":") {
        return Join::Blank;
    }
    let after_ids = so_far.rsplit('\n').next().is_some_and(message::begins_label);
    let goes_on = !after_ids && is_open(so_far) && starts_in_a_sentence(text);
    if next.prefix.stamped && !goes_on {
        return Join::Stop;
    }
    if is_member(text)
        || (text.starts_with(['}', ']']) || text.bytes().all(|byte| byte.is_ascii_digit())) && out.contains("\n\"")
    {
        return Join::Line;
    }
    let hard = previous.width >= MIN_WIDTH && (previous.width == next.width || cut_at == Some(previous.width));
    if goes_on || (hard && is_open(so_far)) || text.starts_with("http") || has_label_ahead(lines) {
        Join::Blank
    } else {
        Join::Stop
    }
}

/// A member of a JSON object on a line of its own.
fn is_member(text: &str) -> bool {
    text.strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .is_some_and(|(key, rest)| key.len() <= 40 && rest.trim_start().starts_with(':'))
}

/// Whether the sentence has not ended yet.
fn is_open(text: &str) -> bool {
    !text.ends_with(['.', '!', '?', '"', '}', ']', ';', '>'])
}

fn starts_in_a_sentence(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|char| !char.is_uppercase() && !matches!(char, '{' | '[' | '#' | '<' | '$' | '+' | '-'))
}

/// Whether the trace id of this message stands further down in the same paragraph.
fn has_label_ahead(lines: &mut Lines<'_>) -> bool {
    for ahead in 0..LOOKAHEAD {
        let Some(line) = lines.peek(ahead) else { return false };
        let text = line.text.as_str().trim();
        if text.is_empty() || line.prefix.stamped || text.contains("AADSTS") || message::is_stack_frame(text) {
            return false;
        }
        if message::starts_with_label(text) || text.contains(" Trace ID:") {
            return true;
        }
    }
    false
}

/// The width at which the paragraph was cut regardless of words, if it was.
fn cut_width(first: &Line, lines: &mut Lines<'_>) -> Option<usize> {
    let mut widths = vec![first.width];
    for ahead in 0..LOOKAHEAD {
        match lines.peek(ahead) {
            Some(line) if line.text.len() > 0 && line.prefix.boxed == first.prefix.boxed => widths.push(line.width),
            _ => break,
        }
    }
    widths.pop();
    let widest = widths.iter().copied().max()?;
    let full = widths.iter().filter(|width| **width == widest).count();
    (full >= 2 && full * 10 >= widths.len() * 6).then_some(widest)
}

/// Whether the end of a line and the start of the next are one word or two.
fn wrap(out: &str, previous: &Line, next: &Line, cut_at: Option<usize>, words: &Vocabulary) -> Join {
    let text = next.text.as_str();
    if out.ends_with(char::is_whitespace) || next.prefix.indented || matches!(out, "" | ":") {
        return Join::Blank;
    }
    let tail = out.rsplit(char::is_whitespace).next().unwrap_or_default();
    let head = text.split(char::is_whitespace).next().unwrap_or_default();
    if is_cut_guid(tail, head) {
        return Join::Glue;
    }
    let last = tail.rsplit(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
    let first = head.split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
    if !last.is_empty() && !first.is_empty() {
        let together = words.knows(&format!("{last}{first}"));
        let apart = words.knows(last) && words.knows(first);
        match (together, apart) {
            (true, false) => return Join::Glue,
            (false, true) if !tail.contains("://") => return Join::Blank,
            _ => {}
        }
    }
    let full = previous.width >= MIN_WIDTH && previous.width >= next.width;
    let inside = is_open_quote(tail) || (tail.contains("://") && is_rest_of_address(tail, head));
    if cut_at == Some(previous.width) || (full && inside) { Join::Glue } else { Join::Blank }
}

/// Whether the two halves make a GUID that neither is.
fn is_cut_guid(tail: &str, head: &str) -> bool {
    let part = |char: char| char.is_ascii_hexdigit() || char == '-';
    let tail = tail.rsplit(|char: char| !part(char)).next().unwrap_or_default();
    let head = head.split(|char: char| !part(char)).next().unwrap_or_default();
    !tail.is_empty() && !head.is_empty() && message::is_guid(&format!("{tail}{head}"))
}

/// Whether the last word opens a quotation that it does not close.
fn is_open_quote(word: &str) -> bool {
    word.matches('\'').count() % 2 == 1 && word.starts_with('\'')
}

fn is_rest_of_address(tail: &str, head: &str) -> bool {
    let ends = tail.ends_with(['.', ',', '\'', '"', ')']);
    !ends
        && head.contains(['/', '-', '.', '?', '=', '#'])
        && !head.starts_with(char::is_uppercase)
        && !head.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrapped(text: &str) -> String {
        let words = Vocabulary::new(["No matching federated identity record found for presented assertion subject"]);
        message_text(View::new(text.as_bytes(), 0), 0, 4_000, &words).as_str().to_owned()
    }

    #[test]
    fn wrapped_lines_are_joined() {
        for (text, joined) in [
            (": No matching\nfederated record\n\nnext", ": No matching federated record"),
            (":\n No matching\n", ": No matching"),
            (": No.\r\nTrace ID: x\r\nCorrelation\r\nID: y\r\nother", ": No.\nTrace ID: x\nCorrelation ID: y"),
            (": No matching record\nWe see this since Monday", ": No matching record"),
            (": No.\n   at Contoso.Client.Get(String url)", ": No."),
            (": No.\n2026-02-03T10:15:02Z next", ": No."),
            (": No\n2026-02-03T10:15:02Z matching", ": No matching"),
            (": No \"a\",\n  \"error_codes\": [\n    1\n  ],\n}\n\"x\"", ": No \"a\",\n\"error_codes\": [\n1\n],\n}"),
        ] {
            assert_eq!(unwrapped(text), joined, "{text}");
        }
    }

    #[test]
    fn a_box_is_taken_apart() {
        let text =
            "│ x: No matching federated identity\n│ record found. See\n│ https://contoso.com/a\n│ \n│   with data.x";
        assert_eq!(unwrapped(text), "│ x: No matching federated identity record found. See https://contoso.com/a");
    }

    #[test]
    fn cut_words_become_whole() {
        let text = "│ x: No matching federated identity rec\n\
                    │ ord found for presented assertion sub\n\
                    │ ject 'repo:contoso/a:ref'. Trace ID: 1\n\
                    │ 1111111-2222-3333-4444-555555550100\n╵";
        assert!(unwrapped(text).ends_with(
            "identity record found for presented assertion subject 'repo:contoso/a:ref'. \
             Trace ID: 11111111-2222-3333-4444-555555550100"
        ));
    }
}
