//! Flexible federated identity credentials: the expression language, parsed and evaluated.

use std::fmt;
use std::ops::Range;

use fedlens_token::Claims;
use serde::Serialize;

/// A parsed expression: comparisons joined by `and`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expression {
    /// All of them must hold.
    pub comparisons: Vec<Comparison>,
}

/// `claims['name'] operator 'comparand'`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The claim's name.
    pub claim: String,
    /// The operator.
    pub operator: Operator,
    /// What the claim is compared with.
    pub comparand: String,
}

/// The documented operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    /// Equal, letter case included.
    Eq,
    /// A pattern: `?` is one character, `*` any number of them.
    Matches,
}

/// Why an expression was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpressionError {
    /// The expression.
    pub expression: String,
    /// Where in it, in bytes.
    pub at: Range<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExpressionError {}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// Returns the first fault with its position; `Display` draws a caret under it.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Err(ExpressionError { expression: text.to_owned(), at: 0..0, message: "not implemented".to_owned() })
    }

    /// Checks that the issuer supports flexible credentials with these claims and operators.
    ///
    /// # Errors
    ///
    /// Returns a sentence that says what the issuer allows instead.
    pub fn check_issuer(&self, _issuer: &str) -> Result<(), String> {
        Ok(())
    }

    /// The first comparison that the claims do not meet; `None` when all hold.
    pub fn first_mismatch<'a>(&'a self, _claims: &Claims) -> Option<&'a Comparison> {
        None
    }
}
