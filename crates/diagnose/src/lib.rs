//! Evidence, catalog and decision joined: which cause is the reader's, with proof, and what to change.
//!
//! [`diagnose`] is pure; the time comes in through [`Options`].

mod agreement;
mod causes;
mod diagnosis;
mod exchange;
mod facts;
mod fill;
mod fixes;
mod observed;
mod picture;
mod retry;

use fedlens_evidence::Evidence;
use fedlens_issuers::Cloud;
use fedlens_trust::decide;
use jiff::Timestamp;

pub use causes::{RULES, Rule};
pub use diagnosis::{
    Agreement, CauseFinding, CauseVerdict, Command, Diagnosis, Exit, FixFinding, Input, Observed, Prediction, SCHEMA,
    Step, StepState,
};
pub use exchange::JudgedExchange;
pub use fill::Placeholders;

use facts::Facts;

/// What the reader said beside the evidence.
#[derive(Clone, Debug)]
pub struct Options {
    /// The tenant asked for a token.
    pub tenant: Option<String>,
    /// The client id.
    pub client_id: Option<String>,
    /// The scope asked for.
    pub scope: Option<String>,
    /// The time to judge by; without it, the time of the failure, or else `now`.
    pub at: Option<Timestamp>,
    /// The current time.
    pub now: Timestamp,
    /// The cloud; without it, public.
    pub cloud: Option<Cloud>,
}

impl Options {
    /// No word from the reader, at the given time.
    pub fn at_time(now: Timestamp) -> Self {
        Self { tenant: None, client_id: None, scope: None, at: None, now, cloud: None }
    }
}

/// Joins the evidence into a diagnosis.
pub fn diagnose(evidence: &Evidence, options: &Options) -> Diagnosis {
    let observed = observed::collect(evidence);
    let exchange = exchange::from_evidence(evidence, options, observed.first());
    let decision = exchange
        .as_ref()
        .map(|exchange| decide(&exchange.directory, &exchange.request, exchange.now, &exchange.policy));
    let facts = Facts::new(evidence, &observed, exchange.as_ref(), decision.as_ref());
    let causes = causes::judge(&facts);
    let placeholders = Placeholders::new(&facts);
    let fixes = fixes::collect(&facts, &causes, &placeholders);
    let agreement = agreement::compare(&facts);
    let picture = picture::draw(&facts);
    let summary = picture::summary(&facts);
    Diagnosis {
        schema: SCHEMA,
        summary,
        inputs: evidence.items.iter().map(Input::from).collect(),
        skipped: evidence.skipped.clone(),
        prediction: decision.as_ref().map(Prediction::from),
        picture,
        checks: decision.map(|decision| decision.checks).unwrap_or_default(),
        causes,
        fixes,
        agreement,
        judged_at: exchange.as_ref().map(|exchange| exchange.now),
        exchange,
        observed,
    }
}
