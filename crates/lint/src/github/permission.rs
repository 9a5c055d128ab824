//! Which permissions the token of a job has, as far as asking for an id token goes.

use crate::source::{Node, Place};

/// The level of `id-token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Not granted.
    None,
    /// `read`, which the permission does not have.
    Read,
    /// Granted.
    Write,
}

/// What a job may do, and what says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The level.
    pub(crate) level: Level,
    /// What decides.
    pub(crate) said: Said,
}

/// What decides a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// An entry `id-token: …`, at its value.
    Entry(Place),
    /// A block of permissions without one, at its key and its value.
    Block(Place, Place),
    /// `permissions: read-all` and the like, at the value.
    All(Place),
    /// Nothing: the default never has it.
    Nothing,
}

/// The grant of a block `permissions:` in a job or a workflow; `None` where there is none.
pub(crate) fn declared(owner: &Node) -> Option<Grant> {
    let entry = owner.entry("permissions")?;
    let block = &entry.value;
    if let Some(all) = block.known() {
        let level = if all == "write-all" { Level::Write } else { Level::None };
        return Some(Grant { level, said: Said::All(block.place) });
    }
    let Some(own) = block.get("id-token") else {
        return Some(Grant { level: Level::None, said: Said::Block(entry.key_place, block.place) });
    };
    let level = match own.known() {
        Some("write") => Level::Write,
        Some("read") => Level::Read,
        _ => Level::None,
    };
    Some(Grant { level, said: Said::Entry(own.place) })
}

/// The grant of a job: its own block, or its workflow's, or the default.
pub(crate) fn of_job(workflow: &Node, job: &Node) -> Grant {
    let nothing = Grant { level: Level::None, said: Said::Nothing };
    declared(job).or_else(|| declared(workflow)).unwrap_or(nothing)
}
