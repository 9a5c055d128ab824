//! Finds the places where a failure may be named, at close to the speed of memory.
//!
//! Every byte is looked at by one vectorised search for a few rare fragments.
//! What it finds is then read properly by [`super::number`].

use std::ops::Range;

use aho_corasick::{AhoCorasick, Match, MatchKind, packed};

use super::number;
use super::window::View;

/// A place that names a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The code's own bytes, or those of the sentence.
    pub(super) at: Range<usize>,
    /// What was found.
    pub(super) kind: HitKind,
}

/// How a place names a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HitKind {
    /// `AADSTS700213`.
    Aadsts(u32),
    /// `"error_codes":[700213]`.
    ErrorCode(u32),
    /// `"resultType":"700213"`.
    ResultType(u32),
    /// `error?code=700213`, or a code inside some other address.
    Link(u32),
    /// A platform's own code.
    Platform(String),
    /// The sentence of a code that is not named.
    Wording(&'static str),
    /// The sentence of a code that is named next to it.
    Echo(&'static str),
}

/// What a fragment is part of.
#[derive(Clone, Copy, Debug)]
enum Clue {
    Aadsts,
    Link,
    ResultType,
    ErrorCodes,
    Platform,
}

/// Rare fragments of what is looked for.
///
/// The search rejects by the first two characters, eight groups at a time, so
/// each fragment begins with two characters that hardly ever stand together
/// elsewhere, and those eight places apart, which share a group, are alike.
const FRAGMENTS: [(&str, Clue); 10] = [
    ("DSTS", Clue::Aadsts),
    ("r_codes", Clue::ErrorCodes),
    ("dToGet", Clue::Platform),
    ("r?", Clue::Link),
    ("lRefreshFailed", Clue::Platform),
    ("BINotAuthorized", Clue::Platform),
    ("tType", Clue::ResultType),
    ("lIsNotAllowed", Clue::Platform),
    ("MTS_", Clue::Platform),
    ("M_GWPipeline_", Clue::Platform),
];

/// The longest fragment, in bytes: a hit may begin that much before the end of what is searched.
const OVERLAP: usize = 16;

/// How much is searched before its line ends are counted, in bytes: what was just read is counted for little more.
const STRIDE: usize = 4 * 1024;

/// A search for several literal strings.
#[derive(Debug)]
pub(super) enum Literals {
    /// With vector instructions.
    Packed(packed::Searcher),
    /// Where the machine or the number of strings allows no better.
    Automaton(AhoCorasick),
    /// Of nothing.
    Nothing,
}

impl Literals {
    pub(super) fn new<T: AsRef<[u8]>>(literals: &[T]) -> Self {
        if literals.is_empty() {
            return Self::Nothing;
        }
        // The longest, because one literal may be the beginning of another.
        match packed::Config::new().match_kind(packed::MatchKind::LeftmostLongest).builder().extend(literals).build() {
            Some(searcher) => Self::Packed(searcher),
            None => AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(literals)
                .map_or(Self::Nothing, Self::Automaton),
        }
    }

    /// Calls back with the number of each literal found and where it starts.
    pub(super) fn each(&self, haystack: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut found = |hit: Match| found(hit.pattern().as_usize(), hit.start());
        match self {
            Self::Packed(searcher) => searcher.find_iter(haystack).for_each(&mut found),
            Self::Automaton(searcher) => searcher.find_iter(haystack).for_each(&mut found),
            Self::Nothing => {}
        }
    }
}

/// The search that every byte goes through.
#[derive(Debug)]
pub(super) struct Scan(Literals);

impl Scan {
    pub(super) fn new() -> Self {
        Self(Literals::new(&FRAGMENTS.map(|(fragment, _)| fragment)))
    }

    /// Whether the search comes upon a platform code without further help.
    pub(super) fn finds(code: &str) -> bool {
        FRAGMENTS.iter().any(|(fragment, clue)| matches!(clue, Clue::Platform) && code.contains(fragment))
    }

    /// The hits that begin in the range, in order, and where its lines end.
    pub(super) fn hits(
        &self,
        view: View<'_>,
        range: Range<usize>,
        is_platform: impl Fn(&str) -> bool,
    ) -> (Vec<Hit>, LineEnds) {
        let mut hits = Vec::new();
        let mut line_ends =
            LineEnds { start: range.start, before: Vec::with_capacity(range.len() / STRIDE + 1), total: 0 };
        for start in range.clone().step_by(STRIDE) {
            let end = (start + STRIDE).min(range.end);
            self.0.each(view.slice(start..end + OVERLAP), |fragment, offset| {
                let at = start + offset;
                if let Some((_, clue)) = FRAGMENTS.get(fragment).filter(|_| at < end) {
                    follow(view, at, *clue, &is_platform, &mut hits);
                }
            });
            line_ends.before.push(line_ends.total);
            line_ends.total += count(view.slice(start..end));
        }
        (hits, line_ends)
    }
}

/// The line ends of a range, counted along with the search.
#[derive(Debug)]
pub(super) struct LineEnds {
    start: usize,
    /// How many stand before each stride.
    before: Vec<usize>,
    /// How many there are.
    pub(super) total: usize,
}

impl LineEnds {
    /// How many more line ends stand before an offset than before the range; less than none for an offset before it.
    pub(super) fn until(&self, view: View<'_>, at: usize) -> isize {
        let Some(inside) = at.checked_sub(self.start) else { return -count(view.slice(at..self.start)).cast_signed() };
        let before = self.before.get(inside / STRIDE).copied().unwrap_or(self.total);
        (before + count(view.slice(at - inside % STRIDE..at))).cast_signed()
    }
}

fn count(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// Reads what a fragment is part of.
fn follow(view: View<'_>, at: usize, clue: Clue, is_platform: impl Fn(&str) -> bool, hits: &mut Vec<Hit>) {
    match clue {
        Clue::Aadsts => hits.extend(number::aadsts(view, at.saturating_sub(2))),
        Clue::Link => hits.extend(number::link(view, at)),
        Clue::ResultType => hits.extend(number::result_type(view, at)),
        Clue::ErrorCodes => hits.extend(number::error_codes(view, at)),
        Clue::Platform => hits.extend(number::platform(view, at, is_platform)),
    }
}
