//! Flexible federated identity credentials: the expression language, parsed and evaluated.
//!
//! An expression is `claims['{name}'] {operator} '{comparand}'`, several of them joined by `and`.
//! The operators, the issuers and the claims are those of Microsoft's preview documentation.
//! How a single quote is written inside of quotes is not documented; doubling it is assumed here.

mod fault;
mod glob;
mod issuers;
mod parse;
mod scan;
mod spacing;

use std::fmt;
use std::ops::Range;

use fedlens_token::Claims;
pub use issuers::{FLEXIBLE_ISSUERS, FlexibleIssuer, IssuerError};
use serde::Serialize;
use serde_json::Value;

/// The longest expression that is read, in bytes. Microsoft names no limit; a `subject` has 600 characters.
pub const MAX_EXPRESSION_BYTES: usize = 4096;

/// A parsed expression: comparisons joined by `and`. `Display` writes it in the documented form.
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

/// Why an expression was refused, and where. `Display` draws the expression with a caret under the fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpressionError {
    /// The expression; only its beginning where it is longer than [`MAX_EXPRESSION_BYTES`].
    pub expression: String,
    /// Where in it, in bytes.
    pub at: Range<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// Something that can be read but may not mean what its author thinks, or that Entra may not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpressionWarning {
    /// Where in the expression, in bytes.
    pub at: Range<usize>,
    /// One sentence.
    pub message: String,
}

impl Expression {
    /// Parses an expression. More blanks than documented are tolerated; see [`Expression::warnings`].
    ///
    /// ```
    /// use fedlens_trust::flexible::Expression;
    ///
    /// let expression = Expression::parse("claims['sub'] matches 'repo:contoso/*'").unwrap();
    /// assert_eq!(expression.comparisons[0].claim, "sub");
    ///
    /// let error = Expression::parse("claims['sub'] contains 'contoso'").unwrap_err();
    /// assert_eq!(error.at, 14..22);
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the first fault with its position; `Display` draws a caret under it.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        parse::expression(text)
    }

    /// What is doubtful in an expression that can be parsed; empty for one that cannot.
    pub fn warnings(text: &str) -> Vec<ExpressionWarning> {
        parse::warnings(text)
    }

    /// Checks that the issuer supports flexible credentials with these claims and operators.
    ///
    /// # Errors
    ///
    /// Returns what the issuer allows instead, by the documented tables in [`FLEXIBLE_ISSUERS`].
    pub fn check_issuer(&self, issuer: &str) -> Result<(), IssuerError> {
        let rules = issuers::rules_of(issuer)?;
        self.comparisons.iter().try_for_each(|comparison| issuers::check(rules, comparison))
    }

    /// The claims of which Graph is reported to want one for this issuer, where the expression names none of them.
    pub fn missing_anchors(&self, issuer: &str) -> &'static [&'static str] {
        let anchors = issuers::find(issuer).map_or(&[][..], |rules| rules.anchors);
        let named = self.comparisons.iter().any(|comparison| anchors.contains(&comparison.claim.as_str()));
        if named { &[] } else { anchors }
    }

    /// The first comparison that the claims do not meet; `None` when all hold.
    ///
    /// It looks at the claims alone: issuer and audience are compared elsewhere, and whether the issuer supports
    /// the expression is [`Expression::check_issuer`]'s question.
    pub fn first_mismatch<'a>(&'a self, claims: &Claims) -> Option<&'a Comparison> {
        self.comparisons.iter().find(|comparison| !comparison.holds(claims))
    }
}

impl Comparison {
    /// Whether the claims meet it. Letter case counts; of an array, one element must fit; a claim that is
    /// missing or no string does not fit.
    pub fn holds(&self, claims: &Claims) -> bool {
        match claims.get(&self.claim) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).any(|value| self.fits(value)),
            Some(Value::String(value)) => self.fits(value),
            _ => false,
        }
    }

    fn fits(&self, value: &str) -> bool {
        match self.operator {
            Operator::Eq => value == self.comparand,
            Operator::Matches => glob::fits(&self.comparand, value),
        }
    }
}

impl Operator {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Matches => "matches",
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, comparison) in self.comparisons.iter().enumerate() {
            let joint = if index == 0 { "" } else { " and " };
            write!(f, "{joint}{comparison}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "claims[{}] {} {}", scan::quote(&self.claim), self.operator, scan::quote(&self.comparand))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    fn mismatch(expression: &str, value: Value) -> Option<String> {
        Expression::parse(expression).unwrap().first_mismatch(&claims(value)).map(|comparison| comparison.claim.clone())
    }

    #[test]
    fn the_first_comparison_that_fails_is_named() {
        let expression =
            "claims['sub'] matches 'repo:contoso/*' and claims['job_workflow_ref'] eq 'contoso/ci/x.yml@v1'";
        let met = json!({"sub": "repo:contoso/app:environment:prod", "job_workflow_ref": "contoso/ci/x.yml@v1"});
        assert_eq!(mismatch(expression, met), None);
        let other_sub = json!({"sub": "repo:fabrikam/app:environment:prod", "job_workflow_ref": "contoso/ci/x.yml@v2"});
        assert_eq!(mismatch(expression, other_sub).as_deref(), Some("sub"));
        let other_workflow = json!({"sub": "repo:contoso/app:ref:refs/heads/main", "job_workflow_ref": "x"});
        assert_eq!(mismatch(expression, other_workflow).as_deref(), Some("job_workflow_ref"));
    }

    #[test]
    fn letter_case_counts_for_both_operators() {
        for expression in ["claims['sub'] eq 'Repo:a'", "claims['sub'] matches 'Repo:*'"] {
            assert_eq!(mismatch(expression, json!({"sub": "Repo:a"})), None, "{expression}");
            assert_eq!(mismatch(expression, json!({"sub": "repo:a"})).as_deref(), Some("sub"), "{expression}");
        }
    }

    #[test]
    fn eq_takes_wildcards_literally() {
        assert_eq!(mismatch("claims['sub'] eq 'a*'", json!({"sub": "a*"})), None);
        assert!(mismatch("claims['sub'] eq 'a*'", json!({"sub": "ab"})).is_some());
    }

    #[test]
    fn a_claim_that_is_missing_or_no_string_does_not_fit_even_a_star() {
        for value in [json!({}), json!({"n": null}), json!({"n": 1}), json!({"n": true}), json!({"n": {"a": "b"}})] {
            assert!(mismatch("claims['n'] matches '*'", value.clone()).is_some(), "{value}");
        }
        assert!(mismatch("claims['n'] matches '*'", json!({"n": []})).is_some());
    }

    #[test]
    fn one_element_of_an_array_is_enough() {
        assert_eq!(mismatch("claims['groups'] eq 'b'", json!({"groups": ["a", 7, "b"]})), None);
        assert!(mismatch("claims['groups'] eq 'c'", json!({"groups": ["a", 7, "b"]})).is_some());
    }
}
