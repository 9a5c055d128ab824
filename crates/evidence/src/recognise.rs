//! What an input is, told by its content.
//!
//! Two decisions are made on the way, each by exactly the first bytes, so that the
//! chunks make no difference: the encoding, then whether the text may be a document
//! (JSON, a token, source code), which is kept, or is plainly a log, which is not. A
//! document that turns out to be one a line is read line by line from there on.

use crate::encoding::{SNIFF_BYTES, Transcoder, sniff};
use crate::found::Found;
use crate::lines::Lines;
use crate::text::Log;
use crate::{Evidence, code, json, token, whole};

/// The largest document that is read as a whole (JSON, tokens, source code), in bytes; logs have no limit.
pub const MAX_DOCUMENT_BYTES: usize = 64 << 20;

/// How much of a text decides whether it may be a document or is plainly a log, in bytes.
const HEAD_BYTES: usize = 64 << 10;

/// Reads one input that comes in chunks. Large logs take constant memory; a document takes at most
/// [`MAX_DOCUMENT_BYTES`], and some times that while it is parsed.
///
/// ```
/// let mut reader = fedlens_evidence::Reader::new("run.log");
/// reader.push(b"Error: AADSTS7002");
/// reader.push(b"22: The provided client secret keys are expired.");
/// let evidence = reader.finish();
/// assert_eq!(evidence.failures().count(), 1);
/// ```
#[derive(Debug)]
pub struct Reader {
    source: String,
    stage: Stage,
}

/// How far an input was understood.
#[derive(Debug)]
enum Stage {
    /// Its first bytes, before the encoding is known.
    Sniffing(Vec<u8>),
    /// A binary file, and what to do with it.
    Binary(&'static str),
    /// A text.
    Text(Transcoder, Body),
}

impl Reader {
    /// A reader for the input of that name.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), stage: Stage::Sniffing(Vec::new()) }
    }

    /// Takes the next chunk.
    pub fn push(&mut self, mut chunk: &[u8]) {
        while !chunk.is_empty() {
            let copied = !matches!(&self.stage, Stage::Text(_, Body::Log { .. } | Body::Lines(_)));
            let length = if copied { chunk.len().min(HEAD_BYTES) } else { chunk.len() };
            let (piece, rest) = chunk.split_at(length);
            self.push_piece(piece);
            chunk = rest;
        }
    }

    /// Takes a piece that is small enough to be copied, where it will be.
    fn push_piece(&mut self, piece: &[u8]) {
        match &mut self.stage {
            Stage::Sniffing(head) => {
                head.extend_from_slice(piece);
                if head.len() >= SNIFF_BYTES {
                    self.sniff(false);
                }
            }
            Stage::Binary(_) => {}
            Stage::Text(transcoder, body) => transcoder.push(piece, false, |text| body.push(text, &self.source)),
        }
    }

    /// Decides on the encoding by exactly the first bytes, however they came.
    fn sniff(&mut self, last: bool) {
        let Stage::Sniffing(head) = &mut self.stage else { return };
        let head = std::mem::take(head);
        self.stage = match sniff(head.get(..SNIFF_BYTES).unwrap_or(&head)) {
            Err(what) => Stage::Binary(what),
            Ok((mut transcoder, mark)) => {
                let mut body = Body::Head(Vec::new());
                transcoder.push(head.get(mark..).unwrap_or_default(), last, |text| body.push(text, &self.source));
                Stage::Text(transcoder, body)
            }
        };
    }

    /// What the input turned out to be.
    pub fn finish(mut self) -> Evidence {
        let empty = matches!(&self.stage, Stage::Sniffing(head) if head.is_empty());
        self.sniff(false);
        let found = match self.stage {
            _ if empty => Found::skipped("empty"),
            Stage::Binary(what) => Found::skipped(what),
            Stage::Sniffing(_) => Found::default(),
            Stage::Text(mut transcoder, mut body) => {
                transcoder.push(&[], true, |text| body.push(text, &self.source));
                body.finish(&self.source)
            }
        };
        found.into_evidence(&self.source)
    }
}

/// Reads one input. The source is its path as given, or `standard input`; only its extension is looked at,
/// and only to tell source code.
pub fn read(source: &str, bytes: &[u8]) -> Evidence {
    let mut reader = Reader::new(source);
    reader.push(bytes);
    reader.finish()
}

/// The text of an input, as far as it is known what it is.
#[derive(Debug)]
enum Body {
    /// Its beginning, before it is known whether to keep it.
    Head(Vec<u8>),
    /// Kept.
    Document(Document),
    /// One document a line.
    Lines(Box<Lines>),
    /// Searched and forgotten.
    Log {
        /// The search.
        log: Box<Log>,
        /// It is a document, but too large to keep.
        oversize: bool,
    },
}

impl Body {
    fn push(&mut self, text: &[u8], source: &str) {
        match self {
            Self::Head(head) => {
                head.extend_from_slice(text);
                if head.len() >= HEAD_BYTES {
                    *self = Self::decide(std::mem::take(head), source, false);
                }
            }
            Self::Document(document) => {
                document.bytes.extend_from_slice(text);
                if let Some(other) = document.reconsider() {
                    *self = other;
                }
            }
            Self::Lines(lines) => lines.push(text),
            Self::Log { log, .. } => log.push(text),
        }
    }

    /// By exactly the first bytes: whether to keep the text as a document or to search it as a log.
    fn decide(text: Vec<u8>, source: &str, complete: bool) -> Self {
        // A character that is cut at the end of the head decides nothing.
        let head = String::from_utf8_lossy(text.get(..HEAD_BYTES).unwrap_or(&text));
        let code = code::language(source, &head).is_some();
        if complete || code || json::begins_document(&head) || json::is_unfinished(&head) || token::is_token(&head) {
            let mut document = Document { bytes: text, settled: code, searched: 0 };
            return document.reconsider().unwrap_or(Self::Document(document));
        }
        let mut log = Box::<Log>::default();
        log.push(&text);
        Self::Log { log, oversize: false }
    }

    fn finish(self, source: &str) -> Found {
        match self {
            Self::Head(head) => match Self::decide(head, source, true) {
                Self::Head(_) => Found::default(),
                other => other.finish(source),
            },
            Self::Document(document) => whole::read(source, &String::from_utf8_lossy(&document.bytes)),
            Self::Lines(lines) => lines.finish(),
            Self::Log { log, oversize } => finish_log(*log, oversize),
        }
    }
}

/// What the search found, and why that may not be all.
fn finish_log(log: Log, oversize: bool) -> Found {
    let (mut found, stats) = log.finish(None);
    if oversize {
        let megabytes = MAX_DOCUMENT_BYTES >> 20;
        found.skipped.push(format!("more than {megabytes} MiB: only searched for codes and tokens, as a log is"));
    } else if found.is_empty() {
        found.skipped.push(crate::text::nothing_in(&stats));
    }
    found
}

/// A text that is kept, because it may be a document.
#[derive(Debug)]
struct Document {
    bytes: Vec<u8>,
    /// Whether it is one document a line is known.
    settled: bool,
    /// How far it was searched for the end of its first line.
    searched: usize,
}

impl Document {
    /// Whether it turns out to be one document a line, or too large to keep.
    fn reconsider(&mut self) -> Option<Body> {
        if !self.settled
            && let Some(is_lines) = self.is_lines()
        {
            self.settled = true;
            if is_lines {
                let mut lines = Box::<Lines>::default();
                lines.push(&self.bytes);
                return Some(Body::Lines(lines));
            }
        }
        if self.bytes.len() <= MAX_DOCUMENT_BYTES {
            return None;
        }
        let mut log = Box::<Log>::default();
        log.push(&std::mem::take(&mut self.bytes));
        Some(Body::Log { log, oversize: true })
    }

    /// One document a line: the first line is one, and the next begins another. `None` while that is not known.
    fn is_lines(&mut self) -> Option<bool> {
        let unsearched = self.bytes.get(self.searched..)?;
        let Some(end) = memchr::memchr(b'\n', unsearched) else {
            self.searched = self.bytes.len();
            return None;
        };
        self.searched += end;
        let (line, rest) = self.bytes.split_at(self.searched);
        let Some(next) = rest.iter().find(|byte| !byte.is_ascii_whitespace()) else {
            // Nobody leaves that much space between two lines, and looking at it again and again takes time.
            return (rest.len() > HEAD_BYTES).then_some(false);
        };
        let line = std::str::from_utf8(line).unwrap_or_default();
        Some(*next == b'{' && line.trim_start().starts_with('{') && json::parse(line).is_some())
    }
}
