//! From pasted text to claims, with every problem and its position.

mod base64;
mod dressing;
mod find;
mod json;
mod located;
mod parts;
mod plain;
mod scan;

use std::cmp::Reverse;
use std::ops::Range;

use serde::Serialize;

use crate::{Claims, Secret};

pub use dressing::Dressing;
pub use find::find_tokens;

/// The longest text that is decoded, in bytes; the rest is a [`ProblemKind::TooLong`].
pub const MAX_TOKEN_BYTES: usize = 1 << 20;

/// What could be read of a token. Nothing in it was verified.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Decoded {
    /// The first part, where it is a JSON object.
    pub header: Option<Claims>,
    /// The second part, where it is a JSON object.
    pub claims: Option<Claims>,
    /// The third part as it was written.
    pub signature: Option<Secret>,
    /// The whole token, without its dressing.
    #[serde(skip)]
    pub compact: Secret,
    /// What surrounded the token, outermost first.
    pub dressing: Vec<Dressing>,
    /// Everything that is wrong with it, in the order of the positions.
    pub problems: Vec<Problem>,
}

impl Decoded {
    /// The same without personal values, for output. The `compact` token is left out.
    pub fn redacted(&self) -> Self {
        Self {
            header: self.header.as_ref().map(Claims::redacted),
            claims: self.claims.as_ref().map(Claims::redacted),
            compact: Secret::default(),
            ..self.clone()
        }
    }
}

/// One fault of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which fault.
    pub kind: ProblemKind,
    /// Where it is, in bytes of the text given.
    ///
    /// A fault inside something that had to be decoded first, such as an
    /// escaped JSON string, has the range of the whole encoded value.
    pub at: Range<usize>,
    /// One sentence that says what is wrong. Holds no part of a signature.
    pub message: String,
}

/// The faults that decoding can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Nothing was given.
    Empty,
    /// Longer than [`MAX_TOKEN_BYTES`].
    TooLong,
    /// Fewer or more than three parts, or an empty one.
    PartCount,
    /// A five-part token (JWE) whose claims cannot be read.
    Encrypted,
    /// A character or length that base64url does not have.
    Base64,
    /// Padding (`=`) that a JWT must not have.
    Padding,
    /// Standard base64 (`+`, `/`) instead of base64url.
    Alphabet,
    /// A part that is not UTF-8.
    Utf8,
    /// A part that is not JSON.
    Json,
    /// JSON, but not an object.
    NotAnObject,
    /// The same key twice; the last one counts.
    DuplicateKey,
    /// A time claim that is not a whole number.
    TimeFormat,
    /// The token seems cut off.
    Truncated,
}

/// Decodes a token as pasted.
///
/// Takes a bare token, one in quotes, behind `Bearer`, wrapped over several
/// lines, in a JSON answer, in a form body or in a log line, and also the header
/// and claims as plain JSON, the way decoders show them. Never fails: whatever
/// can be read is returned, with everything that is wrong.
pub fn decode(text: &str) -> Decoded {
    if text.len() > MAX_TOKEN_BYTES {
        return too_long(text);
    }
    let (inner, mut dressing) = dressing::undress(text);
    if inner.text().chars().all(|c| dressing::is_blank(c) || dressing::is_quote(c)) {
        return only(ProblemKind::Empty, 0..text.len(), "There is no token: the text is empty.".to_owned());
    }
    let mut decoded = if inner.text().starts_with('{') {
        plain::read(&inner)
    } else {
        parts::read(&dressing::join(inner, &mut dressing))
    };
    decoded.dressing.splice(0..0, dressing);
    decoded.problems.sort_by_key(|problem| (problem.at.start, Reverse(problem.at.end)));
    decoded
}

/// Reads no more than the header, from the first few kilobytes.
fn too_long(text: &str) -> Decoded {
    let start = text.get(..text.floor_char_boundary(find::MAX_HEADER_BYTES)).unwrap_or_default();
    let (inner, dressing) = dressing::undress(start);
    let header = inner.text().split_once('.').map(|(header, _)| parts::read(&located::Located::whole(header)).header);
    let limit = text.floor_char_boundary(MAX_TOKEN_BYTES);
    let message = format!("The text is longer than {MAX_TOKEN_BYTES} bytes; no more than the header was read.");
    Decoded { header: header.flatten(), dressing, ..only(ProblemKind::TooLong, limit..text.len(), message) }
}

fn only(kind: ProblemKind, at: Range<usize>, message: String) -> Decoded {
    Decoded { problems: vec![Problem { kind, at, message }], ..Decoded::default() }
}

#[cfg(test)]
mod tests;
