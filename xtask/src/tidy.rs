//! Rules of the tree that no other tool checks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::root;

const MAX_LINES: usize = 1_200;

pub(crate) fn run() -> Result<()> {
    let mut faults = Vec::new();
    for folder in ["crates", "xtask"] {
        visit(&root().join(folder), &mut |file, text| check_source(file, text, &mut faults))?;
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

fn visit(folder: &Path, check: &mut impl FnMut(&Path, &str)) -> Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            visit(&entry, check)?;
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            #[expect(clippy::disallowed_methods, reason = "our own sources")]
            check(&entry, &fs::read_to_string(&entry)?);
        }
    }
    Ok(())
}

fn check_source(file: &Path, text: &str, faults: &mut Vec<String>) {
    let name = file.strip_prefix(root()).unwrap_or(file).display();
    // A `tests.rs` belongs to the module beside it, which has said what it is for.
    let is_tests = file.file_name().is_some_and(|name| name == "tests.rs");
    // The comment of a rule is its page, and says what the file is for.
    let is_rule = text.contains("\nrule! {\n");
    if !is_tests && !is_rule && !text.starts_with("//!") {
        faults.push(format!("{name}: a module opens with `//!` and what it is for"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        faults.push(format!("{name}: {lines} lines; split it below {MAX_LINES}"));
    }
    if text.contains(concat!("#[", "allow(")) {
        faults.push(format!("{name}: use #[expect(lint, reason)] instead of #[allow]"));
    }
}
