//! The static site in a real browser. Installs Chromium and Node where they are missing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::programs::{install, is_installed, run};
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
    install(&missing)?;
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
