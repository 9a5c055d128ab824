//! GitHub Actions: workflows, reusable ones, composite actions, and the subjects of their jobs.

use crate::Options;
use crate::facts;
use crate::model::Draft;
use crate::source::{Node, Sources};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {}

/// What is known of the repository.
#[derive(Debug, Default)]
pub(crate) struct Repository {}

impl Repository {
    pub(crate) fn find(_options: &Options, _facts: &[facts::Facts], _draft: &Draft) -> Self {
        Self {}
    }
}

/// Whether a path is that of a workflow.
pub(crate) fn is_workflow(path: &str) -> bool {
    let folder = crate::source::folder(path);
    folder == ".github/workflows" || folder.ends_with("/.github/workflows")
}

/// Whether a document is a composite action.
pub(crate) fn is_action(path: &str, document: &Node) -> bool {
    matches!(path.rsplit('/').next(), Some("action.yml" | "action.yaml")) && document.get("runs").is_some()
}

/// Reads a workflow; `text` is the whole file, for scripts in it.
pub(crate) fn read_workflow(_document: &Node, _text: &str, _facts: &mut facts::Facts) {}

/// Reads a composite action.
pub(crate) fn read_action(_document: &Node, _text: &str, _facts: &mut facts::Facts) {}

/// Whether a document is what GitHub's API answers about a repository's subjects.
pub(crate) fn is_subject_template(_document: &Node) -> bool {
    false
}

/// Reads it.
pub(crate) fn read_subject_template(_document: &Node, _facts: &mut facts::Facts) {}

/// Puts reusable workflows into their callers and adds the jobs.
pub(crate) fn join(_sources: &Sources, _facts: &[facts::Facts], _repository: &Repository, _draft: &mut Draft) {}
