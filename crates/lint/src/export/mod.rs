//! Applications, managed identities and credentials as Graph, ARM and `az` print them.

use crate::facts;
use crate::source::Node;

/// Reads an export; a document that is none says nothing.
pub(crate) fn read(_document: &Node, _facts: &mut facts::Facts) {}
