//! The command line: reads inputs and the clock, calls the pure crates, writes what they say.

mod cli;
mod commands;
mod input;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, TokenCommand};
use crate::output::{Output, Status};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.color);
    let done = match &cli.command {
        Command::Diagnose(arguments) => commands::diagnose::run(arguments, &output),
        Command::Explain(arguments) => commands::explain::run(arguments, &output),
        Command::Lint(arguments) => commands::lint::run(arguments, &output),
        Command::Token { command: TokenCommand::Decode(arguments) } => commands::token::decode(arguments, &output),
        Command::Catalog { command } => commands::catalog::run(command, &output),
        Command::Emulate(arguments) => commands::emulate::run(arguments, &output),
        Command::Checks(arguments) => commands::checks::run(arguments, &output),
        Command::Completions { shell } => commands::generate::completions(*shell, &output),
        Command::Manual => commands::generate::manual(&output),
    };
    match done {
        Ok(status) => status.into(),
        Err(error) if output::is_closed_pipe(&error) => Status::Clean.into(),
        Err(error) => {
            output.error(&error);
            Status::Failed.into()
        }
    }
}
