//! Recognises a failure by the sentence of its message where the number is missing.

use std::cmp::Reverse;
use std::ops::Range;

use memchr::memmem;

use super::scan::{Hit, HitKind};
use super::sieve::{Lowered, Sieve};
use super::text::Text;
use super::unwrap::{Vocabulary, running_text};
use super::window::View;
use super::{decode, escape};

/// How much of the text around a word is read, in bytes.
const ZONE_BEFORE: usize = 1_500;
const ZONE_AFTER: usize = 3_000;

/// How far from a word a sentence that contains it can begin, in bytes.
const SENTENCE: usize = 1_000;

/// The longest text that stands for a placeholder, in bytes.
pub(super) const MAX_GAP: usize = 300;

/// How near on the same line a numbered failure explains a sentence, in bytes.
const SAME_RECORD: usize = 1_500;

/// How near on another line a number is the number of a sentence, in bytes.
const SAME_MESSAGE: usize = 300;

/// A sentence with placeholders.
#[derive(Debug)]
struct Template {
    code: &'static str,
    parts: Vec<String>,
    /// Which part is searched for.
    key: usize,
    /// Literal bytes: the longest template wins.
    weight: usize,
}

/// All sentences, ready to be searched for.
#[derive(Debug)]
pub(super) struct Wordings {
    sieve: Sieve,
    templates: Vec<Template>,
}

impl Wordings {
    /// Prepares the messages of codes.
    pub(super) fn new(messages: &[(&'static str, &'static str)]) -> Self {
        let templates: Vec<_> = messages.iter().filter_map(|(code, message)| template(code, message)).collect();
        Self { sieve: Sieve::new(templates.iter().map(|template| template.parts.as_slice())), templates }
    }

    /// The failures in a part of the input that are named by a sentence; `told` is where the last sentence ended.
    pub(super) fn hits(&self, view: View<'_>, lowered: &Lowered, words: &Vocabulary, told: &mut usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        let suspects = self.sieve.suspects(lowered);
        let mut rest = suspects.as_slice();
        while let Some((at, _)) = rest.first() {
            let (near, further) = rest.split_at(rest.partition_point(|(other, _)| *other < at + SENTENCE));
            rest = further;
            let mut suspected: Vec<_> = near.iter().map(|(_, sentence)| *sentence).collect();
            suspected.sort_unstable();
            suspected.dedup();
            let start = at.saturating_sub(ZONE_BEFORE);
            for start in [Some(start), form_start(view, *at)].into_iter().flatten() {
                self.read_zone(view, start..at + ZONE_AFTER, &suspected, words, told, &mut hits);
            }
        }
        hits
    }

    fn read_zone(
        &self,
        view: View<'_>,
        zone: Range<usize>,
        suspected: &[usize],
        words: &Vocabulary,
        told: &mut usize,
        hits: &mut Vec<Hit>,
    ) {
        let text = normalised(&running_text(view, zone.start, zone.len(), words));
        for (template, range) in self.matches(text.as_str(), suspected) {
            if text.raw(range.start) < *told {
                continue;
            }
            *told = text.raw(range.end);
            let near = Numbers::around(&text, &range, template.code);
            hits.extend(near.unseen(view, &text));
            let at = text.raw(range.start)..text.raw(range.end.saturating_sub(1)) + 1;
            match near.explain_it(view, &text, &range) {
                None => hits.push(Hit { at, kind: HitKind::Wording(template.code) }),
                Some(true) => hits.push(Hit { at, kind: HitKind::Echo(template.code) }),
                Some(false) => {}
            }
        }
    }

    /// The suspected sentences in a normalised text; of those that overlap, the one with most literal text.
    fn matches(&self, text: &str, suspected: &[usize]) -> Vec<(&Template, Range<usize>)> {
        let templates = suspected.iter().filter_map(|index| self.templates.get(*index));
        let mut found: Vec<_> =
            templates.flat_map(|template| template.all(text).map(move |range| (template, range))).collect();
        found.sort_by_key(|(template, range)| (Reverse(template.weight), range.start));
        let mut chosen: Vec<(&Template, Range<usize>)> = Vec::new();
        for (template, range) in found {
            if chosen.iter().all(|(_, other)| range.end <= other.start || other.end <= range.start) {
                chosen.push((template, range));
            }
        }
        chosen.sort_by_key(|(_, range)| range.start);
        chosen
    }
}

impl Template {
    /// Where the sentence stands in a text.
    fn all<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> {
        let key = self.parts.get(self.key).map_or("", String::as_str);
        let places = memmem::find_iter(text.as_bytes(), key.as_bytes()).map(|at| at..at + key.len());
        places.filter_map(|key| self.whole(text, key))
    }

    /// Where the whole sentence stands, given where its key does.
    fn whole(&self, text: &str, key: Range<usize>) -> Option<Range<usize>> {
        let (mut start, mut end) = (key.start, key.end);
        for part in self.parts.get(..self.key)?.iter().rev() {
            let from = text.floor_char_boundary(start.saturating_sub(part.len() + MAX_GAP));
            let gap = text.get(from..start)?;
            start =
                from + gap.rfind(part.as_str()).filter(|at| !gap.get(*at..).is_some_and(|gap| gap.contains('\n')))?;
        }
        for part in self.parts.get(self.key + 1..)? {
            let gap = text.get(end..text.floor_char_boundary(end + part.len() + MAX_GAP))?;
            let at = gap.find(part.as_str()).filter(|at| !gap.get(..*at).is_some_and(|gap| gap.contains('\n')))?;
            end += at + part.len();
        }
        let cut = |outside: Option<char>, inside: Option<char>| {
            outside.is_some_and(char::is_alphanumeric) && inside.is_some_and(char::is_alphanumeric)
        };
        let found = text.get(start..end)?;
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        let whole = !cut(before, found.chars().next()) && !cut(after, found.chars().next_back());
        whole.then_some(start..end)
    }
}

/// The numbered failures around a sentence, in the normalised text.
struct Numbers {
    code: String,
    before: Option<Range<usize>>,
    after: Option<Range<usize>>,
}

impl Numbers {
    fn around(text: &Text, sentence: &Range<usize>, code: &str) -> Self {
        let text = text.as_str();
        let before = text.get(..sentence.start).unwrap_or_default();
        let after = text.get(sentence.end..).unwrap_or_default();
        let shift = |range: Range<usize>| range.start + sentence.end..range.end + sentence.end;
        Self {
            code: code.to_ascii_lowercase(),
            before: before.rmatch_indices("aadsts").find_map(|(at, _)| numbered(text, at)),
            after: after.match_indices("aadsts").find_map(|(at, _)| numbered(after, at)).map(shift),
        }
    }

    /// A number that only became readable when its pieces were put together.
    fn unseen(&self, view: View<'_>, text: &Text) -> Option<Hit> {
        let range = self.before.clone()?;
        let number = text.as_str().get(range.start + "aadsts".len()..range.end)?.parse().ok()?;
        let at = text.raw(range.start)..text.raw(range.end - 1) + 1;
        let split = !view.after(at.start, 6).eq_ignore_ascii_case(b"AADSTS");
        split.then_some(Hit { at, kind: HitKind::Aadsts(number) })
    }

    /// Whether the platform's own code stands near its sentence.
    fn is_named(&self, text: &str, sentence: &Range<usize>) -> bool {
        let start = text.floor_char_boundary(sentence.start.saturating_sub(SAME_RECORD));
        let end = text.floor_char_boundary(sentence.end + SAME_RECORD);
        text.get(start..end).is_some_and(|around| around.contains(&self.code))
    }

    /// Whether a numbered failure near the sentence is of the same code; none where no number is near.
    fn explain_it(&self, view: View<'_>, text: &Text, sentence: &Range<usize>) -> Option<bool> {
        if !self.code.starts_with("aadsts") && self.is_named(text.as_str(), sentence) {
            return Some(true);
        }
        let same = |number: &Range<usize>| text.as_str().get(number.clone()) == Some(self.code.as_str());
        let between = self.before.as_ref().map_or(0, |number| number.end)..sentence.start;
        let before = self
            .before
            .as_ref()
            .map(same)
            .filter(|same| is_same_line(view, text, &between) || is_same_message(view, text, &between, *same));
        // The message of this very number is read along with it.
        if before == Some(true) && text.as_str().get(between).is_some_and(|between| between.trim() == ":") {
            return Some(false);
        }
        let after = self.after.as_ref().filter(|number| {
            let between = sentence.end..number.start;
            is_same_line(view, text, &between)
                || (!self.code.starts_with("aadsts") && is_same_paragraph(text, &between))
        });
        let after = after.map(same);
        before.into_iter().chain(after).reduce(|one, other| one || other)
    }
}

/// Where the form around a word begins, which can only be undone from its first character on.
fn form_start(view: View<'_>, at: usize) -> Option<usize> {
    let before = view.before(at, ZONE_BEFORE);
    let field = before.iter().rposition(|byte| b" \n\"<>?#&".contains(byte)).map_or(0, |end| end + 1);
    (escape::form_levels(view.after(at, 64)) > 0).then_some(at - before.len() + field)
}

/// Whether one line of the input holds both ends of a part of the text.
fn is_same_line(view: View<'_>, text: &Text, between: &Range<usize>) -> bool {
    between.len() <= SAME_RECORD && !view.contains(text.raw(between.start)..text.raw(between.end), b"\n")
}

/// Whether a platform's own sentence only introduces a numbered failure.
fn is_same_paragraph(text: &Text, between: &Range<usize>) -> bool {
    between.len() <= SAME_RECORD && text.as_str().get(between.clone()).is_some_and(|words| !words.contains('\n'))
}

/// Whether what stands between a number and a sentence does not part them; less parts them from another code's number.
fn is_same_message(view: View<'_>, text: &Text, between: &Range<usize>, same_code: bool) -> bool {
    let words = text.as_str().get(between.clone()).unwrap_or_default();
    let raw = view.slice(text.raw(between.start)..text.raw(between.end));
    let ended = raw
        .split_inclusive(|byte| *byte == b'\n')
        .any(|line| line.ends_with(b"\n") && line.trim_ascii().ends_with(b"."));
    words.len() <= SAME_MESSAGE && !words.contains('\n') && !words.contains("trace id:") && (same_code || !ended)
}

/// `aadsts` at that place with its digits.
fn numbered(text: &str, at: usize) -> Option<Range<usize>> {
    let digits = text.get(at + "aadsts".len()..)?.bytes().take_while(u8::is_ascii_digit).count();
    (4..10).contains(&digits).then_some(at..at + "aadsts".len() + digits)
}

fn template(code: &'static str, message: &str) -> Option<Template> {
    let message = decode::plain_str(message);
    let parts: Vec<_> =
        literal_parts(&message).into_iter().map(|part| normalised_str(part).trim().to_owned()).collect();
    let parts: Vec<_> =
        parts.into_iter().filter(|part| part.bytes().filter(u8::is_ascii_alphanumeric).count() >= 2).collect();
    let key = (0..parts.len()).max_by_key(|index| parts.get(*index).map_or(0, String::len))?;
    let weight = parts.iter().map(String::len).sum();
    (weight >= 8).then_some(Template { code, parts, key, weight })
}

/// What stands between the `{placeholders}`.
fn literal_parts(message: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = message;
    while let Some((literal, after)) = rest.split_once('{') {
        parts.push(literal);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    parts.push(rest);
    parts
}

/// Lower case, one kind of quote, single blanks; line ends stay.
fn normalised(text: &Text) -> Text {
    let mut out = Text::like(text);
    for (index, char) in text.as_str().char_indices() {
        let char = match char {
            '"' | '`' => '\'',
            '\n' => '\n',
            char if char.is_whitespace() => ' ',
            char => char.to_ascii_lowercase(),
        };
        let repeated = char == ' ' && out.as_str().ends_with([' ', '\n']);
        if !repeated {
            out.push(char, text.raw(index));
        }
    }
    out
}

fn normalised_str(text: &str) -> String {
    normalised(&Text::lossy(text.as_bytes(), 0)).as_str().to_owned()
}
