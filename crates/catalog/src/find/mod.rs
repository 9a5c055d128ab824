//! Finding failures in text of any kind and size.
//!
//! [`scan`] looks at every byte for fragments of codes, [`wording`] for known
//! sentences whose number is missing. Around each hit [`window`] and
//! [`unwrap`] put the lines of the message together, [`decode`] takes off what
//! they were wrapped in, [`message`] finds where the message ends, [`fields`]
//! and [`context`] lift out what it says, and [`merge`] counts its copies once.

mod context;
mod decode;
mod escape;
mod fields;
mod finder;
mod knowledge;
mod markup;
mod merge;
mod message;
mod number;
mod prefix;
mod read;
mod scan;
mod sieve;
mod text;
mod unwrap;
mod window;
mod wording;

use std::fmt;
use std::ops::Range;

use serde::Serialize;

pub use finder::Finder;

/// A code as it was found: `AADSTS700229`, or a platform's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// An AADSTS code by its number.
    pub fn aadsts(number: u32) -> Self {
        Self(format!("AADSTS{number}"))
    }

    /// A platform's own code.
    pub fn platform(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The code as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of an AADSTS code.
    pub fn number(&self) -> Option<u32> {
        self.0.strip_prefix("AADSTS")?.parse().ok()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One failure, however often the text repeats it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The code.
    pub code: Code,
    /// What gave it away.
    pub found_by: FoundBy,
    /// Where it stands first, in bytes of the whole input.
    pub at: Range<usize>,
    /// The line of its first mention, from 1.
    pub line: usize,
    /// How often it is mentioned.
    pub mentions: usize,
    /// The message in plain text, without the code and without what [`Fields`] holds after it.
    pub message: String,
    /// What the message says.
    pub fields: Fields,
}

/// What gave a failure away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// The code itself.
    Code,
    /// The wording of its message; the number was missing.
    Wording,
}

/// Values lifted out of a message and what surrounds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Fields {
    /// The assertion's issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The assertion's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The assertion's audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The application: its client id or whatever was sent in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The application's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_name: Option<String>,
    /// The tenant: id, domain or display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The resource or scope asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The key id or thumbprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Entra's clock when it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_time: Option<String>,
    /// The assertion's not-before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The assertion's expiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The OAuth `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth_error: Option<String>,
    /// The OAuth `suberror`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suberror: Option<String>,
    /// Entra's trace id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The correlation id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// When it happened, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
}

impl Fields {
    /// Sets what is not set yet from another mention of the same failure.
    pub fn fill(&mut self, from: Self) {
        let pairs = [
            (&mut self.issuer, from.issuer),
            (&mut self.subject, from.subject),
            (&mut self.audience, from.audience),
            (&mut self.application, from.application),
            (&mut self.application_name, from.application_name),
            (&mut self.tenant, from.tenant),
            (&mut self.resource, from.resource),
            (&mut self.key, from.key),
            (&mut self.current_time, from.current_time),
            (&mut self.valid_from, from.valid_from),
            (&mut self.expires, from.expires),
            (&mut self.oauth_error, from.oauth_error),
            (&mut self.suberror, from.suberror),
            (&mut self.trace_id, from.trace_id),
            (&mut self.correlation_id, from.correlation_id),
            (&mut self.timestamp, from.timestamp),
        ];
        for (slot, value) in pairs {
            if slot.is_none() {
                *slot = value;
            }
        }
    }
}

/// What a [`Finder`] went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindStats {
    /// Bytes read.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Distinct failures dropped because there were too many.
    pub dropped: u64,
}

/// Finds the failures in a whole text, in order of their first mention.
///
/// The text may be of any kind and in any encoding that leaves ASCII readable;
/// UTF-16 has to be decoded by the caller.
///
/// ```
/// let text = br"AADSTS700016: Application with identifier \u0027app-1\u0027 was not found\r\nTrace ID: t-1";
/// let found = fedlens_catalog::find(text);
/// assert_eq!(found[0].code.number(), Some(700_016));
/// assert_eq!(found[0].message, "Application with identifier 'app-1' was not found");
/// assert_eq!(found[0].fields.application.as_deref(), Some("app-1"));
/// assert_eq!(found[0].fields.trace_id.as_deref(), Some("t-1"));
/// ```
pub fn find(text: &[u8]) -> Vec<Failure> {
    let mut finder = Finder::new();
    finder.push(text);
    finder.finish().0
}
