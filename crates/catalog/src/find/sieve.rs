//! Tells quickly where a known sentence may stand.
//!
//! A few words that together occur in all sentences are searched for in the
//! raw bytes. Where one stands next to a neighbour that it has in a sentence,
//! and nearly all other words of that sentence are around, it is worth reading.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use memchr::memmem;

use super::scan::Literals;
use super::window::View;
use super::wording::MAX_GAP;

/// The most that is looked at before and behind a word, in bytes.
const BEFORE: usize = 600;
const AFTER: usize = 900;

/// How far away the next word may stand, in bytes: short words, escapes and frames may lie between.
const NEIGHBOUR: usize = 48;

/// How much longer than its words a piece of a sentence may be, in bytes.
const SLACK: usize = 60;

/// The shortest word that is searched for.
const MIN_SEARCHED: usize = 5;

/// The shortest word that counts.
const MIN_WORD: usize = 4;

/// How many words one search looks for: it is vectorised only for a few dozen.
const GROUP: usize = 48;

/// Words that logs are full of: another one of the sentence is searched for where there is one.
const COMMON: [&str; 48] = [
    "access", "account", "active", "after", "application", "attempts", "azure", "because", "before", "being", "check",
    "client", "configuration", "configured", "connect", "connection", "correct", "could", "default", "description", "error",
    "execution", "failed", "following", "function", "identifier", "include", "information", "invalid", "login", "message",
    "microsoft", "operation", "parameter", "please", "processing", "provided", "received", "refresh", "request", "required",
    "resource", "response", "server", "service", "status", "there", "token",
];

/// The words of a sentence.
#[derive(Debug)]
struct Sentence {
    words: Vec<String>,
    /// How much may stand between the first word and each, in bytes.
    reach: Vec<usize>,
}

/// A place of a word: the sentence, and the position in it.
#[derive(Clone, Copy, Debug)]
struct Place {
    sentence: usize,
    position: usize,
}

/// The words to search for and what must stand around them.
#[derive(Debug)]
pub(super) struct Sieve {
    search: Vec<Literals>,
    words: Vec<Searched>,
    sentences: Vec<Sentence>,
}

/// A part of the input in lower case, with what is around it.
#[derive(Debug, Default)]
pub(super) struct Lowered {
    bytes: Vec<u8>,
    base: usize,
    range: Range<usize>,
}

impl Lowered {
    /// Takes another part of the input.
    pub(super) fn fill(&mut self, view: View<'_>, range: Range<usize>) {
        self.base = range.start.saturating_sub(BEFORE);
        self.bytes.clear();
        self.bytes.extend_from_slice(view.slice(self.base..range.end + AFTER));
        self.bytes.make_ascii_lowercase();
        self.range = range;
    }

    /// Searches the part and calls back with the number and the place of what begins in it.
    pub(super) fn each(&self, literals: &Literals, mut found: impl FnMut(usize, usize)) {
        literals.each(self.slice(self.range.start..self.range.end + AFTER), |literal, start| {
            let at = self.range.start + start;
            if at < self.range.end {
                found(literal, at);
            }
        });
    }

    fn slice(&self, range: Range<usize>) -> &[u8] {
        let end = range.end.saturating_sub(self.base).min(self.bytes.len());
        let start = range.start.saturating_sub(self.base).min(end);
        self.bytes.get(start..end).unwrap_or_default()
    }
}

impl Sentence {
    fn new(parts: &[String]) -> Self {
        let mut sentence = Self { words: Vec::new(), reach: Vec::new() };
        let mut reach = 0;
        for part in parts {
            for word in words(part) {
                reach += 2 * word.len() + 8;
                sentence.words.push(word.to_owned());
                sentence.reach.push(reach);
            }
            reach += MAX_GAP;
        }
        sentence
    }

    /// Whether nearly all its words stand around a place; a line end may have cut some.
    fn is_around(&self, text: &Lowered, word: &Range<usize>, position: usize) -> bool {
        let (before, behind) = self.words.split_at(position);
        let reach = |index: usize| self.reach.get(index).copied().unwrap_or_default();
        let back = (reach(position) + SLACK).min(BEFORE);
        let ahead = (reach(self.words.len() - 1) - reach(position) + SLACK).min(AFTER);
        let allowed = match self.words.len() {
            0..=4 => 0,
            5..=8 => 1,
            _ => 2,
        };
        let lost = |words: &[String], side: &[u8]| {
            words.iter().rev().filter(|word| memmem::find(side, word.as_bytes()).is_none()).take(allowed + 1).count()
        };
        let lost_before = lost(before, text.slice(word.start.saturating_sub(back)..word.start));
        lost_before <= allowed && lost_before + lost(behind, text.slice(word.start..word.end + ahead)) <= allowed
    }
}

/// A word that is searched for, and the words that stand next to it in sentences, in order.
#[derive(Debug)]
struct Searched {
    length: usize,
    neighbours: Vec<(String, Place)>,
    /// Places without any neighbour.
    alone: Vec<Place>,
}

impl Searched {
    fn new(word: &str, places: Vec<Place>, sentences: &[Sentence]) -> Self {
        let mut searched = Self { length: word.len(), neighbours: Vec::new(), alone: Vec::new() };
        for place in places {
            let words = sentences.get(place.sentence).map(|sentence| sentence.words.as_slice()).unwrap_or_default();
            let before = place.position.checked_sub(1).and_then(|index| words.get(index));
            let beside: Vec<_> = before.into_iter().chain(words.get(place.position + 1)).collect();
            if beside.is_empty() {
                searched.alone.push(place);
            }
            searched.neighbours.extend(beside.into_iter().map(|word| (word.clone(), place)));
        }
        searched.neighbours.sort_by(|one, other| one.0.cmp(&other.0));
        searched
    }

    /// The places in sentences at which one of these words is the neighbour.
    fn beside<'s>(&'s self, words: impl Iterator<Item = &'s [u8]>) -> impl Iterator<Item = Place> {
        let known = words.flat_map(|word| {
            let start = self.neighbours.partition_point(|(neighbour, _)| neighbour.as_bytes() < word);
            let rest = self.neighbours.get(start..).unwrap_or_default();
            rest.iter().take_while(move |(neighbour, _)| neighbour.as_bytes() == word).map(|(_, place)| *place)
        });
        known.chain(self.alone.iter().copied())
    }
}

/// The nearest words before and behind a place.
fn nearest<'t>(text: &'t Lowered, word: &Range<usize>) -> impl Iterator<Item = &'t [u8]> {
    let outside = |byte: &u8| !byte.is_ascii_alphabetic();
    let before = text.slice(word.start.saturating_sub(NEIGHBOUR)..word.start).rsplit(outside);
    let behind = text.slice(word.end..word.end + NEIGHBOUR).split(outside);
    let long = |word: &&[u8]| word.len() >= MIN_WORD;
    before.filter(long).take(2).chain(behind.filter(long).take(2)).flat_map(|word| {
        // The letter of an escape sticks to the word behind it.
        let escaped = word.strip_prefix(b"n").or_else(|| word.strip_prefix(b"r"));
        [Some(word), escaped].into_iter().flatten()
    })
}

impl Sieve {
    /// A sieve for sentences, each given as its literal parts.
    pub(super) fn new<'p>(sentences: impl Iterator<Item = &'p [String]>) -> Self {
        let sentences: Vec<_> = sentences.map(Sentence::new).collect();
        let mut places: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for (index, sentence) in sentences.iter().enumerate() {
            for (position, word) in sentence.words.iter().enumerate().filter(|(_, word)| word.len() >= MIN_SEARCHED) {
                places.entry(word).or_default().push(Place { sentence: index, position });
            }
        }
        let chosen = choose(&places, sentences.len());
        let words = chosen.iter().map(|word| Searched::new(word, places.remove(word.as_str()).unwrap_or_default(), &sentences));
        let words = words.collect();
        let search = chosen.chunks(GROUP).map(Literals::new).collect();
        Self { search, words, sentences }
    }

    /// The places at which a sentence may stand, in order.
    pub(super) fn suspects(&self, text: &Lowered) -> Vec<usize> {
        let mut suspects = Vec::new();
        for (group, search) in self.search.iter().enumerate() {
            text.each(search, |word, at| {
                if self.words.get(group * GROUP + word).is_some_and(|word| self.is_suspect(text, at, word)) {
                    suspects.push(at);
                }
            });
        }
        suspects.sort_unstable();
        suspects
    }

    fn is_suspect(&self, text: &Lowered, at: usize, searched: &Searched) -> bool {
        let word = at..at + searched.length;
        let goes_on = text.slice(word.end..word.end + 1).iter().any(u8::is_ascii_alphabetic);
        if goes_on || ends_inside_a_word(text.slice(at.saturating_sub(2)..at)) {
            return false;
        }
        searched.beside(nearest(text, &word)).any(|place| {
            self.sentences.get(place.sentence).is_some_and(|sentence| sentence.is_around(text, &word, place.position))
        })
    }
}

/// Whether a word goes on after these bytes; the letter of an escape is none.
fn ends_inside_a_word(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => false,
        [.., last] => last.is_ascii_alphabetic(),
        [] => false,
    }
}

fn words(part: &str) -> impl Iterator<Item = &str> {
    part.split(|char: char| !char.is_ascii_alphabetic()).filter(|word| word.len() >= MIN_WORD)
}

/// Few words of which every sentence contains one, rare ones where possible.
fn choose(places: &BTreeMap<&str, Vec<Place>>, sentences: usize) -> Vec<String> {
    let common: HashSet<&str> = COMMON.into();
    let mut covered = vec![false; sentences];
    let mut chosen = Vec::new();
    loop {
        let gain = |places: &[Place]| places.iter().filter(|place| covered.get(place.sentence) == Some(&false)).count();
        let rank = |word: &str, places: &[Place]| gain(places) * if common.contains(word) { 1 } else { 4 };
        let ranked = places.iter().map(|(word, places)| (rank(word, places), *word));
        let Some((_, word)) = ranked.filter(|(rank, _)| *rank > 0).max_by_key(|(rank, word)| (*rank, word.len())) else {
            return chosen;
        };
        for place in places.get(word).into_iter().flatten() {
            if let Some(covered) = covered.get_mut(place.sentence) {
                *covered = true;
            }
        }
        chosen.push(word.to_owned());
    }
}
