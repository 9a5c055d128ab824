//! Real clients against `fedlens emulate`: they are installed, run the flows of `tests/clients/flows.toml`, and what
//! they show is written to `docs/clients.md`.

mod commands;
mod emulator;
mod flows;
mod install;
mod outcome;
mod table;
mod verify;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::root;
use emulator::Emulator;
use flows::{Client, Flows};
use install::Installed;
use outcome::{Outcome, Outcomes};

const TABLE: &str = "docs/clients.md";

/// How long one client may take for all its flows. Those that retry take long to give up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs every client, and writes the table or, with `check`, only compares it.
pub(crate) fn run(check: bool) -> Result<()> {
    crate::cargo(&["build", "--quiet", "--package", "fedlens"])?;
    let installed = install::all()?;
    let folder = tempfile::tempdir()?;
    let flows = Flows::read()?;
    let emulator = Emulator::start(&flows, &installed, folder.path())?;
    let plan = flows.plan(&emulator, &installed, folder.path())?;
    let outcomes = run_clients(&flows, &installed, &emulator, &plan)?;
    flows.compare(&outcomes)?;
    verify::tokens(&flows, &installed, &emulator, &outcomes)?;
    let table = table::markdown(&flows, &outcomes)?;
    let file = root().join(TABLE);
    if text(&file).unwrap_or_default() != table {
        if check {
            bail!("{TABLE} is not what the clients showed; run `cargo xtask clients`");
        }
        fs::write(&file, &table).with_context(|| format!("cannot write {TABLE}"))?;
        println!("wrote {TABLE}");
    }
    let tried = outcomes.values().filter(|outcome| !outcome.not_offered).count();
    println!("clients: {} passed, 0 failed", tried + flows.commands.len());
    Ok(())
}

/// Every client runs at the same time as the others: most of them wait most of the time.
fn run_clients(flows: &Flows, installed: &Installed, emulator: &Emulator, plan: &Path) -> Result<Outcomes> {
    thread::scope(|scope| {
        let commands = scope.spawn(|| {
            let mut command = Command::new(&installed.python);
            printed(command.arg("python/azure_cli_commands.py").arg(plan), emulator, "az")
        });
        let running: Vec<_> = flows
            .clients
            .iter()
            .map(|client| (client, scope.spawn(move || run_client(client, installed, emulator, plan))))
            .collect();
        let mut outcomes = BTreeMap::new();
        for (client, thread) in running {
            let lines = thread.join().map_err(|_| anyhow!("{} panicked", client.name))??;
            outcomes.extend(lines.into_iter().map(|line| ((client.name.clone(), line.flow.clone()), line)));
        }
        let lines = commands.join().map_err(|_| anyhow!("the commands of the Azure CLI panicked"))??;
        commands::compare(&flows.commands, &lines)?;
        Ok(outcomes)
    })
}

fn run_client(client: &Client, installed: &Installed, emulator: &Emulator, plan: &Path) -> Result<Vec<Outcome>> {
    let mut command = client_command(client, installed);
    let text = printed(command.arg(plan).args(&client.arguments), emulator, &client.settings)?;
    let lines = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    lines.with_context(|| format!("{} printed something else than JSON lines:\n{text}", client.name))
}

/// What a program prints that is given the settings of a client.
fn printed(command: &mut Command, emulator: &Emulator, settings: &str) -> Result<String> {
    let (mut output, mut errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let command = emulator.environment(command, settings)?.stdout(output.try_clone()?).stderr(errors.try_clone()?);
    let mut process = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
    let ended = wait(&mut process)?;
    let (mut text, mut said) = (String::new(), String::new());
    output.rewind()?;
    output.read_to_string(&mut text)?;
    errors.rewind()?;
    errors.read_to_string(&mut said)?;
    let program = command.get_program().to_string_lossy();
    match ended {
        Some(status) if status.success() => Ok(text),
        Some(status) => bail!("{program} ended with {status}:\n{text}{said}"),
        None => bail!("{program} took more than {} s:\n{text}{said}", PATIENCE.as_secs()),
    }
}

/// How a process ended; `None` where it was killed because it took too long.
fn wait(process: &mut Child) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(50));
    }
    process.kill()?;
    process.wait()?;
    Ok(None)
}

fn client_command(client: &Client, installed: &Installed) -> Command {
    match &client.program {
        None => Command::new(&installed.rust),
        Some(program) => {
            let interpreter = if program.ends_with(".mjs") { Path::new("node") } else { installed.python.as_path() };
            let mut command = Command::new(interpreter);
            command.arg(folder().join(program));
            command
        }
    }
}

/// `tests/clients`
fn folder() -> PathBuf {
    root().join("tests/clients")
}

fn text(path: &Path) -> Result<String> {
    #[expect(clippy::disallowed_methods, reason = "our own files")]
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
