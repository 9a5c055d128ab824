//! Verdicts on causes, collected over the rules.

use fedlens_catalog::cause;

use crate::{CauseFinding, CauseVerdict};

/// The verdicts so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<CauseFinding>);

impl Findings {
    pub(crate) fn confirm(&mut self, id: &'static str, evidence: impl Into<String>) {
        self.add(id, CauseVerdict::Confirmed, evidence.into());
    }

    pub(crate) fn rule_out(&mut self, id: &'static str, evidence: impl Into<String>) {
        self.add(id, CauseVerdict::RuledOut, evidence.into());
    }

    pub(crate) fn possible(&mut self, id: &'static str, evidence: impl Into<String>) {
        self.add(id, CauseVerdict::Possible, evidence.into());
    }

    /// A cause that the catalog lists for an observed code, with nothing in the evidence for or against it.
    pub(crate) fn listed(&mut self, id: &'static str) {
        if !self.0.iter().any(|finding| finding.id == id) {
            self.0.push(CauseFinding::new(id, CauseVerdict::Possible, Vec::new()));
        }
    }

    pub(crate) fn cannot_tell(&mut self, id: &'static str, why: impl Into<String>) {
        self.add(id, CauseVerdict::CannotTell, why.into());
    }

    /// Whether any cause is confirmed.
    pub(crate) fn confirmed(&self) -> bool {
        self.0.iter().any(|finding| finding.verdict == CauseVerdict::Confirmed)
    }

    /// The surer verdict wins; evidence for the same one adds up.
    fn add(&mut self, id: &'static str, verdict: CauseVerdict, evidence: String) {
        let Some(known) = self.0.iter_mut().find(|finding| finding.id == id) else {
            self.0.push(CauseFinding::new(id, verdict, vec![evidence]));
            return;
        };
        match strength(verdict).cmp(&strength(known.verdict)) {
            std::cmp::Ordering::Greater => (known.verdict, known.evidence) = (verdict, vec![evidence]),
            std::cmp::Ordering::Equal if !known.evidence.contains(&evidence) => known.evidence.push(evidence),
            _ => {}
        }
    }

    /// The surest first; open ones say what would settle them.
    pub(crate) fn into_sorted(mut self) -> Vec<CauseFinding> {
        self.0.sort_by_key(|finding| finding.verdict);
        for finding in &mut self.0 {
            let open = matches!(finding.verdict, CauseVerdict::Possible | CauseVerdict::CannotTell);
            finding.settled_by = cause(finding.id).filter(|_| open).map(|cause| cause.settled_by.to_owned());
        }
        self.0
    }
}

impl CauseFinding {
    fn new(id: &'static str, verdict: CauseVerdict, evidence: Vec<String>) -> Self {
        Self { id, title: cause(id).map_or(id, |cause| cause.title), verdict, evidence, settled_by: None }
    }
}

fn strength(verdict: CauseVerdict) -> u8 {
    match verdict {
        CauseVerdict::Confirmed => 3,
        CauseVerdict::RuledOut => 2,
        CauseVerdict::Possible => 1,
        CauseVerdict::CannotTell => 0,
    }
}
