//! Kubernetes manifests, kustomizations, and what Helm has rendered.

use crate::facts;
use crate::model::Draft;
use crate::source::{Node, Sources};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Whether a document is a manifest or a kustomization.
pub(crate) fn is_manifest(_path: &str, document: &Node) -> bool {
    document.get("apiVersion").is_some() && document.get("kind").is_some()
}

/// Reads a document.
pub(crate) fn read(_path: &str, _document: &Node, _facts: &mut facts::Facts) {}

/// Joins pods with their service accounts and adds the workloads.
pub(crate) fn join(_sources: &Sources, _facts: &[facts::Facts], _draft: &mut Draft) {}
