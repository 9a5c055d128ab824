//! Kubernetes manifests, kustomizations, and what Helm has rendered.

mod account;
mod delivery;
mod deployment;
mod edit;
mod keys;
mod kustomize;
mod placeholder;
mod pod;
mod volume;
mod workload;

use crate::facts;
use crate::model::Draft;
use crate::source::{Node, Sources};

pub(crate) use account::ServiceAccount;
pub(crate) use deployment::{Deployment, Manifests, Object};
pub(crate) use keys::{Key, is_true, nearest_key};
pub(crate) use placeholder::is_stand_in;
pub(crate) use pod::Pod;
pub(crate) use volume::{TokenFile, TokenVolume};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Its documents, the items of lists by themselves.
    documents: Vec<Node>,
}

/// Whether a document is a manifest, a kustomization, or a patch for one.
pub(crate) fn is_manifest(path: &str, document: &Node) -> bool {
    let object = document.get("apiVersion").is_some() && document.get("kind").is_some();
    object || crate::recognise::is_kustomization(path) || is_json_patch(document)
}

fn is_json_patch(document: &Node) -> bool {
    let operation = |item: &Node| item.get("op").is_some() && item.get("path").is_some();
    !document.items().is_empty() && document.items().iter().all(operation)
}

/// Reads a document.
pub(crate) fn read(path: &str, document: &Node, facts: &mut facts::Facts) {
    facts.is(if crate::recognise::is_kustomization(path) { "kustomization" } else { "Kubernetes manifest" });
    let is_list = document.known_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
    match document.get("items") {
        Some(items) if is_list => facts.kubernetes.documents.extend(items.items().iter().cloned()),
        _ => facts.kubernetes.documents.push(document.clone()),
    }
}

/// Joins pods with their service accounts and adds the workloads.
pub(crate) fn join(sources: &Sources, facts: &[facts::Facts], draft: &mut Draft) -> Manifests {
    let documents: Vec<&[Node]> = facts.iter().map(|facts| facts.kubernetes.documents.as_slice()).collect();
    let manifests = Manifests::new(sources, &documents);
    workload::add(&manifests, draft);
    manifests
}
