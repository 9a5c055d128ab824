//! A repository joined into one model of workloads, identities and credentials, and judged by
//! [`fedlens_trust::decide`] before it is deployed.
//!
//! [`lint`] reads every file by itself, joins what they say, and lets each of [`RULES`] look at the whole.
//! What is not known before the deployment stays unknown: a [`source::Text`] has pieces that are not known, and a
//! question that hangs on one of them is answered "cannot tell".
//!
//! No file is opened here: the caller brings the texts, and asks [`wants`] which ones are of use.

mod arm;
mod azure_devops;
mod code;
mod commands;
mod definitions;
mod entra;
mod export;
mod facts;
mod finding;
mod fingerprint;
mod github;
mod gitlab;
mod kubernetes;
pub mod model;
pub mod patch;
mod recognise;
mod report;
mod rule;
mod rules;
pub mod source;
pub mod suppression;
mod terraform;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use rayon::prelude::*;

pub use finding::{Confidence, Edit, Finding, Fix, Label, Mismatch, Severity};
pub use fingerprint::fingerprints;
pub use recognise::{may_want, wants};
pub use report::{Counts, Report, Unjudged};
pub use rule::Rule;
pub use rules::RULES;

use model::Model;
use source::{Place, Sources};

/// What the caller knows beside the files.
#[derive(Clone, Debug)]
pub struct Options {
    /// The repository on GitHub, as `owner/name`.
    pub repository: Option<String>,
    /// The day by which dated rules judge.
    pub today: Date,
}

/// Lints the files.
pub fn lint(sources: &Sources, options: &Options) -> Report {
    let files: Vec<_> = sources.iter().collect();
    let facts = files.par_iter().map(|(id, file)| facts::read(*id, &file.path, &file.text)).collect();
    let model = Model::join(sources, options, facts);
    let mut findings: Vec<Finding> = RULES
        .par_iter()
        .flat_map_iter(|rule| {
            let mut found = Vec::new();
            (rule.check)(&model, &mut found);
            found
        })
        .collect();
    keep_causes(&mut findings);
    sort(&mut findings);
    findings.dedup_by(|a, b| a.primary == b.primary && a.rule.id == b.rule.id && a.message == b.message);
    let mut report = report::report(&model, findings);
    report.suppress(sources, &suppression::comments(sources), options.today);
    report
}

/// By place, then by rule.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| (a.primary.place, a.rule.id, &a.message).cmp(&(b.primary.place, b.rule.id, &b.message)));
}

/// Drops what another finding explains: a sign-in that fails by a value which is reported for itself, on either side.
fn keep_causes(findings: &mut Vec<Finding>) {
    let refused: HashMap<Place, String> =
        findings.iter().filter_map(|finding| finding.failed_by.zip(finding.predicted.clone())).collect();
    // What the decision has answered to a sign-in is more exact than what a rule expects of a value.
    for finding in findings.iter_mut().filter(|finding| finding.failed_by.is_none() && finding.predicted.is_some()) {
        if let Some(code) = refused.get(&finding.primary.place) {
            finding.predicted = Some(code.clone());
        }
    }
    let causes = findings.iter().filter(|finding| finding.failed_by.is_none());
    let predicted = |finding: &Finding| Some((finding.primary.place, finding.predicted.clone()?));
    let same: HashSet<(Place, String)> = causes.filter_map(predicted).collect();
    let explained: HashSet<Place> = same.iter().map(|(place, _)| *place).collect();
    let errors = findings.iter().filter(|finding| finding.failed_by.is_none() && finding.severity == Severity::Error);
    // What stands there is wrong for another reason, and makes the sign-in fail.
    let wrong: HashSet<Place> = errors.filter_map(predicted).map(|(place, _)| place).collect();
    findings.retain(|finding| {
        let own = predicted(finding).is_some_and(|own| same.contains(&own)) || wrong.contains(&finding.primary.place);
        finding.failed_by.is_none_or(|place| !own && !explained.contains(&place))
    });
}
