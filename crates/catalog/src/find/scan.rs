//! Finds the places where a failure may be named, at close to the speed of memory.
//!
//! Every byte is looked at by one vectorised search for a few rare fragments.
//! What it finds is then read properly by [`super::number`].

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match, MatchKind, packed};

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
                .kind(Some(AhoCorasickKind::DFA))
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

/// Counts line ends in lanes, which the compiler turns into vectors; on bytes just read this beats a search for them.
fn count(bytes: &[u8]) -> usize {
    let is_end = |byte: &u8| u8::from(*byte == b'\n');
    let (blocks, rest) = bytes.as_chunks::<64>();
    let whole = blocks.chunks(usize::from(u8::MAX)).map(|blocks| {
        let mut lanes = [0_u8; 64];
        for block in blocks {
            lanes.iter_mut().zip(block).for_each(|(lane, byte)| *lane += is_end(byte));
        }
        lanes.into_iter().map(usize::from).sum::<usize>()
    });
    whole.sum::<usize>() + rest.iter().map(is_end).map(usize::from).sum::<usize>()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_counted_up_to_any_place() {
        let text = b"a line\nand a longer one, all of it\n\nx".repeat(5_000);
        let view = View::new(&text, 0);
        let range = 40_000..150_000;
        let (_, line_ends) = Scan::new().hits(view, range.clone(), |_| false);
        let between = |range: Range<usize>| text[range].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(line_ends.total, between(range.clone()));
        for at in [40_000, 40_001, 44_095, 44_096, 60_000, 149_999] {
            assert_eq!(line_ends.until(view, at), between(40_000..at).cast_signed(), "{at}");
        }
        assert_eq!(line_ends.until(view, 39_000), -between(39_000..40_000).cast_signed());
    }

    #[test]
    fn every_fragment_leads_to_its_code() {
        let known =
            ["PowerBINotAuthorizedException", "ServicePrincipalIsNotAllowedByTenantAdminSwitch", "ModelRefreshFailed"];
        for text in [
            "AADSTS50105",
            "\"error_codes\":[50105]",
            "error?code=50105",
            "\"resultType\":\"50105\"",
            "\"ResultType\":50105",
            "DMTS_SomeError",
            "DM_GWPipeline_Some_Error",
            "ModelRefreshFailed_Some",
            "UserErrorFailedToGetSome",
            known[0],
            known[1],
            known[2],
        ] {
            let text = format!("a line {text}\n");
            let view = View::new(text.as_bytes(), 0);
            let (hits, _) = Scan::new().hits(view, 0..text.len(), |word| known.contains(&word));
            assert_eq!(hits.len(), 1, "{text}");
        }
    }
}
