//! Other programs: running them, installing those that are missing, and finding an emulator.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Whether the program can be called.
pub(crate) fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// Installs Debian's packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    if !is_installed("apt-get") {
        bail!("the tests need {}: install them", packages.join(" and "));
    }
    println!("installing {}", packages.join(", "));
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get").args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
}

/// Where an emulator is that was started with `--format json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Announced {
    /// `https://localhost:41234`
    pub(crate) origin: String,
    /// `http://127.0.0.1:41235`
    pub(crate) identity_origin: String,
}

/// What an emulator says when it is ready.
pub(crate) fn announced(emulator: &mut Child) -> Result<Announced> {
    let output = emulator.stdout.take().context("the emulator has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    serde_json::from_str(&line).context("the emulator did not start")
}

/// Runs a program that has to succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let named = format!("{command:?}");
    let status = command.status().with_context(|| format!("cannot run {named}"))?;
    if !status.success() {
        bail!("{named} failed");
    }
    Ok(())
}

/// Whether Python can make virtual environments.
pub(crate) fn makes_environments() -> bool {
    let imports = Command::new("python3").args(["-c", "import venv, ensurepip"]).status();
    imports.is_ok_and(|status| status.success())
}

/// A virtual environment with what the text of a requirements file asks for.
pub(crate) fn environment(target: &Path, requirements: &str) -> Result<()> {
    unless_stamped(target, requirements, || {
        run(Command::new("python3").args(["-m", "venv"]).arg(target))?;
        let list = target.join("requirements.txt");
        fs::write(&list, requirements)?;
        // What is used is compiled when it is used; compiling all of it takes a minute.
        let mut pip = Command::new(target.join("bin/pip"));
        run(pip.args(["install", "--quiet", "--no-compile", "--requirement"]).arg(&list))
    })
}

/// Makes a folder anew, unless it was made for the same text.
pub(crate) fn unless_stamped(target: &Path, wanted: &str, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = target.join("made-for");
    #[expect(clippy::disallowed_methods, reason = "a file of our own")]
    let made_for = fs::read_to_string(&stamp).unwrap_or_default();
    if made_for == wanted {
        return Ok(());
    }
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    make()?;
    fs::write(stamp, wanted).with_context(|| format!("cannot write in {}", target.display()))
}
