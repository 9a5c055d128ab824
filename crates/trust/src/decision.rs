//! What the decision says: every check with its outcome, basis and source.

use serde::Serialize;

use crate::checks::Exchange;

/// One check that Entra makes.
pub struct Check {
    /// A stable, dotted id: `fic.subject`.
    pub id: &'static str,
    /// What holds when it passes, as a statement.
    pub title: &'static str,
    /// The errors it can answer with.
    pub errors: &'static [ErrorSpec],
    /// Looks at the exchange.
    pub(crate) evaluate: fn(&Exchange<'_>) -> Verdict,
}

/// An error a check can answer with, apart from its message.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ErrorSpec {
    /// The AADSTS number.
    pub code: u32,
    /// The OAuth `error`.
    pub oauth_error: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// How sure the rule and the code are.
    pub basis: Basis,
    /// Where that is from.
    pub source: &'static str,
}

/// How sure a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Microsoft documents it.
    Documented,
    /// Seen verbatim in public.
    Seen,
    /// Said by others, not verbatim.
    ThirdParty,
    /// Concluded from what is documented or seen.
    Inferred,
    /// A guess where nothing is known.
    Assumed,
}

/// How a check came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Passed {
        /// What it was seen by.
        detail: String,
    },
    /// Entra refuses with this.
    Failed(Refusal),
    /// It was not evaluated, because something before it is missing.
    NotReached {
        /// What is missing.
        why: String,
    },
    /// It is not made for an exchange of this kind.
    DoesNotApply {
        /// Why not.
        why: String,
    },
    /// The evidence does not settle it.
    CannotTell {
        /// What is unknown and would settle it.
        why: String,
    },
}

/// The answer of a failed check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// The AADSTS number.
    pub code: u32,
    /// Numbers that Entra has answered with for the same fault.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub alternatives: &'static [u32],
    /// The message after `AADSTS…: `, without the trace id. Protocol text.
    pub message: String,
    /// What is wrong, in our words and with the values at hand.
    pub detail: String,
    /// The OAuth `error`.
    pub oauth_error: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// How sure it is.
    pub basis: Basis,
    /// Where that is from.
    pub source: &'static str,
}

/// A check and how it came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckResult {
    /// The check's id.
    pub id: &'static str,
    /// The check's title.
    pub title: &'static str,
    /// How it came out.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Accepted, rejected, or not to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Entra would issue a token.
    Accepted,
    /// Entra would refuse.
    Rejected,
    /// No check fails, but not all can be settled.
    CannotTell,
}

/// What Entra would answer, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// Every check, in Entra's order.
    pub checks: Vec<CheckResult>,
}

impl Decision {
    /// The answer that Entra would give: the first refusal.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusals().next()
    }

    /// Every refusal, in Entra's order.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.checks.iter().filter_map(|check| match &check.verdict {
            Verdict::Failed(refusal) => Some(refusal),
            _ => None,
        })
    }

    /// The verdict of a check.
    pub fn verdict(&self, id: &str) -> Option<&Verdict> {
        self.checks.iter().find(|check| check.id == id).map(|check| &check.verdict)
    }

    /// The checks before the first failed one that could not be settled: the answer assumes that they pass.
    pub fn assumptions(&self) -> impl Iterator<Item = &CheckResult> {
        self.checks
            .iter()
            .take_while(|check| !matches!(check.verdict, Verdict::Failed(_)))
            .filter(|check| matches!(check.verdict, Verdict::CannotTell { .. }))
    }
}
