//! Commands in steps that sign in with a token of GitHub.

use super::login::Input;
use super::scope::Scope;
use crate::source::{Node, Place, Sources};

/// The sign-ins of a step's script, with what they are given.
pub(crate) fn logins(_sources: &Sources, _step: &Node, _scope: &Scope<'_>) -> Vec<(Place, Vec<Input>)> {
    Vec::new()
}
