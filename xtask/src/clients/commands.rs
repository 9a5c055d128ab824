//! The Azure CLI, command by command.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// A command, and what it is to do.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AzCommand {
    /// The command, with `$NAME` for values.
    pub(super) run: String,
    /// The name of a value that it prints.
    #[serde(skip_serializing_if = "Option::is_none")]
    keeps: Option<String>,
    /// A part of what it prints.
    pub(super) shows: Option<String>,
    /// A part of what it says when it fails, where it is to.
    pub(super) fails: Option<String>,
}

/// What a command did.
#[derive(Deserialize)]
struct Done {
    status: i32,
    output: String,
    error: String,
}

impl AzCommand {
    fn is_met(&self, done: &Done) -> bool {
        match (&self.fails, &self.shows) {
            (Some(part), _) => done.status != 0 && done.error.contains(part),
            (None, shows) => done.status == 0 && shows.as_ref().is_none_or(|part| done.output.contains(part)),
        }
    }
}

/// Fails where a command did something else than it is to do.
pub(super) fn compare(commands: &[AzCommand], lines: &str) -> Result<()> {
    let all: Vec<Done> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>().context(lines.to_owned())?;
    for (command, done) in commands.iter().zip(&all) {
        if !command.is_met(done) {
            bail!("{} ended with {}:\n{}{}", command.run, done.status, done.output, done.error);
        }
    }
    if all.len() != commands.len() {
        bail!("{} of {} commands of the Azure CLI were run", all.len(), commands.len());
    }
    Ok(())
}
