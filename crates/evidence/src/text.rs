//! Error texts and logs, as streams.
//!
//! Three searches go over the same chunks: the catalog's for codes and messages, one
//! for Power BI's envelopes, whose codes the catalog need not know, and one for tokens.

use fedlens_catalog::{Failure, FindStats, Finder};

use crate::Content;
use crate::description::Beginning;
use crate::envelope;
use crate::found::{Found, counted};
use crate::token::Hunter;

/// Texts up to this many lines are called a text, longer ones a log.
const MAX_TEXT_LINES: u64 = 20;

/// How many codes are named in what a text was taken for.
const MAX_NAMED: usize = 3;

/// Searches a stream for codes, messages and tokens, in constant memory.
#[derive(Debug, Default)]
pub(crate) struct Log {
    finder: Finder,
    envelopes: envelope::Scanner,
    tokens: Hunter,
    beginning: Beginning,
}

impl Log {
    /// Takes the next chunk.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.finder.push(chunk);
        // The scanner copies what it is given.
        chunk.chunks(64 << 10).for_each(|piece| self.envelopes.push(piece));
        self.tokens.push(chunk);
        self.beginning.push(chunk);
    }

    /// Takes a stretch that was read in another way: it only counts for positions.
    pub(crate) fn skip(&mut self, mut stretch: &[u8]) {
        const BLANKS: &[u8] = &[b' '; 4096];
        while !stretch.is_empty() {
            let piece = stretch.get(..BLANKS.len()).unwrap_or(stretch);
            let line = memchr::memchr(b'\n', piece).unwrap_or(piece.len());
            if line == 0 {
                self.push(b"\n");
            } else {
                self.push(BLANKS.get(..line).unwrap_or_default());
            }
            stretch = stretch.get(line.max(1)..).unwrap_or_default();
        }
    }

    /// The failures as one part and a part for each token; `what` names a text that is not plain.
    pub(crate) fn finish(self, what: Option<&str>) -> (Found, FindStats) {
        let mut found = Found::default();
        let (mut failures, stats) = self.finder.finish();
        // A code that the catalog knows comes from its search, with the message and the fields.
        for failure in self.envelopes.finish() {
            if !failures.iter().any(|known| known.code == failure.code) {
                failures.push(failure);
            }
        }
        let description = self.beginning.describe();
        if !failures.is_empty() || description.stands_alone(stats.lines) {
            let kind = what.unwrap_or(match failures.len() {
                0 => "description",
                _ if stats.lines > MAX_TEXT_LINES => "log",
                _ => "error text",
            });
            let taken_for = taken_for(kind, &failures, &stats);
            found.extend(Found::part(taken_for, Content::Text { failures, stats, description }));
        }
        self.tokens.finish(&mut found);
        (found, stats)
    }
}

/// Why a text in which nothing was found is of no use.
pub(crate) fn nothing_in(stats: &FindStats) -> String {
    let lines = counted(stats.lines, "line", "lines");
    format!("no AADSTS code or known message found in {lines}")
}

/// `log, 1,234 lines, 2 failures: AADSTS700213, AADSTS700024`
fn taken_for(kind: &str, failures: &[Failure], stats: &FindStats) -> String {
    let mut codes: Vec<&str> = Vec::new();
    for code in failures.iter().map(|failure| failure.code.as_str()) {
        if codes.len() <= MAX_NAMED && !codes.contains(&code) {
            codes.push(code);
        }
    }
    let more = if codes.len() > MAX_NAMED { ", …" } else { "" };
    codes.truncate(MAX_NAMED);
    if failures.is_empty() {
        return format!("{kind} without a known code, {}", counted(stats.lines, "line", "lines"));
    }
    let count = counted(failures.len() as u64, "failure", "failures");
    format!("{kind}, {}, {count}: {}{more}", counted(stats.lines, "line", "lines"), codes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_stretches_keep_the_lines() {
        let mut log = Log::default();
        log.skip(format!("{{\"a\":\"{}\"}}\n\n", "x".repeat(10_000)).as_bytes());
        log.push(b"\"pbi.error\":{\"code\":\"MadeUpError\"}\n");
        let (found, _) = log.finish(None);
        let Content::Text { failures, .. } = &found.parts[0].content else { panic!("{found:?}") };
        assert_eq!((failures[0].line, failures[0].at.start), (3, 10_011));
    }
}
