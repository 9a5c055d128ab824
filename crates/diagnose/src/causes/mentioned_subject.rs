//! A text that names two subjects usually names the presented and the configured one.

use fedlens_issuers::{Subject, compare, parse_subject};

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "mentioned subjects", causes: &[PIPELINE, TEMPLATE], judge };

const PIPELINE: &str = "ado.subject.pipeline-vs-connection";
const TEMPLATE: &str = "github.subject.custom-template";

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if facts.credentials().is_some() {
        return;
    }
    let mentioned: Vec<&str> =
        facts.descriptions().flat_map(|description| &description.subjects).map(String::as_str).collect();
    match facts.subject() {
        Some(presented) => others(facts, presented, &mentioned, findings),
        None if facts.observed.is_empty() => unusual(&mentioned, findings),
        None => {}
    }
}

fn others(facts: &Facts<'_>, presented: &str, mentioned: &[&str], findings: &mut Findings) {
    for other in mentioned.iter().filter(|other| **other != presented) {
        let Some(difference) = compare(facts.issuer(), presented, other) else { continue };
        // People mention other repositories for many reasons.
        if !difference.parts.is_empty() && difference.cause != "github.subject.repository" {
            findings.possible(difference.cause, format!("the text also names `{other}`. {}", difference.explanation));
        }
    }
}

/// Without any error, only the subjects that often surprise people are worth a word.
fn unusual(mentioned: &[&str], findings: &mut Findings) {
    for subject in mentioned {
        match parse_subject(None, subject) {
            Subject::Pipeline { .. } => {
                findings.possible(
                    PIPELINE,
                    format!("the subject {subject} is the pipeline's, not the service connection's"),
                );
            }
            Subject::GitHubTemplate { .. } => {
                findings.possible(TEMPLATE, format!("the subject {subject} follows a customised template"));
            }
            _ => {}
        }
    }
}
