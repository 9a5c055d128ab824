//! Failures that stand in fields rather than in running text.

use fedlens_catalog::{Code, Failure, Fields, FoundBy, find};
use memchr::memmem;
use serde_json::Value;

/// The longest message that is kept, in bytes.
const MAX_MESSAGE_BYTES: usize = 4_000;

/// How many failures are kept of one run.
const MAX_FAILURES: usize = 100;

/// The longest text of one field that is searched, in bytes.
const MAX_FIELD_BYTES: usize = 1 << 20;

/// Says where in the input a value stands that was read out of a parsed document.
///
/// Values are asked for in the order of the document, so each search starts where the last one ended.
#[derive(Debug)]
pub(crate) struct Locator<'t> {
    text: &'t str,
    /// Where the text begins in the input.
    base: usize,
    /// Where the last value was found in the text.
    position: usize,
    /// The line of the input that is at.
    line: usize,
    /// How many values were not found.
    misses: usize,
    /// Whether what is being read is only a part of the document that the text is.
    nested: bool,
}

impl<'t> Locator<'t> {
    /// A locator for a text that begins at that byte and line of the input.
    pub(crate) fn new(text: &'t str, base: usize, line: usize) -> Self {
        Self { text, base, position: 0, line, misses: 0, nested: false }
    }

    /// The text that values are looked for in.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// From here on, parts of the document are read.
    pub(crate) fn descend(&mut self) {
        self.nested = true;
    }

    /// The failures in a document: in its text as it is written, or in a part of it as it was parsed.
    pub(crate) fn find(&mut self, document: &Value) -> Vec<Failure> {
        if self.nested {
            let mut failures = find(document.to_string().as_bytes());
            for failure in &mut failures {
                let code = failure.code.to_string();
                self.place(&code, std::slice::from_mut(failure));
            }
            return failures;
        }
        let mut failures = find(self.text.as_bytes());
        for failure in &mut failures {
            failure.at = self.base + failure.at.start..self.base + failure.at.end;
            failure.line += self.line - 1;
        }
        failures
    }

    /// Puts the failures where the value stands; where it is not found, where the search stands.
    pub(crate) fn place(&mut self, value: &str, failures: &mut [Failure]) {
        self.advance_to(value);
        let start = self.base + self.position;
        for failure in failures {
            failure.at = start..start + value.len();
            failure.line = self.line;
        }
    }

    /// Moves on to the next place of the value.
    fn advance_to(&mut self, value: &str) {
        // A value that was escaped is not found; giving up soon keeps the whole linear.
        if value.is_empty() || self.misses > 32 {
            return;
        }
        let rest = self.text.as_bytes().get(self.position..).unwrap_or_default();
        match memmem::find(rest, value.as_bytes()) {
            Some(offset) => {
                self.line += memchr::memchr_iter(b'\n', rest.get(..offset).unwrap_or_default()).count();
                self.position += offset;
            }
            None => self.misses += 1,
        }
    }
}

/// The failures in the text of a field, without Power BI's `<ccon>` marks.
pub(crate) fn in_field(text: &str) -> Vec<Failure> {
    find(bounded(&without_marks(text), MAX_FIELD_BYTES).as_bytes())
}

/// A failure named by a field of its own.
pub(crate) fn named(code: Code, message: &str) -> Failure {
    Failure {
        code,
        found_by: FoundBy::Code,
        at: 0..0,
        line: 1,
        mentions: 1,
        message: bounded(without_marks(message).trim(), MAX_MESSAGE_BYTES).to_owned(),
        fields: Fields::default(),
    }
}

/// The code in a code field: an AADSTS code, a platform's own, or none where the field holds prose.
pub(crate) fn code(field: &str) -> Option<Code> {
    let field = field.trim();
    let plain = !field.is_empty()
        && field.len() <= 120
        && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let number = field.strip_prefix("AADSTS").and_then(|digits| digits.parse().ok());
    plain.then(|| number.map_or_else(|| Code::platform(field), Code::aadsts))
}

/// Adds what is new; what is known gains mentions and the fields it lacked.
pub(crate) fn merge(into: &mut Vec<Failure>, more: impl IntoIterator<Item = Failure>) {
    for failure in more {
        if let Some(same) = into.iter_mut().find(|known| is_same(known, &failure)) {
            add(same, failure);
        } else if into.len() < MAX_FAILURES {
            into.push(failure);
        }
    }
}

/// Counts another mention of a failure.
fn add(same: &mut Failure, failure: Failure) {
    same.mentions += failure.mentions;
    if failure.found_by == FoundBy::Code {
        same.found_by = FoundBy::Code;
    }
    if same.message.is_empty() {
        same.message = failure.message;
    }
    same.fields.fill(failure.fields);
}

/// Whether two failures are one: the same code, and nothing in what they say of the assertion differs.
fn is_same(left: &Failure, right: &Failure) -> bool {
    let pairs = [
        (&left.fields.issuer, &right.fields.issuer),
        (&left.fields.subject, &right.fields.subject),
        (&left.fields.audience, &right.fields.audience),
        (&left.fields.application, &right.fields.application),
        (&left.fields.key, &right.fields.key),
    ];
    left.code == right.code && pairs.into_iter().all(|(left, right)| left.is_none() || right.is_none() || left == right)
}

/// The text without `<ccon>` and `</ccon>`, which wrap what came from the customer.
pub(crate) fn without_marks(text: &str) -> String {
    text.replace("<ccon>", "").replace("</ccon>", "")
}

/// At most that many bytes of a text, cut between characters.
pub(crate) fn bounded(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_field_holds_a_code_or_prose() {
        assert_eq!(code("AADSTS700229"), Some(Code::aadsts(700_229)));
        assert_eq!(code(" GatewayError "), Some(Code::platform("GatewayError")));
        assert_eq!(code("Something went wrong"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn merging_counts_mentions_and_fills_gaps() {
        let mut failures = vec![named(Code::platform("A"), "")];
        let mut again = named(Code::platform("A"), "said later");
        again.fields.tenant = Some("contoso".to_owned());
        merge(&mut failures, [again, named(Code::platform("B"), "")]);
        assert_eq!(failures.len(), 2);
        assert_eq!(failures[0].mentions, 2);
        assert_eq!(failures[0].message, "said later");
        assert_eq!(failures[0].fields.tenant.as_deref(), Some("contoso"));
    }

    #[test]
    fn other_subjects_are_other_failures() {
        let of_subject = |subject: &str| {
            let mut failure = named(Code::aadsts(700_213), "");
            failure.fields.subject = Some(subject.to_owned());
            failure
        };
        let mut failures = vec![of_subject("a")];
        merge(&mut failures, [of_subject("b"), of_subject("a"), named(Code::aadsts(700_213), "")]);
        assert_eq!(failures.iter().map(|failure| failure.mentions).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn places_are_found_in_order() {
        let mut locator = Locator::new("one\ntwo\none", 100, 7);
        let mut failures = vec![named(Code::platform("X"), "")];
        locator.place("two", &mut failures);
        assert_eq!((failures[0].at.clone(), failures[0].line), (104..107, 8));
        locator.place("one", &mut failures);
        assert_eq!((failures[0].at.clone(), failures[0].line), (108..111, 9));
        locator.place("absent", &mut failures);
        assert_eq!(failures[0].line, 9);
    }

    #[test]
    fn a_message_is_cut_between_characters() {
        let message = format!("<ccon>{}</ccon>", "ü".repeat(MAX_MESSAGE_BYTES));
        assert_eq!(named(Code::platform("X"), &message).message.len(), MAX_MESSAGE_BYTES);
    }
}
