//! What Entra would answer to each workload.

use super::{Credential, Identity, Workload};
use crate::Options;

/// A workload with one of its subjects, and what Entra would answer to it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The workload, by its position in the model.
    pub workload: usize,
    /// The subject, by its position in the workload.
    pub candidate: usize,
    /// The answer.
    pub answer: Answer,
}

/// What Entra would answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A token.
    Accepted {
        /// The credential that fits.
        credential: usize,
    },
    /// A refusal.
    Refused(Box<Refused>),
    /// It depends on what is not known.
    CannotTell {
        /// What is not known.
        why: String,
        /// The credential that may fit.
        credential: Option<usize>,
    },
}

/// A refusal with the credential that comes nearest.
#[derive(Clone, Debug)]
pub struct Refused {
    /// `AADSTS700213`
    pub code: String,
    /// The credential that comes nearest.
    pub credential: usize,
    /// The cause id: `github.subject.environment-vs-ref`.
    pub cause: &'static str,
    /// Why the two differ, in a sentence or two.
    pub explanation: String,
    /// What the workload presents: its subject, its issuer or its audience.
    pub presented: String,
    /// What the credential trusts in its place.
    pub configured: String,
    /// Whether it is certain that the workload signs in as the owner of that credential.
    pub settled: bool,
}

pub(super) fn judge(
    _options: &Options,
    _identities: &[Identity],
    _credentials: &[Credential],
    _workloads: &[Workload],
) -> Vec<Exchange> {
    Vec::new()
}
