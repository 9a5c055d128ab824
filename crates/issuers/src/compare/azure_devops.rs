//! Two subjects of Azure DevOps: by name from its own issuer, by id from Entra.

use super::parts::{differing, named};
use super::text::{configure, described, quote, sentence};
use super::{Difference, Pair, Part};
use crate::Subject;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Connection,
    Pipeline,
}

/// `None` unless both subjects are those of Azure DevOps.
pub(super) fn compare(presented: &Subject, configured: &Subject, pair: Pair<'_>) -> Option<Difference> {
    let ((kind, minted), (expected, configured_minted)) = (kind(presented)?, kind(configured)?);
    if kind != expected {
        return Some(other_kind(kind, presented, configured, pair));
    }
    if minted != configured_minted {
        return Some(converted(minted, pair));
    }
    let parts = differing(&named(presented), &named(configured));
    Some(if minted { other_ids(parts, pair) } else { renamed(kind, parts, pair) })
}

/// What a subject stands for, and whether Entra minted it.
fn kind(subject: &Subject) -> Option<(Kind, bool)> {
    match subject {
        Subject::ServiceConnection { .. } => Some((Kind::Connection, false)),
        Subject::Pipeline { .. } => Some((Kind::Pipeline, false)),
        Subject::Eid1(eid1) if eid1.service_connection().is_some() => Some((Kind::Connection, true)),
        Subject::Eid1(eid1) if eid1.pipeline().is_some() => Some((Kind::Pipeline, true)),
        _ => None,
    }
}

/// How each subject begins, since names and ids cannot be set side by side.
fn form(pair: Pair<'_>) -> Vec<Part> {
    let start = |subject: &str| {
        let known = ["sc://", "p://", "/eid1/"].into_iter().find(|start| subject.starts_with(start));
        known.unwrap_or_default().to_owned()
    };
    vec![Part { name: "form", presented: start(pair.presented), configured: start(pair.configured) }]
}

fn other_kind(sent: Kind, presented: &Subject, configured: &Subject, pair: Pair<'_>) -> Difference {
    let (explanation, hint) = match sent {
        Kind::Pipeline => (
            "The token was asked for without a service connection, so Azure DevOps names the pipeline; the credential names a service connection.",
            "Send the service connection's id with the token request (serviceConnectionId).".to_owned(),
        ),
        Kind::Connection => (
            "The token was asked for a service connection, and the credential names a pipeline.",
            sentence(&configure(pair.presented)),
        ),
    };
    let mut parts = differing(&named(presented), &named(configured));
    parts.retain(|part| matches!(part.name, "pipeline" | "connection"));
    Difference {
        cause: "ado.subject.pipeline-vs-connection",
        explanation: explanation.to_owned(),
        parts,
        hint: Some(hint),
    }
}

/// One side under Azure DevOps' own issuer, the other under Entra's.
fn converted(minted: bool, pair: Pair<'_>) -> Difference {
    let (explanation, hint) = if minted {
        (
            "Entra issued this token for Azure DevOps, with ids in the subject; the credential still has the old subject made of names. \
             The service connection was converted to the Entra issuer, or created with it.",
            "Set the credential's issuer and subject to those that the service connection shows now",
        )
    } else {
        (
            "Azure DevOps' own issuer issued this token, with names in the subject; the credential has the subject of the Entra issuer. \
             In the public cloud the old issuer ends on 2027-07-01.",
            "Convert the service connection to the Entra issuer, or give the credential the old issuer and subject",
        )
    };
    Difference {
        cause: "ado.issuer.vstoken-to-entra",
        explanation: explanation.to_owned(),
        parts: form(pair),
        hint: Some(format!("{hint}; the presented subject is {}.", quote(pair.presented))),
    }
}

/// Two subjects of the old issuer, which consist of names that people change.
fn renamed(kind: Kind, parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let what = match kind {
        Kind::Connection => {
            "The subject is made of names, so it changes when the organisation, the project or the service connection is renamed"
        }
        Kind::Pipeline => {
            "The subject is made of names, so it changes when the organisation, the project or the pipeline is renamed"
        }
    };
    Difference {
        cause: "ado.subject.renamed",
        explanation: format!("{what}: {}.", described(&parts)),
        hint: Some(sentence(&configure(pair.presented))),
        parts,
    }
}

fn other_ids(parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    Difference {
        cause: "fic.subject.mismatch",
        explanation: format!("Both subjects are those of Azure DevOps under Entra, but {}.", described(&parts)),
        hint: Some(format!("{} It holds ids, so it outlives renaming.", sentence(&configure(pair.presented)))),
        parts,
    }
}
