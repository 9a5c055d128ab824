//! Subjects of the remaining platforms, and subjects of two different ones.

use super::parts::{differing, named, whole};
use super::text::{configure, described, quote, sentence};
use super::{Difference, Pair, Part};
use crate::{PlatformId, Subject, recognise};

pub(super) fn compare(presented: &Subject, configured: &Subject, pair: Pair<'_>) -> Difference {
    let parts = differing(&named(presented), &named(configured));
    match (presented, configured) {
        (Subject::ServiceAccount { .. }, Subject::ServiceAccount { .. }) => service_account(parts, pair),
        (Subject::ServiceAccount { namespace, name }, Subject::Opaque(text)) if means(text, namespace, name) => {
            malformed(pair)
        }
        (Subject::Terraform { .. }, Subject::Terraform { .. }) => terraform(parts, pair),
        (Subject::GitLab { .. }, Subject::GitLab { .. }) => gitlab(parts, pair),
        (Subject::ObjectId(sent), Subject::ObjectId(_)) => object_id(sent, parts, pair),
        (Subject::Opaque(_), Subject::Opaque(_)) => opaque(pair),
        (Subject::Eid1(_), Subject::Eid1(_)) => mismatch(
            format!("Both subjects are structured, but {}.", described(&parts)),
            parts,
            configured_as_sent(pair),
        ),
        _ => other_form(presented, configured, pair),
    }
}

fn mismatch(explanation: String, parts: Vec<Part>, hint: Option<String>) -> Difference {
    Difference { cause: "fic.subject.mismatch", explanation, parts, hint }
}

fn configured_as_sent(pair: Pair<'_>) -> Option<String> {
    Some(sentence(&configure(pair.presented)))
}

fn service_account(parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let runs_as_default = parts.iter().any(|part| part.name == "service-account" && part.presented == "default");
    let why = if runs_as_default { " A pod whose spec has no serviceAccountName runs as `default`." } else { "" };
    let wanted: Vec<String> = parts
        .iter()
        .map(|part| match part.name {
            "namespace" => format!("deploy to namespace {}", quote(&part.configured)),
            _ => format!("set `serviceAccountName: {}` in the pod spec", part.configured),
        })
        .collect();
    Difference {
        cause: "k8s.subject.service-account",
        explanation: format!(
            "Kubernetes names the namespace and the service account that the pod runs as: {}.{why}",
            described(&parts)
        ),
        hint: Some(sentence(&format!("{}, or {}", wanted.join(" and "), configure(pair.presented)))),
        parts,
    }
}

/// Whether a configured text is meant to be a service account, written in some other way.
fn means(text: &str, namespace: &str, name: &str) -> bool {
    let words: Vec<&str> = text.split([':', '/']).collect();
    text.to_ascii_lowercase().contains("serviceaccount") || words.ends_with(&[namespace, name])
}

fn malformed(pair: Pair<'_>) -> Difference {
    Difference {
        cause: "k8s.subject.service-account",
        explanation: format!(
            "The credential's subject {} is not of the form that Kubernetes sends, `system:serviceaccount:` with namespace and service account.",
            quote(pair.configured)
        ),
        parts: whole(pair.presented, pair.configured),
        hint: configured_as_sent(pair),
    }
}

/// Terraform plans and applies under two subjects, so a missing phase wants a second credential.
fn terraform(parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let explanation = if parts.iter().all(|part| part.name == "run-phase") {
        format!("Terraform sends a subject of its own for each phase: {}.", described(&parts))
    } else {
        format!("Terraform names organisation, project, workspace and phase: {}.", described(&parts))
    };
    let hint = if parts.iter().all(|part| part.name == "run-phase") {
        format!("Keep this credential and add one with the subject {}.", quote(pair.presented))
    } else {
        sentence(&configure(pair.presented))
    };
    mismatch(explanation, parts, Some(hint))
}

fn gitlab(parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let full_ref = parts.iter().any(|part| part.name == "ref" && part.configured.starts_with("refs/"));
    let by_id = parts.iter().any(|part| part.name == "project_id" && part.configured.is_empty());
    let why = if full_ref {
        " GitLab sends the bare name of a branch or tag, without `refs/heads/`."
    } else if by_id {
        " The project is set to name itself by its id."
    } else {
        ""
    };
    mismatch(format!("GitLab's subjects differ: {}.{why}", described(&parts)), parts, configured_as_sent(pair))
}

/// Which of the two is a client id cannot be told from the ids alone, so it is not said here.
fn object_id(sent: &str, parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let explanation = format!(
        "Entra sends the object id of the identity that asked for the token, {}; the credential names {}.",
        quote(sent),
        quote(pair.configured)
    );
    mismatch(
        explanation,
        parts,
        Some("Set the subject to the object (principal) id of the identity whose token is presented.".to_owned()),
    )
}

/// Two texts without a grammar: where they part, and what usually goes wrong with their platform.
fn opaque(pair: Pair<'_>) -> Difference {
    let alike = pair.presented.chars().zip(pair.configured.chars()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| text.chars().skip(alike).collect::<String>();
    let (sent, expected) = (rest(pair.presented), rest(pair.configured));
    let explanation = if alike == 0 {
        format!("The assertion has {} and the credential has {}.", quote(pair.presented), quote(pair.configured))
    } else {
        format!(
            "After {alike} equal characters the assertion goes on with {} and the credential with {}.",
            quote(&sent),
            quote(&expected)
        )
    };
    let platform = pair.issuer.and_then(recognise).map(|found| found.platform);
    let advice =
        platform.map(|platform| format!(" The commonest mistake with {}: {}", platform.name, platform.mistake));
    let hint = format!("{}{}", sentence(&configure(pair.presented)), advice.unwrap_or_default());
    mismatch(explanation, whole(pair.presented, pair.configured), Some(hint))
}

/// Two forms that do not belong together: usually the wrong credential, or the wrong token.
fn other_form(presented: &Subject, configured: &Subject, pair: Pair<'_>) -> Difference {
    let explanation =
        format!("The assertion's subject is {}; the credential's is {}.", form(presented), form(configured));
    let unknown = configured.platform().is_none();
    let hint = if unknown || presented.platform() == configured.platform() {
        configured_as_sent(pair)
    } else {
        Some("Check that the credential is the one for this workload, or add one for it.".to_owned())
    };
    mismatch(explanation, whole(pair.presented, pair.configured), hint)
}

fn form(subject: &Subject) -> &'static str {
    match (subject, subject.platform()) {
        (Subject::ServiceConnection { .. }, _) => "an Azure DevOps service connection by name",
        (Subject::Pipeline { .. }, _) => "an Azure DevOps pipeline",
        (_, Some(PlatformId::GitHub)) => "that of a GitHub Actions job",
        (_, Some(PlatformId::AzureDevOps)) => "an Azure DevOps connection under Entra",
        (Subject::ObjectId(_), _) => "an object id, as Entra sends for a managed identity",
        (_, Some(PlatformId::Entra)) => "a structured subject of Entra",
        (_, Some(PlatformId::Kubernetes)) => "a Kubernetes service account",
        (_, Some(PlatformId::GitLab)) => "a GitLab project",
        (_, Some(PlatformId::Terraform)) => "a Terraform workspace",
        _ => "of no form that is known here",
    }
}
