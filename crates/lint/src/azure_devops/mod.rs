//! Azure Pipelines.

use crate::facts;
use crate::model::Draft;
use crate::source::{Node, Sources};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Whether a document is a pipeline or a template of one.
pub(crate) fn is_pipeline(_document: &Node) -> bool {
    false
}

/// Reads a pipeline or a template; `text` is the whole file, for scripts in it.
pub(crate) fn read(_document: &Node, _text: &str, _facts: &mut facts::Facts) {}

/// Puts templates into the pipelines that use them and adds the workloads.
pub(crate) fn join(_sources: &Sources, _facts: &[facts::Facts], _draft: &mut Draft) {}

/// Reads a service connection as `az devops service-endpoint list` prints it.
pub(crate) fn read_connection(_entry: &Node, _facts: &mut facts::Facts) {}
