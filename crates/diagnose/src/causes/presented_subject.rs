//! What the presented subject alone suggests, when the credentials are not at hand.

use fedlens_issuers::{PlatformId, Subject, parse_subject, recognise};

use super::{Findings, Rule};
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule {
    name: "presented subject",
    causes: &[
        "github.subject.environment-vs-ref",
        "github.subject.pull-request",
        "github.subject.immutable-vs-name",
        "github.subject.custom-template",
        "github.subject.branch",
        "ado.subject.pipeline-vs-connection",
        "ado.subject.renamed",
        "ado.issuer.vstoken-to-entra",
        "k8s.subject.service-account",
        "fic.issuer.trailing-slash",
    ],
    judge,
};

const NO_SUBJECT_MATCH: &[u32] = &[70_021, 700_213, 7_002_137];
const NO_ISSUER_MATCH: &[u32] = &[70_021, 700_211];

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if facts.credentials().is_some() {
        return;
    }
    // Entra compares the issuer first, so an odd one explains more than the subject.
    if let (Some(_), Some(issuer)) = (facts.observed(NO_ISSUER_MATCH), facts.issuer()) {
        by_issuer(issuer, findings);
    }
    if let (Some(_), Some(subject)) = (facts.observed(NO_SUBJECT_MATCH), facts.subject()) {
        by_subject(facts, subject, findings);
    }
}

fn by_subject(facts: &Facts<'_>, subject: &str, findings: &mut Findings) {
    let said = |what: &str| format!("the presented subject {subject} {what}");
    match parse_subject(facts.issuer(), subject) {
        Subject::GitHub { ids: Some(_), .. } => {
            findings.possible(
                "github.subject.immutable-vs-name",
                said("has the immutable form, with owner and repository ids"),
            );
        }
        Subject::GitHub { context, .. } if context.starts_with("environment:") => findings.possible(
            "github.subject.environment-vs-ref",
            said("is for an environment: the job names one, and credentials for branches do not match"),
        ),
        Subject::GitHub { context, .. } if context.starts_with("pull_request") => {
            findings.possible("github.subject.pull-request", said("is for a pull request"));
        }
        Subject::GitHub { .. } => {
            findings.possible("github.subject.environment-vs-ref", said("is for a ref: the job names no environment"));
            findings.possible("github.subject.branch", said("is for this one branch or tag"));
        }
        Subject::GitHubTemplate { .. } => {
            findings.possible("github.subject.custom-template", said("follows a customised template"));
        }
        Subject::Pipeline { .. } => findings.possible(
            "ado.subject.pipeline-vs-connection",
            said("is the pipeline's (p://): the token was asked for without a service connection id"),
        ),
        Subject::ServiceConnection { .. } => findings.possible("ado.subject.renamed", said("is made of names")),
        Subject::Eid1(eid1) if eid1.path.starts_with("pl/") => {
            findings.possible("ado.subject.pipeline-vs-connection", said("is the pipeline's"));
        }
        Subject::Eid1(_) => findings.possible("ado.issuer.vstoken-to-entra", said("is the new, structured one")),
        Subject::ServiceAccount { .. } if facts.observed(&[700_213]).is_some() => {
            findings.possible("k8s.subject.service-account", said("names a namespace and a service account"));
        }
        _ => {}
    }
}

fn by_issuer(issuer: &str, findings: &mut Findings) {
    let Some(recognised) = recognise(issuer) else { return };
    let said = |what: &str| format!("the presented issuer {issuer} {what}");
    match recognised.platform.id {
        PlatformId::Aks if issuer.ends_with('/') => {
            findings.possible(
                "fic.issuer.trailing-slash",
                said("ends in a slash, which credentials are often stored without"),
            );
        }
        PlatformId::GitHub if issuer.ends_with('/') => {
            findings.possible(
                "fic.issuer.trailing-slash",
                said("is printed with a slash that GitHub's tokens do not have"),
            );
        }
        PlatformId::GitHub if issuer.matches('/').count() > 2 => {
            findings.possible("github.issuer.enterprise-slug", said("has an enterprise slug"));
        }
        PlatformId::Entra | PlatformId::AzureDevOps => {
            findings.possible("ado.issuer.vstoken-to-entra", said("is one of the two that Azure DevOps uses"));
        }
        _ => {}
    }
}
