//! Completion scripts and the manual page, from the same definitions as the help.

use anyhow::Error;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::output::{Output, Status};

pub(crate) fn completions(shell: Shell, output: &Output) -> Result<Status, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fedlens", &mut script);
    output.print(&String::from_utf8(script)?)?;
    Ok(Status::Clean)
}

pub(crate) fn manual(output: &Output) -> Result<Status, Error> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    output.print(&String::from_utf8(page)?)?;
    Ok(Status::Clean)
}
