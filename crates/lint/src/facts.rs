//! What one file says.

use crate::model::{Credential, Identity};
use crate::source::{FileId, SyntaxError};
use crate::{arm, azure_devops, code, commands, definitions, github, gitlab, kubernetes, terraform};

/// What was read of one file. A file may be several things: a workflow has scripts in it.
#[derive(Debug, Default)]
pub struct Facts {
    /// What it was taken for: `GitHub workflow`; none for a file that says nothing of sign-ins.
    pub taken_for: Option<&'static str>,
    /// Why it, or a part of it, could not be read.
    pub unreadable: Vec<SyntaxError>,
    pub(crate) github: github::Facts,
    pub(crate) azure_devops: azure_devops::Facts,
    pub(crate) gitlab: gitlab::Facts,
    pub(crate) kubernetes: kubernetes::Facts,
    pub(crate) terraform: terraform::Facts,
    pub(crate) arm: arm::Facts,
    pub(crate) definitions: definitions::Facts,
    pub(crate) commands: commands::Facts,
    pub(crate) code: code::Facts,
    /// Identities of exports.
    pub(crate) identities: Vec<Identity>,
    /// Credentials of exports and commands.
    pub(crate) credentials: Vec<Credential>,
}

impl Facts {
    /// Says what the file is; the first word on it stands.
    pub(crate) fn is(&mut self, what: &'static str) {
        self.taken_for.get_or_insert(what);
    }

    /// A part could not be read.
    pub(crate) fn fault(&mut self, error: SyntaxError) {
        self.unreadable.push(error);
    }
}

/// Reads one file.
pub(crate) fn read(file: FileId, path: &str, text: &str) -> Facts {
    let mut facts = Facts::default();
    if let Some(form) = crate::recognise::form(path) {
        crate::recognise::read(form, file, path, text, &mut facts);
    }
    facts
}
