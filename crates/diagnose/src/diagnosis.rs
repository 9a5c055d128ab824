//! What a diagnosis says. Its JSON form is a stable contract.

use fedlens_catalog::{Failure, entry};
use fedlens_evidence::{Item, Skipped};
use fedlens_trust::{Basis, CheckResult, Decision, Outcome, Refusal};
use jiff::Timestamp;
use serde::Serialize;

use crate::JudgedExchange;

/// The version of the JSON form.
pub const SCHEMA: &str = "fedlens.diagnosis/1";

/// A diagnosis.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What happened, in one sentence.
    pub summary: String,
    /// What every input was taken for.
    pub inputs: Vec<Input>,
    /// What was not used, and why.
    pub skipped: Vec<Skipped>,
    /// The failures found, the most telling first.
    pub observed: Vec<Observed>,
    /// What Entra would answer, where the evidence allows to say.
    pub prediction: Option<Prediction>,
    /// The exchange in a few steps, up to where it broke.
    pub picture: Vec<Step>,
    /// Every check, in Entra's order.
    pub checks: Vec<CheckResult>,
    /// The causes, the surest first.
    pub causes: Vec<CauseFinding>,
    /// What to change, for the first cause first.
    pub fixes: Vec<FixFinding>,
    /// Whether observed and predicted agree.
    pub agreement: Agreement,
    /// The time that was judged by.
    pub judged_at: Option<Timestamp>,
    /// The exchange that was judged.
    #[serde(skip)]
    pub exchange: Option<JudgedExchange>,
}

/// An input.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    /// The file's path as given, or `standard input`.
    pub source: String,
    /// What it was taken for.
    pub taken_for: String,
}

impl From<&Item> for Input {
    fn from(item: &Item) -> Self {
        Self { source: item.source.clone(), taken_for: item.taken_for.clone() }
    }
}

/// A failure and where it was found.
#[derive(Clone, Debug, Serialize)]
pub struct Observed {
    /// The input it was found in.
    pub source: String,
    /// The title of its catalog entry.
    pub title: Option<&'static str>,
    /// The failure.
    #[serde(flatten)]
    pub failure: Failure,
}

/// What Entra would answer.
#[derive(Clone, Debug, Serialize)]
pub struct Prediction {
    /// Accepted, rejected, or not to be told.
    pub outcome: Outcome,
    /// The code, `AADSTS…`.
    pub code: Option<String>,
    /// Codes that Entra has answered with for the same fault.
    pub alternatives: Vec<String>,
    /// The message.
    pub message: Option<String>,
    /// What is wrong, in our words.
    pub detail: Option<String>,
    /// The OAuth `error`.
    pub error: Option<&'static str>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// How sure the rule is.
    pub basis: Option<Basis>,
    /// Where the rule is from.
    pub source: Option<&'static str>,
    /// Checks before the answer that the evidence leaves open; the answer assumes that they pass.
    pub assumes: Vec<&'static str>,
}

impl From<&Decision> for Prediction {
    fn from(decision: &Decision) -> Self {
        let refusal = decision.refusal();
        Self {
            outcome: decision.outcome,
            code: refusal.map(|refusal| aadsts(refusal.code)),
            alternatives: refusal.map(alternatives).unwrap_or_default(),
            message: refusal.map(|refusal| refusal.message.clone()),
            detail: refusal.map(|refusal| refusal.detail.clone()),
            error: refusal.map(|refusal| refusal.oauth_error),
            status: refusal.map(|refusal| refusal.status),
            basis: refusal.map(|refusal| refusal.basis),
            source: refusal.map(|refusal| refusal.source),
            assumes: decision.assumptions().map(|check| check.id).collect(),
        }
    }
}

/// `AADSTS700229` for 700229.
pub(crate) fn aadsts(code: u32) -> String {
    format!("AADSTS{code}")
}

pub(crate) fn alternatives(refusal: &Refusal) -> Vec<String> {
    refusal.alternatives.iter().copied().map(aadsts).collect()
}

/// One step of the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// A word or two: `issuer`, `app-only`.
    pub label: String,
    /// How it went.
    pub state: StepState,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// It passed, or is where the exchange starts.
    Passed,
    /// It broke here.
    Failed,
    /// It cannot be told.
    Unknown,
    /// The exchange did not come this far.
    NotReached,
}

/// A cause and what the evidence says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CauseFinding {
    /// Its dotted id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What the evidence says.
    pub verdict: CauseVerdict,
    /// The evidence that says so, a sentence each.
    pub evidence: Vec<String>,
    /// What would settle it, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
}

/// What the evidence says of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseVerdict {
    /// It is this.
    Confirmed,
    /// It fits, and nothing speaks against it.
    Possible,
    /// The evidence does not touch it.
    CannotTell,
    /// It is not this.
    RuledOut,
}

/// A change that removes a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FixFinding {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The causes it removes.
    pub causes: Vec<&'static str>,
    /// How to do it, as Markdown with the reader's values.
    pub text: String,
    /// The commands in it.
    pub commands: Vec<Command>,
    /// The changed definition, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// What Entra would answer after the change, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<String>,
}

/// A command or piece of code to paste.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// The language of the fenced block: `bash`, `hcl`, `python`.
    pub language: String,
    /// The text.
    pub text: String,
}

/// Whether the observed and the predicted answer agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Agreement {
    /// They are the same answer.
    Agree {
        /// In what way, when the codes are not identical.
        because: Vec<String>,
    },
    /// They are not.
    Differ {
        /// Why that can be.
        because: Vec<String>,
    },
    /// Nothing was predicted, or nothing was observed.
    NotComparable {
        /// What is missing.
        because: Vec<String>,
    },
}

/// What a diagnosis amounts to for a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing is wrong, or the exchange would be accepted.
    Clean,
    /// A failure was found or predicted.
    Findings,
    /// There was nothing to judge, or no verdict.
    CannotJudge,
}

impl Diagnosis {
    /// The code to head the report with: the observed one, else the predicted one.
    pub fn code(&self) -> Option<String> {
        let observed = self.observed.first().map(|observed| observed.failure.code.to_string());
        observed.or_else(|| self.prediction.as_ref().and_then(|prediction| prediction.code.clone()))
    }

    /// The title of that code.
    pub fn title(&self) -> Option<&'static str> {
        self.code().and_then(|code| entry(&code)).map(|entry| entry.title)
    }

    /// What it amounts to for a script.
    pub fn exit(&self) -> Exit {
        let outcome = self.prediction.as_ref().map(|prediction| prediction.outcome);
        match (self.observed.is_empty(), outcome) {
            (false, _) | (true, Some(Outcome::Rejected)) => Exit::Findings,
            (true, Some(Outcome::Accepted)) => Exit::Clean,
            (true, None) if !self.inputs.is_empty() => Exit::Clean,
            (true, None | Some(Outcome::CannotTell)) => Exit::CannotJudge,
        }
    }
}
