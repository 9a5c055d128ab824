//! What people's own words point to: phrases that describe a cause, and the subjects they name.

use fedlens_catalog::{Sign, signs};
use fedlens_issuers::mentioned_subjects;
use serde::Serialize;

/// How much of a text is read for it: descriptions are short and come first.
const MAX_BYTES: usize = 64 << 10;

/// A longer text without any known code is a log, and logs describe no causes.
const MAX_LINES: u64 = 200;

/// What a text says beside its codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Phrases that point to a cause.
    pub signs: Vec<Sign>,
    /// Subjects that it names, in order.
    pub subjects: Vec<String>,
}

impl Description {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.signs.is_empty() && self.subjects.is_empty()
    }

    /// Whether it is enough to go by in a text of that many lines without a code.
    pub(crate) fn stands_alone(&self, lines: u64) -> bool {
        !self.is_empty() && lines <= MAX_LINES
    }
}

/// Keeps the beginning of a stream.
#[derive(Debug, Default)]
pub(crate) struct Beginning(Vec<u8>);

impl Beginning {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let room = MAX_BYTES - self.0.len();
        self.0.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
    }

    pub(crate) fn describe(&self) -> Description {
        let text = String::from_utf8_lossy(&self.0);
        Description {
            signs: signs(text.as_bytes()),
            subjects: mentioned_subjects(&text).into_iter().map(str::to_owned).collect(),
        }
    }
}
