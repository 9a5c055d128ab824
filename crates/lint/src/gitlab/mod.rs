//! GitLab CI.

use crate::facts;
use crate::model::Draft;
use crate::source::{Node, Sources};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Whether a document is a pipeline of GitLab.
pub(crate) fn is_pipeline(_path: &str, _document: &Node) -> bool {
    false
}

/// Reads a pipeline.
pub(crate) fn read(_document: &Node, _facts: &mut facts::Facts) {}

/// Adds the workloads.
pub(crate) fn join(_sources: &Sources, _facts: &[facts::Facts], _draft: &mut Draft) {}
