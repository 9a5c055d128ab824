//! How data platforms are set up to sign in: linked services, connections, data sources.

use crate::facts;
use crate::source::Node;

/// The definitions of one file.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Whether a document is one, or a list of them.
pub(crate) fn is_definition(_path: &str, _document: &Node) -> bool {
    false
}

/// Reads it.
pub(crate) fn read(_document: &Node, _facts: &mut facts::Facts) {}
