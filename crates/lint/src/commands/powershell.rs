//! Scripts of PowerShell.
use super::Command;
use super::cursor::Cursor;
pub(super) fn run(_cursor: Cursor<'_>) -> Vec<Command> {
    Vec::new()
}
