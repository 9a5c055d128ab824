//! Going through a stretch of a file, character by character.

use std::ops::Range;

use crate::source::{FileId, Place};

/// A position in a stretch of a file.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(file: FileId, text: &'t str, range: Range<usize>) -> Self {
        Self { file, text, at: range.start.min(text.len()), end: range.end.min(text.len()) }
    }

    /// A cursor over another stretch of the same file.
    pub(super) fn over(self, range: Range<usize>) -> Self {
        Self::new(self.file, self.text, range)
    }

    pub(super) fn at(self) -> usize {
        self.at
    }

    pub(super) fn end(self) -> usize {
        self.end
    }

    /// What is left.
    pub(super) fn rest(self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    pub(super) fn peek(self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character after the next one.
    pub(super) fn second(self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(super) fn starts(self, with: &str) -> bool {
        self.rest().starts_with(with)
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes over a text if it is what comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.starts(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Goes over characters while they are such, and gives them.
    pub(super) fn eat_while(&mut self, is: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !is(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Goes to right after a text, or to the end, and gives what is before it.
    pub(super) fn eat_through(&mut self, text: &str) -> &'t str {
        let rest = self.rest();
        match rest.find(text) {
            Some(length) => {
                self.at += length + text.len();
                rest.get(..length).unwrap_or_default()
            }
            None => {
                self.at = self.end;
                rest
            }
        }
    }

    /// Goes to an offset further on.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at.clamp(self.at, self.end);
    }

    /// Goes over the end of a line, in either form.
    pub(super) fn eat_line_end(&mut self) -> bool {
        self.eat("\r\n") || self.eat("\n")
    }

    pub(super) fn place(self, start: usize) -> Place {
        Place::new(self.file, start..self.at)
    }

    pub(super) fn place_of(self, range: Range<usize>) -> Place {
        Place::new(self.file, range)
    }

    pub(super) fn between(self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }
}
