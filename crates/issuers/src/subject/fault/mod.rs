//! Subjects that no platform sends: misspelt, incomplete, or with a wildcard that matches nothing.

mod github;
mod other;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::parse_subject;
use crate::platform::{is_invisible, pattern};
use crate::{PlatformId, recognise};

/// What is wrong with a configured subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectFault {
    /// The kind.
    pub kind: SubjectFaultKind,
    /// Why no token has it, in a sentence.
    pub sentence: String,
    /// The subject that was meant, where it can be told.
    pub instead: Option<String>,
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectFaultKind {
    /// A `*` or `?` where the platform never has one.
    Wildcard,
    /// A form that the platform never sends.
    Malformed,
}

impl SubjectFault {
    fn malformed(sentence: impl Into<String>, instead: Option<String>) -> Self {
        Self { kind: SubjectFaultKind::Malformed, sentence: sentence.into(), instead }
    }
}

/// The first fault of a subject that is trusted together with an issuer, by the grammar of the issuer's platform;
/// `None` for one that may be sent, and for one that no grammar is known of. Placeholders are no fault.
///
/// ```
/// use fedlens_issuers::subject_fault;
///
/// let fault = subject_fault("https://token.actions.githubusercontent.com", "repo:contoso/app:pull-request").unwrap();
/// assert_eq!(fault.instead.as_deref(), Some("repo:contoso/app:pull_request"));
/// ```
pub fn subject_fault(issuer: &str, subject: &str) -> Option<SubjectFault> {
    let trimmed = subject.trim_matches(is_invisible);
    if trimmed.is_empty() || is_placeholder(subject) {
        return None;
    }
    let platform = platform(issuer, trimmed);
    if trimmed.len() != subject.len() {
        let sentence = "A blank or an invisible character stands before or after it, and Entra compares that too.";
        return Some(SubjectFault::malformed(sentence, Some(trimmed.to_owned())));
    }
    wildcard(platform, subject).or_else(|| malformed(platform?, issuer, subject))
}

/// The issuer's platform; where that is not known, the one whose subjects begin so.
fn platform(issuer: &str, subject: &str) -> Option<PlatformId> {
    let known = recognise(issuer).map(|found| found.platform.id).filter(|id| *id != PlatformId::Other);
    known.or_else(|| {
        let starts: &[(&str, PlatformId)] = &[
            ("repo:", PlatformId::GitHub),
            ("system:serviceaccount", PlatformId::Kubernetes),
            ("sc://", PlatformId::AzureDevOps),
            ("project_path:", PlatformId::GitLab),
        ];
        // What another platform is known to send says nothing of this one.
        let unknown = recognise(issuer).is_none();
        starts.iter().find(|(start, _)| unknown && subject.starts_with(start)).map(|(_, id)| *id)
    })
}

/// What documentation and templates write in place of a value.
fn is_placeholder(subject: &str) -> bool {
    let marks = ["<", ">", "{{", "${", "$(", "#{", "__", "…", "[YOUR", "YOUR_"];
    marks.iter().any(|mark| subject.contains(mark)) || pattern::is_masked(subject)
}

/// A standard credential has no patterns, so that a wildcard is compared as it stands.
fn wildcard(platform: Option<PlatformId>, subject: &str) -> Option<SubjectFault> {
    let everything = matches!(subject, "*" | "**") || subject.ends_with(":*") || subject.ends_with("/*");
    let found = match platform {
        // The name of a workflow may hold anything.
        Some(id) if id.is_github() => {
            let before = subject.split(":workflow:").next().unwrap_or(subject);
            before.contains('*') || before.contains("refs/") && before.contains('?')
        }
        Some(PlatformId::Other) | None => everything,
        Some(_) => subject.contains(['*', '?']),
    };
    found.then(|| SubjectFault {
        kind: SubjectFaultKind::Wildcard,
        sentence:
            "A standard credential compares its subject letter by letter, so a `*` or `?` in it matches only itself."
                .to_owned(),
        instead: None,
    })
}

fn malformed(platform: PlatformId, issuer: &str, subject: &str) -> Option<SubjectFault> {
    let parsed = parse_subject(Some(issuer), subject);
    match platform {
        id if id.is_github() => github::fault(id, &parsed, subject),
        id if id.is_kubernetes() => other::kubernetes(&parsed, subject),
        PlatformId::AzureDevOps => other::azure_devops(&parsed, subject),
        PlatformId::Entra => other::entra(&parsed, subject),
        PlatformId::GitLab => other::gitlab(&parsed, subject),
        PlatformId::Terraform => other::terraform(&parsed, subject),
        PlatformId::Google => other::google(subject),
        _ => None,
    }
}
