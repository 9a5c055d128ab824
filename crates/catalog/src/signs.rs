//! Phrases by which people describe a cause, found in what they wrote.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::causes;

/// How much of a text is searched: what people write is short, and logs do not describe causes.
const MAX_TEXT: usize = 256 << 10;

/// A phrase in a text that points to a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sign {
    /// The cause's id.
    pub cause: &'static str,
    /// The phrase.
    pub phrase: &'static str,
}

struct Phrases {
    automaton: Option<AhoCorasick>,
    signs: Vec<Sign>,
}

/// The signs in a text, each cause once, in order of their first mention. Letter case does not count.
pub fn signs(text: &[u8]) -> Vec<Sign> {
    let phrases = phrases();
    let Some(automaton) = &phrases.automaton else { return Vec::new() };
    let text = text.get(..MAX_TEXT).unwrap_or(text);
    let mut found: Vec<Sign> = Vec::new();
    for hit in automaton.find_iter(text) {
        let inside_a_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        let before = hit.start().checked_sub(1).and_then(|at| text.get(at));
        if inside_a_word(before) || inside_a_word(text.get(hit.end())) {
            continue;
        }
        let Some(sign) = phrases.signs.get(hit.pattern().as_usize()) else { continue };
        if !found.iter().any(|known| known.cause == sign.cause) {
            found.push(*sign);
        }
    }
    found
}

fn phrases() -> &'static Phrases {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    PHRASES.get_or_init(|| {
        let of_cause =
            |cause: &'static crate::Cause| cause.signs.iter().map(move |phrase| Sign { cause: cause.id, phrase });
        let signs: Vec<Sign> = causes().iter().flat_map(of_cause).collect();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(signs.iter().map(|sign| sign.phrase))
            .ok();
        Phrases { automaton, signs }
    })
}

#[cfg(test)]
mod tests {
    use super::signs;

    fn found(text: &str) -> Vec<&'static str> {
        signs(text.as_bytes()).into_iter().map(|sign| sign.cause).collect()
    }

    #[test]
    fn a_phrase_points_to_its_cause_in_any_letter_case() {
        assert_eq!(found("It is Byte-Identical, yet refused"), ["fic.stale-record"]);
    }

    #[test]
    fn a_phrase_inside_a_word_does_not() {
        assert!(found("xintermittentx").is_empty());
    }

    #[test]
    fn each_cause_counts_once() {
        assert_eq!(found("intermittent, and it works again"), ["issuer.metadata-transient"]);
    }
}
