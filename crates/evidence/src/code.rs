//! Source code: which calls acquire tokens, and which pass one on as a client assertion.

use serde::Serialize;

/// What was seen in a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFile {
    /// `C#`, `Python`, `TypeScript`, `JavaScript`, `Java`, `Go`, `PowerShell`, `shell`.
    pub language: &'static str,
    /// Calls that acquire a token.
    pub acquisitions: Vec<CodeCall>,
    /// Places where a token is used as a client assertion.
    pub assertion_uses: Vec<CodeCall>,
}

/// A call in source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeCall {
    /// The call, as written: `AcquireTokenOnBehalfOf`.
    pub call: String,
    /// The line, from 1.
    pub line: usize,
    /// What it acquires.
    pub acquisition: Acquisition,
}

/// Whose token a call acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acquisition {
    /// A user signs in: interactive, device code, user name and password.
    User,
    /// On behalf of a user whose token came in.
    OnBehalfOf,
    /// The application itself: client credentials.
    AppOnly,
    /// A managed identity.
    ManagedIdentity,
    /// Not an acquisition: an assertion handed over.
    None,
}
