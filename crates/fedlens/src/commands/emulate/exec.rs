//! Running a command with an emulator of its own.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use anyhow::{Context, Error};
use fedlens_emulator::environment::{CONFLICTING, variables};
use fedlens_emulator::{Emulator, Running, Settings};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::{block_on, env, log, serve};
use crate::cli::ExecArguments;
use crate::output::{Output, Status};

/// What a shell answers for a command that is not there, and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

pub(super) fn run(arguments: &ExecArguments, output: &Output) -> Result<Status, Error> {
    let mut settings =
        Settings { port: arguments.port, identity_port: arguments.identity_port, ..serve::settings(&arguments.serve)? };
    let own = Folder::new()?;
    let keys = settings.keys.get_or_insert_with(|| own.0.clone()).clone();
    block_on(arguments.serve.threads, async {
        let running = Emulator::start(settings).await?;
        let azure = own.0.join("azure");
        env::write_azure_config(&azure, &running.origin())?;
        let (surroundings, signing) = (running.emulator.surroundings(), running.emulator.keys());
        let place = env::place(&arguments.pretence, &running.origin(), &keys, signing, surroundings, Some(azure))?;
        let mut command = command(arguments);
        command.envs(variables(&place)).env("FEDLENS_EMULATOR", running.origin()).env("FEDLENS_KEYS", &keys);
        let status = match command.spawn() {
            Ok(child) => code(wait(child).await?),
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

/// Waits for the command. What a terminal interrupts gets the signal itself; what is asked to end is told to.
async fn wait(mut child: Child) -> Result<ExitStatus, Error> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        tokio::select! {
            status = child.wait() => return status.context("cannot wait for the command"),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {
                let process = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
                if let Some(process) = process {
                    rustix::process::kill_process(process, rustix::process::Signal::TERM).ok();
                }
            }
        }
    }
}

/// The exit code as a shell tells it: 128 and the signal's number where a signal ended the command.
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let number = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(number).unwrap_or(1)
}

fn explain(running: &Running, output: &Output) -> Result<(), Error> {
    for exchange in running.emulator.exchanges().iter().filter(|exchange| !exchange.is_accepted()) {
        output.note(&log::in_full(&serde_json::to_value(exchange)?));
    }
    Ok(())
}

/// A folder of this run, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("fedlens-exec-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
