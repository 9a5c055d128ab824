//! Running a command with an emulator of its own.

use std::io;

use anyhow::{Context, Error};
use fedlens_emulator::environment::{CONFLICTING, variables};
use fedlens_emulator::{Emulator, Running, Settings};
use tokio::process::Command;

use super::{block_on, env, log, serve, signals};
use crate::cli::ExecArguments;
use crate::output::{Output, Status};

/// What a shell answers for a command that is not there, and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

pub(super) fn run(arguments: &ExecArguments, output: &Output) -> Result<Status, Error> {
    let mut settings =
        Settings { port: arguments.port, identity_port: arguments.identity_port, ..serve::settings(&arguments.serve)? };
    let own = tempfile::tempdir().context("cannot make a folder for this run")?;
    let keys = settings.keys.get_or_insert_with(|| own.path().to_owned()).clone();
    block_on(arguments.serve.threads, async {
        let running = Emulator::start(settings).await?;
        let azure = own.path().join("azure");
        env::write_azure_config(&azure, &running.origin())?;
        let (surroundings, signing) = (running.emulator.surroundings(), running.emulator.keys());
        let place = env::place(&arguments.pretence, &running.origin(), &keys, signing, surroundings, Some(azure))?;
        let mut command = command(arguments);
        command.envs(variables(&place)).env("FEDLENS_EMULATOR", running.origin()).env("FEDLENS_KEYS", &keys);
        let status = match command.spawn() {
            Ok(child) => signals::code(signals::wait(child).await.context("cannot wait for the command")?),
            Err(error) => cannot_run(arguments, &error, output),
        };
        if arguments.explain {
            explain(&running, output)?;
        }
        running.shut_down().await;
        Ok(Status::Of(status))
    })
}

fn command(arguments: &ExecArguments) -> Command {
    let mut words = arguments.command.iter();
    let mut command = Command::new(words.next().map_or_else(Default::default, Clone::clone));
    command.args(words);
    for name in CONFLICTING {
        command.env_remove(name);
    }
    command
}

fn cannot_run(arguments: &ExecArguments, error: &io::Error, output: &Output) -> u8 {
    let name = arguments.command.first().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    output.note(&format!("cannot run {name}: {error}"));
    if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE }
}

fn explain(running: &Running, output: &Output) -> Result<(), Error> {
    for exchange in running.emulator.exchanges().iter().filter(|exchange| !exchange.is_accepted()) {
        output.note(&log::in_full(&serde_json::to_value(exchange)?));
    }
    Ok(())
}
