//! The static site in a real browser. Installs Chromium and Node where they are missing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::root;

const CHROMIUM: &str = "/usr/bin/chromium";

pub(crate) fn test_site() -> Result<()> {
    let mut missing = Vec::new();
    if !Path::new(CHROMIUM).exists() {
        missing.push("chromium");
    }
    if !is_installed("npm") {
        missing.extend(["nodejs", "npm"]);
    }
    if !missing.is_empty() {
        install(&missing)?;
    }
    let folder = root().join("tests/site");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder))?;
    let site = tempfile::tempdir()?;
    let screenshots = root().join("target/site-screenshots");
    fs::create_dir_all(&screenshots)?;
    let mut write = Command::new(env!("CARGO"));
    write.args(["run", "--quiet", "--package", "fedlens", "--", "catalog", "site"]).arg(site.path());
    run(write.current_dir(root()))?;
    let mut test = Command::new("node");
    test.arg("--test").env("FEDLENS_SITE", site.path()).env("FEDLENS_SCREENSHOTS", screenshots);
    run(test.env("CHROMIUM", CHROMIUM).current_dir(folder))
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
}

fn install(packages: &[&str]) -> Result<()> {
    if !is_installed("apt-get") {
        bail!("the site's tests need {}: install them", packages.join(" and "));
    }
    println!("installing {}", packages.join(", "));
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get").args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
}

fn run(command: &mut Command) -> Result<()> {
    let named = format!("{command:?}");
    let status = command.status().with_context(|| format!("cannot run {named}"))?;
    if !status.success() {
        bail!("{named} failed");
    }
    Ok(())
}
