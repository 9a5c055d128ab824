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

/// The shortest word that counts.
const MIN_WORD: usize = 4;

/// The most words that a vectorised search looks for.
const GROUP: usize = 64;

/// How many vectorised searches are faster than one that does not mind how many words there are.
const MOST_GROUPS: usize = 4;

/// How many sentences a common word must save a search for, to be preferred to a rare one.
const RARE: usize = 20;

/// Words that logs are full of: another one of the sentence is searched for where there is one.
const COMMON: &str = "\
    about access account acquire acquired active activity address admin after against agent allow allowed \
    application attempts authentication azure because been before being blocked browser browsers cannot check \
    client cloud code completed configuration configured connect connection contain correct could created \
    currently data default deprecated description detail details device devices directory disabled does driver \
    email enable enabled end endpoint ensure entered entries entry environment error event events exception \
    execution exist expected expired explicit external failed fails feature features file finished flow following \
    format found from full function group groups have header host hosts hour hours identifier include information \
    input instance invalid last license link links list loaded loading local login long longer match message \
    method methods microsoft minutes missing module more most must name named namespace need needed network \
    number object objects only operation option other output page pages parameter parameters pass passed password \
    path permission please policy port process processing provided provider query reached received record records \
    redirect reference refresh request requested requests required requires resolve resolved resource response \
    result running runtime same scheduled second seconds secret server service session sessions since size some \
    source specified start started state states status store stored strong success such support supported takes \
    task tasks test than that their then there these they this through time timed token tokens true type unable \
    until update upon used user uses using valid value values variable version was when where which while will \
    with within without workspace would your";

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
    /// How many words each search looks for.
    group: usize,
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
    /// Which fingerprints the neighbours have: most words are rejected by it.
    filter: [u64; 4],
    neighbours: Vec<(String, Place)>,
    /// Places without any neighbour.
    alone: Vec<Place>,
}

impl Searched {
    fn new(word: &str, places: &[Place], sentences: &[Sentence]) -> Self {
        let mut searched = Self { length: word.len(), filter: [0; 4], neighbours: Vec::new(), alone: Vec::new() };
        for place in places.iter().copied() {
            let words = sentences.get(place.sentence).map(|sentence| sentence.words.as_slice()).unwrap_or_default();
            let before = place.position.checked_sub(1).and_then(|index| words.get(index));
            let beside: Vec<_> = before.into_iter().chain(words.get(place.position + 1)).collect();
            if beside.is_empty() {
                searched.alone.push(place);
            }
            for word in &beside {
                let (index, bit) = fingerprint(word.as_bytes());
                searched.filter[index] |= bit;
            }
            searched.neighbours.extend(beside.into_iter().map(|word| (word.clone(), place)));
        }
        searched.neighbours.sort_by(|one, other| one.0.cmp(&other.0));
        searched
    }

    /// The places in sentences that have the word as a neighbour.
    fn beside(&self, word: &[u8]) -> impl Iterator<Item = Place> {
        let (index, bit) = fingerprint(word);
        let known = if self.filter[index] & bit == 0 { &[] } else { self.neighbours.as_slice() };
        let start = known.partition_point(|(neighbour, _)| neighbour.as_bytes() < word);
        let rest = known.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(neighbour, _)| neighbour.as_bytes() == word).map(|(_, place)| *place)
    }
}

/// One bit out of four times 64 for a word.
fn fingerprint(word: &[u8]) -> (usize, u64) {
    let letter = |index: usize| u32::from(word.get(index).copied().unwrap_or_default());
    let mixed = letter(0) + 5 * letter(1) + 31 * letter(word.len().saturating_sub(1)) + 7 * letter(word.len() / 2);
    (usize::from(word.len() & 3 != 0) + 2 * usize::from(word.len() > 7), 1 << (mixed % 64))
}

/// Calls back with the two nearest words before and behind a place.
fn each_nearest(text: &Lowered, word: &Range<usize>, mut found: impl FnMut(&[u8])) {
    let outside = |byte: &u8| !byte.is_ascii_alphabetic();
    let before = text.slice(word.start.saturating_sub(NEIGHBOUR)..word.start).rsplit(outside);
    let behind = text.slice(word.end..word.end + NEIGHBOUR).split(outside);
    let long = |word: &&[u8]| word.len() >= MIN_WORD;
    for word in before.filter(long).take(2).chain(behind.filter(long).take(2)) {
        found(word);
        // The letter of an escape sticks to the word behind it.
        if let [b'n' | b'r', word @ ..] = word {
            found(word);
        }
    }
}

impl Sieve {
    /// A sieve for sentences, each given as its literal parts.
    pub(super) fn new<'p>(sentences: impl Iterator<Item = &'p [String]>) -> Self {
        let sentences: Vec<_> = sentences.map(Sentence::new).collect();
        let mut places: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for (index, sentence) in sentences.iter().enumerate() {
            for (position, word) in sentence.words.iter().enumerate() {
                places.entry(word).or_default().push(Place { sentence: index, position });
            }
        }
        let chosen = choose(places.into_iter().collect(), sentences.len());
        let group = if chosen.len() > GROUP * MOST_GROUPS { chosen.len() } else { GROUP };
        let search = chosen
            .chunks(group.max(1))
            .map(|group| Literals::new(&group.iter().map(|(word, _)| word).collect::<Vec<_>>()));
        let search = search.collect();
        let words = chosen.iter().map(|(word, places)| Searched::new(word, places, &sentences)).collect();
        Self { search, group, words, sentences }
    }

    /// The places at which sentences may stand, in order, with the numbers of the sentences.
    pub(super) fn suspects(&self, text: &Lowered) -> Vec<(usize, usize)> {
        let mut suspects = Vec::new();
        for (group, search) in self.search.iter().enumerate() {
            text.each(search, |word, at| {
                if let Some(word) = self.words.get(group * self.group + word) {
                    self.suspect(text, at, word, &mut suspects);
                }
            });
        }
        suspects.sort_unstable();
        suspects.dedup();
        suspects
    }

    fn suspect(&self, text: &Lowered, at: usize, searched: &Searched, suspects: &mut Vec<(usize, usize)>) {
        let word = at..at + searched.length;
        let goes_on = text.slice(word.end..word.end + 1).iter().any(u8::is_ascii_alphabetic);
        if goes_on || ends_inside_a_word(text.slice(at.saturating_sub(2)..at)) {
            return;
        }
        let mut check = |place: Place| {
            let sentence = self.sentences.get(place.sentence);
            if sentence.is_some_and(|sentence| sentence.is_around(text, &word, place.position)) {
                suspects.push((at, place.sentence));
            }
        };
        each_nearest(text, &word, |near| searched.beside(near).for_each(&mut check));
        searched.alone.iter().copied().for_each(check);
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
fn choose(mut words: Vec<(&str, Vec<Place>)>, sentences: usize) -> Vec<(&str, Vec<Place>)> {
    let common: HashSet<&str> = COMMON.split_whitespace().collect();
    let mut users = vec![Vec::new(); sentences];
    for (index, (_, places)) in words.iter().enumerate() {
        for place in places {
            users[place.sentence].push(index);
        }
    }
    let is_rare = |word: &str| word.len() > MIN_WORD && !common.contains(word);
    let worth: Vec<usize> = words.iter().map(|(word, _)| if is_rare(word) { RARE } else { 1 }).collect();
    let mut gains: Vec<usize> = words.iter().map(|(_, places)| places.len()).collect();
    let mut chosen = Vec::new();
    loop {
        let rank = |(index, (word, _)): (usize, &(&str, _))| (gains[index] * worth[index], word.len(), index);
        let Some((_, _, best)) = words.iter().enumerate().map(rank).max().filter(|(rank, ..)| *rank > 0) else {
            return chosen;
        };
        for place in words.get(best).map(|(_, places)| places.clone()).unwrap_or_default() {
            for user in users.get_mut(place.sentence).map(std::mem::take).unwrap_or_default() {
                gains[user] -= 1;
            }
        }
        if let Some(best) = words.get_mut(best) {
            chosen.push(std::mem::take(best));
        }
    }
}
