//! What the decision says: every check with its outcome, basis and source.

use std::borrow::Cow;

use serde::Serialize;

use crate::checks::Exchange;

/// A sentence of a verdict.
pub type Sentence = Cow<'static, str>;

/// `Ok` says what the check was seen to hold by; `Err` is any other verdict.
pub(crate) type Finding = Result<Sentence, Verdict>;

/// One check that Entra makes.
pub struct Check {
    /// A stable, dotted id: `fic.subject`.
    pub id: &'static str,
    /// What holds when it passes, as a statement.
    pub title: &'static str,
    /// The errors it can answer with.
    pub errors: &'static [ErrorSpec],
    /// Looks at the exchange.
    pub(crate) evaluate: fn(&Exchange<'_>) -> Finding,
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

impl Basis {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Seen => "seen",
            Self::ThirdParty => "third-party",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }
}

/// How a check came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Passed {
        /// What it was seen by.
        detail: Sentence,
    },
    /// Entra refuses with this.
    Failed(Refusal),
    /// It was not evaluated, because something before it is missing.
    NotReached {
        /// What is missing.
        why: Sentence,
    },
    /// It is not made for an exchange of this kind.
    DoesNotApply {
        /// Why not.
        why: Sentence,
    },
    /// The evidence does not settle it.
    CannotTell {
        /// What is unknown and would settle it.
        why: Sentence,
    },
}

impl Verdict {
    pub(crate) fn not_reached(why: impl Into<Sentence>) -> Self {
        Self::NotReached { why: why.into() }
    }

    pub(crate) fn does_not_apply(why: impl Into<Sentence>) -> Self {
        Self::DoesNotApply { why: why.into() }
    }

    pub(crate) fn cannot_tell(why: impl Into<Sentence>) -> Self {
        Self::CannotTell { why: why.into() }
    }

    /// What was seen, is wrong, is missing or is unknown, in a sentence.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Passed { detail } => detail,
            Self::Failed(refusal) => &refusal.detail,
            Self::NotReached { why } | Self::DoesNotApply { why } | Self::CannotTell { why } => why,
        }
    }
}

impl ErrorSpec {
    /// The verdict that refuses with this error: `message` is protocol text, `detail` ours.
    pub(crate) fn refuse(&self, message: impl Into<String>, detail: impl Into<String>) -> Verdict {
        self.refuse_or(&[], message, detail)
    }

    /// As [`Self::refuse`], with numbers that Entra has answered with for the same fault.
    pub(crate) fn refuse_or(
        &self,
        alternatives: &'static [u32],
        message: impl Into<String>,
        detail: impl Into<String>,
    ) -> Verdict {
        Verdict::Failed(Refusal {
            code: self.code,
            alternatives,
            message: message.into(),
            detail: detail.into(),
            oauth_error: self.oauth_error,
            status: self.status,
            basis: self.basis,
            source: self.source,
        })
    }
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
