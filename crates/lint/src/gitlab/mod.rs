//! GitLab CI.

mod compose;
mod job;
mod refs;
mod script;
mod workload;

use crate::facts;
use crate::model::Draft;
use crate::source::{Node, Sources, folder};

pub(crate) use compose::{Pipeline, place_in};
pub(crate) use job::{Job, Use};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The pipeline, or the part of one; the header of a component is a document of its own.
    documents: Vec<Node>,
}

/// The pipelines of a repository.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    /// Each with what it includes.
    pub(crate) pipelines: Vec<Pipeline>,
}

/// Whether a file is a pipeline of GitLab by its name.
pub(crate) fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folders = folder(path);
    [".gitlab-ci.yml", ".gitlab-ci.yaml"].iter().any(|ending| name.ends_with(ending))
        || folders.split('/').any(|folder| matches!(folder, ".gitlab" | ".gitlab-ci"))
}

/// Whether a document is a pipeline of GitLab, or a part of one.
pub(crate) fn is_pipeline(path: &str, document: &Node) -> bool {
    const KEYWORDS: &[&str] =
        &["stage", "extends", "rules", "only", "needs", "before_script", "id_tokens", "artifacts"];
    let foreign = document.get("apiVersion").is_some() || document.get("services").is_some();
    is_named(path)
        || !foreign
            && document.entries().iter().any(|entry| {
                let has = |key: &&str| entry.value.get(key).is_some();
                has(&"id_tokens") || (has(&"script") && KEYWORDS.iter().any(has))
            })
}

/// Reads a pipeline.
pub(crate) fn read(document: &Node, facts: &mut facts::Facts) {
    facts.is("GitLab pipeline");
    facts.gitlab.documents.push(document.clone());
}

/// Adds the workloads.
pub(crate) fn join(sources: &Sources, facts: &[facts::Facts], draft: &mut Draft) -> Pipelines {
    let documents: Vec<&[Node]> = facts.iter().map(|facts| facts.gitlab.documents.as_slice()).collect();
    let pipelines = compose::compose(sources, &documents);
    draft.workloads.extend(pipelines.iter().flat_map(workload::of_pipeline));
    Pipelines { pipelines }
}
