//! Azure Pipelines: pipelines with their templates, service connections, and what scripts ask the platform for.

mod connection;
mod evaluate;
mod expand;
mod expression;
mod mention;
mod shape;
mod step;
mod workload;

use crate::model::Draft;
use crate::source::{Node, Sources};
use crate::{commands, facts};

pub(crate) use connection::{Connection, Federation, Outdated, federation, outdated};
pub(crate) use expand::{Job, Stage};
pub(crate) use mention::reads;
pub(crate) use shape::is_pipeline;
pub(crate) use step::{Step, Task};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Pipelines and templates.
    documents: Vec<Node>,
    /// Service connections of an export.
    pub(crate) connections: Vec<Connection>,
}

/// Reads a pipeline or a template; `text` is the whole file, for scripts in it.
pub(crate) fn read(document: &Node, text: &str, facts: &mut facts::Facts) {
    facts.is("Azure pipeline");
    commands::read_steps(document, text, facts);
    facts.azure_devops.documents.push(document.clone());
}

/// Reads a service connection as `az devops service-endpoint list` prints it.
pub(crate) fn read_connection(entry: &Node, facts: &mut facts::Facts) {
    facts.azure_devops.connections.extend(connection::read(entry));
}

/// Puts templates into the pipelines that use them and adds the workloads.
pub(crate) fn join(sources: &Sources, facts: &[facts::Facts], draft: &mut Draft) {
    draft.stages = expand::pipelines(sources, facts);
    let connections: Vec<&Connection> = facts.iter().flat_map(|facts| &facts.azure_devops.connections).collect();
    workload::add(&connections, draft);
}
