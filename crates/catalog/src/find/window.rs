//! The input around a hit, and its lines without prefixes.

use std::collections::VecDeque;
use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::prefix::{Prefix, prefix};
use super::text::Text;
use super::{decode, escape};

/// How much of the input before a hit is looked at, in bytes.
pub(super) const BEFORE: usize = 4 * 1024;

/// How much of the input after a hit is looked at, in bytes.
pub(super) const AFTER: usize = 16 * 1024;

/// How far back the start of a line is looked for, in bytes.
const MAX_LINE_HEAD: usize = 256;

/// The most lines that one message is wrapped over.
const MAX_LINES: usize = 40;

/// A part of the input that is in memory, with the offset of its first byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    bytes: &'a [u8],
    base: usize,
}

impl<'a> View<'a> {
    pub(super) fn new(bytes: &'a [u8], base: usize) -> Self {
        Self { bytes, base }
    }

    /// The offset after the last byte.
    pub(super) fn end(&self) -> usize {
        self.base + self.bytes.len()
    }

    /// As much of the range as is in memory.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a [u8] {
        let start = range.start.clamp(self.base, self.end()) - self.base;
        let end = range.end.clamp(self.base, self.end()) - self.base;
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The bytes before an offset, at most so many.
    pub(super) fn before(&self, at: usize, most: usize) -> &'a [u8] {
        self.slice(at.saturating_sub(most)..at)
    }

    /// The bytes from an offset on, at most so many.
    pub(super) fn after(&self, at: usize, most: usize) -> &'a [u8] {
        self.slice(at..at.saturating_add(most))
    }

    /// Whether the needle stands in the range.
    pub(super) fn contains(&self, range: Range<usize>, needle: &[u8]) -> bool {
        memmem::find(self.slice(range), needle).is_some()
    }

    /// Where the physical line around an offset begins, looking back so many bytes.
    pub(super) fn line_start(&self, at: usize, most: usize) -> Option<usize> {
        let before = self.before(at, most);
        match memrchr(b'\n', before) {
            Some(end) => Some(at - before.len() + end + 1),
            None => (at - before.len() == 0).then_some(0),
        }
    }

    /// Where the physical line around an offset ends, looking ahead so many bytes.
    pub(super) fn line_end(&self, at: usize, most: usize) -> usize {
        let after = self.after(at, most);
        at + memchr(b'\n', after).unwrap_or(after.len())
    }
}

/// A line without its prefix.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// What it says.
    pub(super) text: Text,
    /// Its width in characters, prefix included.
    pub(super) width: usize,
    /// What the prefix told.
    pub(super) prefix: Prefix,
}

/// The decoded lines from an offset on, read as they are asked for.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    view: View<'a>,
    position: usize,
    end: usize,
    form_levels: usize,
    left: usize,
    queue: VecDeque<Line>,
}

impl<'a> Lines<'a> {
    /// The lines from `start` on, of at most `limit` bytes; the first is the rest of the line around `start`.
    pub(super) fn new(view: View<'a>, start: usize, limit: usize) -> Self {
        let end = start.saturating_add(limit).min(view.end());
        let form_levels = escape::form_levels(view.after(start, 64));
        let mut lines = Self { view, position: start, end, form_levels, left: MAX_LINES, queue: VecDeque::new() };
        let (width, head) = lines.head(start);
        lines.read();
        if let Some(first) = lines.queue.front_mut() {
            first.width += width;
            first.prefix = head;
        }
        lines
    }

    /// The line that comes after `ahead` others.
    pub(super) fn peek(&mut self, ahead: usize) -> Option<&Line> {
        while self.queue.len() <= ahead && self.read() {}
        self.queue.get(ahead)
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Option<Line> {
        self.peek(0)?;
        self.queue.pop_front()
    }

    /// The width and the prefix of what stands before `start` on its line.
    fn head(&self, start: usize) -> (usize, Prefix) {
        let Some(line) = self.view.line_start(start, MAX_LINE_HEAD) else { return (MAX_LINE_HEAD, Prefix::default()) };
        let head = decode::plain(self.view.slice(line..start), line);
        let head = head.as_str().rsplit('\n').next().unwrap_or_default();
        (head.chars().count(), prefix(head))
    }

    fn read(&mut self) -> bool {
        if self.position >= self.end || self.left == 0 {
            return false;
        }
        let first = self.left == MAX_LINES;
        self.left -= 1;
        let at = self.position;
        let raw = self.view.slice(at..self.view.line_end(at, self.end - at));
        self.position = at + raw.len() + 1;
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        if !first && is_line_anchor(raw) {
            return true;
        }
        let mut text = decode::plain(raw, at);
        if self.form_levels > 0 && first {
            text = escape::unform(&text, self.form_levels);
        }
        self.queue_lines(&text, first);
        true
    }

    fn queue_lines(&mut self, text: &Text, mut first: bool) {
        let mut start = 0;
        for line in text.as_str().split('\n') {
            let range = start..start + line.len();
            start = range.end + 1;
            let found = if first { Prefix::default() } else { prefix(line) };
            first = false;
            let framed = found.boxed || line.trim_end().ends_with(['│', '║']);
            let closed = if framed { line.trim_end_matches(['│', '|', '║', '#', ' ']).len() } else { line.len() };
            let content = text.part(range.start + found.length.min(closed)..range.start + closed);
            self.queue.push_back(Line { text: content, width: line.trim_end().chars().count(), prefix: found });
        }
    }
}

/// A line that is nothing but a link with a number, as GitHub's log view numbers lines.
fn is_line_anchor(raw: &[u8]) -> bool {
    let raw = raw.trim_ascii();
    let Some((b'[', rest)) = raw.split_first() else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest.get(digits..).is_some_and(|rest| rest.starts_with(b"](http")) && raw.ends_with(b")")
}
