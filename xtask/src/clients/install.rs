//! The clients, installed below the target directory and kept there while what is asked for stays the same.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::{folder, text};
use crate::programs::{environment, install, is_installed, makes_environments, run, unless_stamped};

/// Where the clients are.
pub(super) struct Installed {
    /// The `python` that has MSAL and Azure Identity.
    pub(super) python: PathBuf,
    /// The Azure CLI.
    pub(super) az: PathBuf,
    /// The program with Azure Identity for Rust.
    pub(super) rust: PathBuf,
    /// Where Python keeps what it compiles.
    pub(super) bytecode: PathBuf,
    /// `fedlens`
    pub(super) fedlens: PathBuf,
}

/// Installs what is missing: the Python and Node clients while the Rust one is built.
pub(super) fn all() -> Result<Installed> {
    let mut missing = Vec::new();
    if !is_installed("npm") {
        missing.extend(["nodejs", "npm"]);
    }
    if !makes_environments() {
        missing.extend(["python3", "python3-venv"]);
    }
    install(&missing)?;
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).context("this program is not in a target directory")?.join("clients");
    let (python, az, rust) = (target.join("python"), target.join("azure-cli"), target.join("rust"));
    thread::scope(|scope| {
        let build = scope.spawn(|| build_rust(&rust));
        environment(&python, &text(&folder().join("requirements.txt"))?)?;
        environment(&az, &text(&folder().join("azure-cli.txt"))?)?;
        node()?;
        build.join().map_err(|_| anyhow!("building the Rust client panicked"))?
    })?;
    Ok(Installed {
        python: python.join("bin/python"),
        az: az.join("bin/az"),
        rust: rust.join("debug/fedlens-client-tests"),
        bytecode: target.join("bytecode"),
        fedlens: program.with_file_name("fedlens"),
    })
}

fn node() -> Result<()> {
    let wanted = text(&folder().join("package-lock.json"))?;
    unless_stamped(&folder().join("node_modules"), &wanted, || {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder()))
    })
}

fn build_rust(target: &Path) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--target-dir"]).arg(target);
    run(cargo.current_dir(folder().join("rust")))
}
