//! What a run of the linter has found, read and not been able to judge.

use jiff::civil::Date;

use crate::Finding;
use crate::model::{Answer, Model};
use crate::source::{Place, Sources, SyntaxError};
use crate::suppression::{self, Suppressed, Suppression};

/// The outcome of a run.
#[derive(Debug)]
pub struct Report {
    /// What is wrong, by place.
    pub findings: Vec<Finding>,
    /// What somebody has decided not to be told of.
    pub suppressed: Vec<Suppressed>,
    /// Sign-ins of which it cannot be told whether they would succeed.
    pub unjudged: Vec<Unjudged>,
    /// Files, or parts of them, that could not be read.
    pub unreadable: Vec<SyntaxError>,
    /// How much was looked at.
    pub counts: Counts,
}

impl Report {
    /// Takes out what is suppressed, and says which suppressions are wrong.
    pub fn suppress(&mut self, sources: &Sources, suppressions: &[Suppression], today: Date) {
        let found = std::mem::take(&mut self.findings);
        let (left, suppressed) = suppression::apply(sources, suppressions, today, found);
        self.findings = left;
        self.suppressed.extend(suppressed);
        crate::sort(&mut self.findings);
    }
}

/// A sign-in that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// Where it is.
    pub place: Place,
    /// Who signs in.
    pub workload: String,
    /// What is not known.
    pub why: String,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that say something of sign-ins.
    pub files: usize,
    /// Workloads found.
    pub workloads: usize,
    /// Applications and managed identities found.
    pub identities: usize,
    /// Federated identity credentials found.
    pub credentials: usize,
    /// Sign-ins whose two sides were both found.
    pub joined: usize,
    /// Those that Entra would accept.
    pub accepted: usize,
    /// Those that it would refuse.
    pub refused: usize,
    /// Those that could not be judged.
    pub unjudged: usize,
}

pub(crate) fn report(model: &Model<'_>, findings: Vec<Finding>) -> Report {
    let mut counts = Counts {
        files: model.facts.iter().filter(|facts| facts.taken_for.is_some()).count(),
        workloads: model.workloads.len(),
        identities: model.identities.len(),
        credentials: model.credentials.len(),
        ..Counts::default()
    };
    let mut unjudged = Vec::new();
    for exchange in &model.exchanges {
        let workload = &model.workloads[exchange.workload];
        match &exchange.answer {
            Answer::Accepted { .. } => counts.accepted += 1,
            Answer::Refused(_) => counts.refused += 1,
            Answer::CannotTell { why, .. } => {
                counts.unjudged += 1;
                let place = workload.candidates.get(exchange.candidate).map_or(workload.place, |found| found.place);
                unjudged.push(Unjudged { place, workload: workload.name.clone(), why: why.clone() });
            }
        }
    }
    counts.joined = counts.accepted + counts.refused;
    unjudged.sort_by(|a, b| (a.place, &a.why).cmp(&(b.place, &b.why)));
    unjudged.dedup();
    Report { findings, suppressed: Vec::new(), unjudged, unreadable: model.unreadable.clone(), counts }
}
