//! Files of one JSON document a line: sign-in exports of any size, structured logs.
//!
//! A line of a known kind is read and forgotten; any other line is searched as text.
//! The search gets blanks in place of what was read, so that its positions stay true.

use serde_json::Value;

use crate::document::{self, Runs, SignIns};
use crate::failure::Locator;
use crate::found::{Found, counted};
use crate::text::Log;
use crate::{Content, json, sign_in, text};

/// The longest line that is parsed, in bytes; a longer one is only searched.
const MAX_LINE_BYTES: usize = 8 << 20;

/// How many other recognised documents are kept.
const MAX_PARTS: usize = 100;

/// Reads line by line, in constant memory. Of sign-ins only the failures are kept.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The unfinished line.
    line: Vec<u8>,
    /// The unfinished line is too long to parse and goes to the search.
    overlong: bool,
    /// Where the unfinished line begins in the input.
    at: usize,
    /// How many lines are finished.
    number: usize,
    runs: Runs,
    sign_ins: SignIns,
    /// Documents of other known kinds.
    found: Found,
    log: Log,
    /// How many lines were searched.
    searched: u64,
}

impl Lines {
    /// Takes the next chunk.
    pub(crate) fn push(&mut self, mut chunk: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let (line, rest) = chunk.split_at(end + 1);
            self.extend(line);
            self.end_line();
            chunk = rest;
        }
        self.extend(chunk);
    }

    /// Adds to the unfinished line.
    fn extend(&mut self, piece: &[u8]) {
        if !self.overlong && self.line.len() + piece.len() > MAX_LINE_BYTES {
            self.overlong = true;
            self.searched += 1;
            let line = std::mem::take(&mut self.line);
            self.at += line.len();
            self.log.push(&line);
        }
        if self.overlong {
            self.log.push(piece);
            self.at += piece.len();
        } else {
            self.line.extend_from_slice(piece);
        }
    }

    /// Reads the line that is now complete.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.number += 1;
        if !std::mem::take(&mut self.overlong) {
            let blank = line.iter().all(u8::is_ascii_whitespace);
            if blank || self.read(&line) {
                self.log.skip(&line);
            } else {
                self.searched += 1;
                self.log.push(&line);
            }
        }
        self.at += line.len();
        // The buffer is used again: most lines are of one length.
        self.line = line;
        self.line.clear();
    }

    /// Whether the line was a document of a known kind.
    fn read(&mut self, line: &[u8]) -> bool {
        let Ok(line) = std::str::from_utf8(line) else { return false };
        let Some(document) = json::parse(line) else { return false };
        let mut locator = Locator::new(line, self.at, self.number);
        let mut known = false;
        for entry in json::entries(&document) {
            known |= self.read_entry(entry, &mut locator);
        }
        known || self.read_other(&document, &mut locator)
    }

    /// A sign-in or run.
    fn read_entry(&mut self, entry: &Value, locator: &mut Locator<'_>) -> bool {
        if sign_in::matches(entry) {
            self.sign_ins.push(sign_in::read(entry, locator), false);
        } else if let Some(run) = document::run(entry, locator) {
            self.runs.push(run);
        } else {
            return false;
        }
        true
    }

    /// A document of another kind; an error text is left to the search, which counts repetitions.
    fn read_other(&mut self, document: &Value, locator: &mut Locator<'_>) -> bool {
        let found = document::read(document, locator);
        let is_text = found.parts.iter().any(|part| matches!(part.content, Content::Text { .. }));
        let usable = !found.parts.is_empty() && !is_text && self.found.parts.len() < MAX_PARTS;
        if usable {
            self.found.extend(found);
        }
        usable
    }

    /// Everything found.
    pub(crate) fn finish(mut self) -> Found {
        if !self.line.is_empty() || self.overlong {
            self.end_line();
        }
        let mut found = self.found;
        self.sign_ins.finish(&mut found, "");
        self.runs.finish(&mut found, "");
        let (searched, stats) = self.log.finish(Some("log of JSON lines"));
        let nothing = searched.is_empty();
        found.extend(searched);
        if nothing && found.is_empty() {
            found.skipped.push(text::nothing_in(&stats));
        } else if nothing && self.searched > 0 {
            let lines = counted(self.searched, "line", "lines");
            found.skipped.push(format!("{lines} of another kind than the rest, with no AADSTS code or known message"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(result: &str, id: usize) -> String {
        format!(
            "{{\"time\":\"2026-03-01T07:00:00Z\",\"category\":\"ServicePrincipalSignInLogs\",\"tenantId\":\"t\",\
             \"resultType\":\"{result}\",\"properties\":{{\"id\":\"r{id}\",\"appId\":\"a\"}}}}\n"
        )
    }

    fn read(text: &str, piece: usize) -> Found {
        let mut lines = Lines::default();
        for chunk in text.as_bytes().chunks(piece) {
            lines.push(chunk);
        }
        lines.finish()
    }

    fn sign_ins(found: &Found) -> &[crate::SignIn] {
        match &found.parts[0].content {
            Content::SignIns(sign_ins) => sign_ins,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_failures_are_kept_and_the_rest_is_counted() {
        let text = record("0", 1) + &record("700213", 2) + "\n" + &record("0", 3);
        for piece in [1, 50, 10_000] {
            let found = read(&text, piece);
            assert_eq!(found.parts[0].taken_for, "Entra sign-in log, 3 records, 1 failed");
            let [sign_in] = sign_ins(&found) else { panic!("{found:?}") };
            let failure = sign_in.failure.as_ref().unwrap();
            assert_eq!(failure.line, 2);
            assert_eq!(text.get(failure.at.clone()), Some("r2"));
            assert!(found.skipped.is_empty());
        }
    }

    #[test]
    fn batches_are_read_line_by_line() {
        let batch = |id| format!("{{\"records\":[{},{}]}}\n", record("0", id).trim(), record("50034", id + 1).trim());
        let found = read(&(batch(1) + &batch(3)), 100);
        assert_eq!(found.parts[0].taken_for, "Entra sign-in log, 4 records, 2 failed");
    }

    #[test]
    fn other_lines_are_counted_and_searched() {
        let text = record("0", 1) + "{\"level\":\"info\"}\n" + "{\"pbi.error\":{\"code\":\"DMTS_MadeUpError\"}}\n";
        let found = read(&text, 64);
        assert_eq!(found.parts[1].taken_for, "log of JSON lines, 3 lines, 1 failure: DMTS_MadeUpError");
        let found = read(&(record("0", 1) + "{\"level\":\"info\"}\n"), 64);
        assert_eq!(found.skipped, ["1 line of another kind than the rest, with no AADSTS code or known message"]);
    }

    #[test]
    fn an_overlong_line_is_searched_and_not_kept() {
        let filler = "x".repeat(MAX_LINE_BYTES);
        let text = record("0", 1)
            + "{\"a\":\""
            + &filler
            + "\",\"pbi.error\":{\"code\":\"DMTS_MadeUpError\"}}\n"
            + &record("1", 2);
        let found = read(&text, 1 << 16);
        assert_eq!(found.parts[0].taken_for, "Entra sign-in log, 2 records, 1 failed");
        assert_eq!(sign_ins(&found)[0].failure.as_ref().unwrap().line, 3);
        assert_eq!(found.parts.len(), 2);
    }

    #[test]
    fn a_structured_log_without_codes_says_so() {
        let found = read("{\"level\":\"info\"}\n{\"level\":\"warn\"}\n", 7);
        assert_eq!(found.skipped, ["no AADSTS code or known message found in 2 lines"]);
    }
}
