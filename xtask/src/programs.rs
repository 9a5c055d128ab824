//! Other programs: running them, and installing those that are missing.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

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

/// Runs a program that has to succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let named = format!("{command:?}");
    let status = command.status().with_context(|| format!("cannot run {named}"))?;
    if !status.success() {
        bail!("{named} failed");
    }
    Ok(())
}
