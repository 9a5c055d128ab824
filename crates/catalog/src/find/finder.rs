//! Goes through a stream in blocks, so that chunk boundaries never matter.

use std::ops::Range;

use super::knowledge::Knowledge;
use super::merge::Merge;
use super::scan::{Hit, HitKind, LineEnds};
use super::sieve::Lowered;
use super::window::{AFTER, BEFORE, View};
use super::{Failure, FindStats, number, read};

/// How much is searched at a time, in bytes; blocks begin at multiples of it.
const BLOCK: usize = 128 * 1024;

/// How much is kept around a block, in bytes: a hit in it may reach a little way out of it before its window begins.
const KEPT_BEFORE: usize = BEFORE + 4 * 1024;
const KEPT_AFTER: usize = AFTER + 4 * 1024;

/// How much is searched for sentences and rare codes in any case, in bytes.
const THOROUGH: usize = 1024 * 1024;

/// Finds failures in a stream of chunks, in constant memory.
///
/// AADSTS numbers and the families of platform codes are found everywhere.
/// Sentences without a number, codes in unusual spelling and the rarer
/// platform codes are searched for as long as nothing numbered was found, in
/// the first mebibyte, and for another mebibyte after each of them: a log
/// that names its failures by number goes by at close to the speed of memory.
///
/// ```
/// let mut finder = fedlens_catalog::Finder::new();
/// finder.push(b"a line\nERROR: AADSTS90061: Request to External OIDC end");
/// finder.push(b"point failed.\n");
/// let (failures, stats) = finder.finish();
/// assert_eq!(failures[0].message, "Request to External OIDC endpoint failed.");
/// assert_eq!((failures[0].line, stats.lines), (2, 2));
/// ```
#[derive(Debug)]
pub struct Finder {
    knowledge: &'static Knowledge,
    merge: Merge,
    /// The end of what was read, from where the next block needs it.
    tail: Vec<u8>,
    /// Where `tail` begins.
    tail_start: usize,
    /// Bytes read.
    seen: usize,
    /// Where the next block begins.
    next: usize,
    /// Line ends before `next`.
    lines: usize,
    ends_with_line_end: bool,
    /// Up to where sentences are searched for although numbers were found.
    thorough_until: usize,
    /// Whether a numbered failure was found.
    numbered: bool,
    /// Where the last sentence ended.
    told: usize,
    lowered: Lowered,
}

impl Default for Finder {
    fn default() -> Self {
        Self::new()
    }
}

impl Finder {
    /// A finder that has seen nothing.
    pub fn new() -> Self {
        Self {
            knowledge: Knowledge::embedded(),
            merge: Merge::default(),
            tail: Vec::new(),
            tail_start: 0,
            seen: 0,
            next: 0,
            lines: 0,
            ends_with_line_end: true,
            thorough_until: THOROUGH,
            numbered: false,
            told: 0,
            lowered: Lowered::default(),
        }
    }

    /// Takes the next chunk; a failure may straddle chunks.
    pub fn push(&mut self, chunk: &[u8]) {
        let Some(last) = chunk.last() else { return };
        self.ends_with_line_end = *last == b'\n';
        let start = self.seen;
        self.seen += chunk.len();
        self.search_seam(chunk, start);
        let view = View::new(chunk, start);
        while self.next.saturating_sub(KEPT_BEFORE) >= start && self.is_complete() {
            self.search(view);
        }
        self.keep_tail(view, start);
    }

    /// The failures in order of their first mention.
    pub fn finish(mut self) -> (Vec<Failure>, FindStats) {
        let tail = std::mem::take(&mut self.tail);
        let view = View::new(&tail, self.tail_start);
        while self.next < self.seen {
            self.search(view);
        }
        let (failures, dropped) = self.merge.finish();
        let lines = self.lines + usize::from(!self.ends_with_line_end);
        (failures, FindStats { bytes: self.seen as u64, lines: lines as u64, dropped })
    }

    /// Whether the next block and what is read behind it are there.
    fn is_complete(&self) -> bool {
        self.next + BLOCK + KEPT_AFTER <= self.seen
    }

    /// Searches the blocks that began in earlier chunks, copying no more of the chunk than they need.
    fn search_seam(&mut self, chunk: &[u8], start: usize) {
        let mut copied = 0;
        while self.next.saturating_sub(KEPT_BEFORE) < start {
            let needed = (self.next + BLOCK + KEPT_AFTER).saturating_sub(start).min(chunk.len());
            self.tail.extend_from_slice(chunk.get(copied..needed).unwrap_or_default());
            copied = copied.max(needed);
            if !self.is_complete() {
                break;
            }
            let tail = std::mem::take(&mut self.tail);
            self.search(View::new(&tail, self.tail_start));
            self.tail = tail;
        }
    }

    /// Keeps what the next block needs.
    fn keep_tail(&mut self, view: View<'_>, start: usize) {
        let from = self.next.saturating_sub(KEPT_BEFORE);
        if from >= start {
            self.tail.clear();
            self.tail.extend_from_slice(view.slice(from..self.seen));
            self.tail_start = from;
        } else if from > self.tail_start {
            let spent = (from - self.tail_start).min(self.tail.len());
            self.tail.drain(..spent);
            self.tail_start = from;
        }
    }

    fn search(&mut self, view: View<'_>) {
        let range = self.next..(self.next + BLOCK).min(self.seen);
        let (mut hits, line_ends) = self.hits(view, range.clone());
        hits.sort_by_key(|hit| hit.at.start);
        hits.dedup_by(|one, other| one.at == other.at);
        for hit in &hits {
            let line = self.lines.saturating_add_signed(line_ends.until(view, hit.at.start)) + 1;
            self.take(view, hit, line);
        }
        self.lines += line_ends.total;
        self.next = range.end;
    }

    /// The hits in the range, and where its lines end.
    fn hits(&mut self, view: View<'_>, range: Range<usize>) -> (Vec<Hit>, LineEnds) {
        let knowledge = self.knowledge;
        let is_platform = |word: &str| knowledge.is_platform(word);
        let (mut hits, line_ends) = knowledge.scan.hits(view, range.clone(), is_platform);
        if self.numbered && range.start >= self.thorough_until {
            return (hits, line_ends);
        }
        self.lowered.fill(view, range.clone());
        let mut spoken = Vec::new();
        self.lowered.each(knowledge.rare(), |_, at| {
            let code = number::aadsts(view, at).filter(|_| view.after(at, 6) != b"AADSTS");
            spoken.extend(code.or_else(|| number::platform(view, at, is_platform)));
        });
        spoken.extend(knowledge.wordings().hits(view, &self.lowered, knowledge.words(), &mut self.told));
        if spoken.iter().any(|hit| !matches!(hit.kind, HitKind::Echo(_))) {
            self.thorough_until = self.thorough_until.max(range.end + THOROUGH);
        }
        hits.extend(spoken);
        (hits, line_ends)
    }

    fn take(&mut self, view: View<'_>, hit: &Hit, line: usize) {
        let message = read::plain(view, hit);
        if message.is_some_and(|message| self.merge.add_again(message)) {
            return;
        }
        let Some(mut failure) = read::failure(view, hit, self.knowledge) else { return };
        failure.line = line;
        match hit.kind {
            HitKind::Link(_) => self.merge.add_link(failure),
            _ => self.merge.add(failure, message),
        }
        self.numbered |= matches!(hit.kind, HitKind::Aadsts(_));
    }
}
