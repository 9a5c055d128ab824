//! From pasted text to claims, with every problem and its position.

use std::ops::Range;

use serde::Serialize;

use crate::{Claims, Secret};

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
    /// Everything that is wrong with it.
    pub problems: Vec<Problem>,
}

/// Something around a token that is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dressing {
    /// `Bearer `, or `Authorization: Bearer `.
    Bearer,
    /// Single, double or back quotes.
    Quotes,
    /// Blanks or line breaks around or inside.
    Whitespace,
    /// A JSON object with the token in `value`, `oidcToken`, `access_token` and the like.
    JsonWrapper,
    /// A URL-encoded form with the token in `client_assertion`, `assertion` and the like.
    FormBody,
}

/// One fault of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which fault.
    pub kind: ProblemKind,
    /// Where it is, in bytes of the text given.
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
    /// Fewer or more than three parts.
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
pub fn decode(_text: &str) -> Decoded {
    Decoded::default()
}

/// Where tokens stand in a longer text, in bytes.
pub fn find_tokens(_text: &str) -> Vec<Range<usize>> {
    Vec::new()
}
