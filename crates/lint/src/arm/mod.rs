//! ARM templates and Bicep.

use crate::facts;
use crate::model::Draft;
use crate::source::{FileId, Node, Sources};

/// What one template declares.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Whether a document is a template or its parameters.
pub(crate) fn is_template(_document: &Node) -> bool {
    false
}

/// Reads a template, or parameters for one.
pub(crate) fn read(_path: &str, _document: &Node, _facts: &mut facts::Facts) {}

/// Reads a Bicep file, or parameters for one.
pub(crate) fn read_bicep(_file: FileId, _text: &str, _facts: &mut facts::Facts) {}

/// Works out every template and adds what it defines.
pub(crate) fn join(_sources: &Sources, _facts: &[facts::Facts], _draft: &mut Draft) {}
