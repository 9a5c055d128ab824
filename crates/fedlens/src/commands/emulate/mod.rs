//! `fedlens emulate`

mod certificates;
mod env;
mod exec;
mod log;
mod serve;
mod signals;
mod token;

use anyhow::{Context, Error};
use fedlens_emulator::DirectoryDocument;

use crate::cli::{EmulateArguments, EmulateCommand};
use crate::output::{Output, Status};

pub(crate) fn run(arguments: &EmulateArguments, output: &Output) -> Result<Status, Error> {
    match &arguments.command {
        None => serve::run(arguments, output),
        Some(EmulateCommand::Exec(arguments)) => exec::run(arguments, output),
        Some(EmulateCommand::Env(arguments)) => env::run(arguments, output),
        Some(EmulateCommand::Log(arguments)) => log::run(arguments, output),
        Some(EmulateCommand::Schema) => {
            let schema = serde_json::to_string_pretty(&DirectoryDocument::json_schema())?;
            output.print(&format!("{schema}\n"))?;
            Ok(Status::Clean)
        }
        Some(EmulateCommand::Sample) => {
            output.print(fedlens_emulator::SAMPLE)?;
            Ok(Status::Clean)
        }
        Some(EmulateCommand::Token(arguments)) => token::run(arguments, output),
    }
}

/// Runs what waits for sockets.
fn block_on<T>(threads: Option<usize>, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads.max(1));
    }
    builder.enable_all().build().context("cannot start worker threads")?.block_on(work)
}
