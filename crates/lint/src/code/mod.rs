//! Source code: from where a token is acquired to where it is handed over as an assertion.

use crate::facts;
use crate::source::FileId;

/// What one source file does.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// The languages that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    CSharp,
    JavaScript,
    TypeScript,
    Tsx,
    Java,
    Go,
}

impl Language {
    /// The language of a file name's extension.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "py" => Self::Python,
            "cs" | "csx" => Self::CSharp,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "java" => Self::Java,
            "go" => Self::Go,
            _ => return None,
        })
    }
}

/// Whether a file can hold anything to look at; it parses nothing.
pub(crate) fn wants(_language: Language, _bytes: &[u8]) -> bool {
    false
}

/// Reads a source file.
pub(crate) fn read(_language: Language, _file: FileId, _text: &str, _facts: &mut facts::Facts) {}

/// Reads a notebook.
pub(crate) fn read_notebook(_file: FileId, _text: &str, _facts: &mut facts::Facts) {}
