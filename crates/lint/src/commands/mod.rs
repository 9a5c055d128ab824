//! Commands that sign in: in scripts, in Dockerfiles, in the steps of workflows and pipelines.

use crate::facts;
use crate::recognise::Form;
use crate::source::FileId;

/// The commands of one file.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// Reads a script, a Dockerfile or a file of variables.
pub(crate) fn read(_form: Form, _file: FileId, _text: &str, _facts: &mut facts::Facts) {}
