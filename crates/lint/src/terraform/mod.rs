//! Terraform: configurations with their variables, and plans.

use crate::facts;
use crate::model::Draft;
use crate::source::{FileId, Node, Sources};

/// What one file declares.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Reads a `.tf` file.
pub(crate) fn read(_file: FileId, _text: &str, _facts: &mut facts::Facts) {}

/// Reads a `.tfvars` file.
pub(crate) fn read_variables(_file: FileId, _text: &str, _facts: &mut facts::Facts) {}

/// Whether a document is what `terraform show -json` prints.
pub(crate) fn is_plan(_document: &Node) -> bool {
    false
}

/// Reads a plan.
pub(crate) fn read_plan(_document: &Node, _facts: &mut facts::Facts) {}

/// Works out every module and adds what it defines.
pub(crate) fn join(_sources: &Sources, _facts: &[facts::Facts], _draft: &mut Draft) {}
