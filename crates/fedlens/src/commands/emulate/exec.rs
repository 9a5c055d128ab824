//! Running a command with an emulator of its own.

use std::io;
use std::path::Path;

use anyhow::{Context, Error};
use fedlens_emulator::environment::{conflicting, variables};
use fedlens_emulator::issuers::Kubernetes;
use fedlens_emulator::{Emulator, Running, Settings};
use fedlens_issuers::kubernetes_subject;
use tokio::process::Command;

use super::{block_on, env, log, serve, signals};
use crate::cli::ExecArguments;
use crate::commands::now;
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
        let mut given = variables(&place);
        given.extend(workload_identity(arguments, &running, own.path())?);
        let mut command = command(arguments);
        for name in conflicting(&given) {
            command.env_remove(name);
        }
        command.envs(given).env("FEDLENS_EMULATOR", running.origin()).env("FEDLENS_KEYS", &keys);
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
    command
}

/// The variables of a pod, its assertion in a file.
fn workload_identity(
    arguments: &ExecArguments,
    running: &Running,
    folder: &Path,
) -> Result<Vec<(String, String)>, Error> {
    let Some(account) = &arguments.workload_identity else { return Ok(Vec::new()) };
    let (namespace, name) = account.split_once(':').context("--workload-identity takes NAMESPACE:NAME")?;
    let subject = kubernetes_subject(namespace, name).build();
    let (client_id, issuer) = running
        .emulator
        .trusting(&subject)
        .with_context(|| format!("no credential of the directory has the subject {subject}"))?;
    let (namespace, service_account) = (namespace.to_owned(), name.to_owned());
    let pod = Kubernetes { issuer, namespace, service_account, ..Kubernetes::default() };
    let assertion = pod.draft(arguments.serve.at.unwrap_or_else(now)).sign(running.emulator.keys());
    let file = folder.join("azure-identity-token");
    std::fs::write(&file, assertion).with_context(|| format!("cannot write {}", file.display()))?;
    let file = file.display().to_string();
    Ok([("AZURE_CLIENT_ID", client_id), ("AZURE_FEDERATED_TOKEN_FILE", file)]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
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
