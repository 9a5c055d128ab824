//! Patterns with `?` and `*`, matched without backtracking.

use std::collections::HashMap;

/// Places held in one machine word.
const BITS: usize = u64::BITS as usize;

/// Whether the whole of `text` fits `pattern`: `?` is exactly one character, `*` any number of them.
///
/// Time is the length of the text times a 64th of the pattern's length, whatever the two hold.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    Automaton::new(pattern).accepts(text)
}

/// All places in the pattern that can be reached at once, one bit each: bit `i` says that the first `i`
/// characters of the pattern, stars not counted, have been met.
struct Automaton {
    /// How many characters the pattern has, stars not counted.
    length: usize,
    /// Places before a star, where every character may be passed over.
    loops: Vec<u64>,
    /// Places before a `?`.
    any: Vec<u64>,
    /// Places before a `?` or before this character.
    before: HashMap<char, Vec<u64>>,
}

impl Automaton {
    fn new(pattern: &str) -> Self {
        let length = pattern.chars().filter(|c| *c != '*').count();
        let empty = vec![0; length / BITS + 1];
        let mut automaton = Self { length, loops: empty.clone(), any: empty, before: HashMap::new() };
        for (place, c) in places(pattern) {
            match c {
                '*' => set(&mut automaton.loops, place),
                '?' => set(&mut automaton.any, place),
                _ => {}
            }
        }
        // A `?` takes every character, so each character's places start from those of `?`.
        for (place, c) in places(pattern).filter(|(_, c)| !matches!(c, '*' | '?')) {
            set(automaton.before.entry(c).or_insert_with(|| automaton.any.clone()), place);
        }
        automaton
    }

    /// Reads the text once and looks whether the pattern's end was reached.
    fn accepts(&self, text: &str) -> bool {
        let mut reached = vec![0; self.any.len()];
        set(&mut reached, 0);
        for c in text.chars() {
            self.step(&mut reached, c);
        }
        reached.get(self.length / BITS).is_some_and(|word| (word >> (self.length % BITS)) & 1 == 1)
    }

    /// Moves every reached place on by one character; the topmost bit of a word carries into the next.
    fn step(&self, reached: &mut [u64], c: char) {
        let before = self.before.get(&c).unwrap_or(&self.any);
        let mut carry = 0;
        for ((word, before), loops) in reached.iter_mut().zip(before).zip(&self.loops) {
            let met = *word & before;
            *word = (met << 1) | carry | (*word & loops);
            carry = met >> (BITS - 1);
        }
    }
}

/// The pattern's characters, each with the number of characters other than stars before it.
fn places(pattern: &str) -> impl Iterator<Item = (usize, char)> {
    pattern.chars().scan(0, |next, c| {
        let place = *next;
        *next += usize::from(c != '*');
        Some((place, c))
    })
}

fn set(bits: &mut [u64], place: usize) {
    if let Some(word) = bits.get_mut(place / BITS) {
        *word |= 1 << (place % BITS);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => naive(rest, text),
            (Some(('*', rest)), Some((_, tail))) => naive(rest, text) || naive(pattern, tail),
            (Some((wanted, rest)), Some((c, tail))) => (*wanted == '?' || wanted == c) && naive(rest, tail),
            _ => false,
        }
    }

    #[test]
    fn patterns_fit_as_documented() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("?", "éa", false),
            ("a?c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abcd", false),
            ("repo:contoso/*:ref:refs/heads/*", "repo:contoso/app:ref:refs/heads/main", true),
            ("repo:contoso/*:ref:refs/heads/*", "repo:contoso/app:pull_request", false),
            ("*aab", "aaaab", true),
            ("a.c", "abc", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_pattern_longer_than_one_machine_word_carries_over() {
        for length in [63, 64, 65, 127, 128, 129] {
            let text = "x".repeat(length);
            assert!(fits(&"?".repeat(length), &text), "{length}");
            assert!(!fits(&"?".repeat(length + 1), &text), "{length}");
            assert!(fits(&format!("{text}*"), &text), "{length}");
            assert!(!fits(&format!("{text}y"), &text), "{length}");
        }
    }

    #[test]
    fn a_hundred_thousand_stars_finish() {
        let text = "a".repeat(10_000);
        assert!(fits(&"*".repeat(100_000), &text));
        assert!(!fits(&format!("{}b", "*a".repeat(2_000)), &text));
    }

    proptest! {
        #[test]
        fn agrees_with_the_naive_matcher(pattern in "[ab?*]{0,9}", text in "[abc]{0,9}") {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(fits(&pattern, &text), naive(&letters(&pattern), &letters(&text)));
        }
    }
}
