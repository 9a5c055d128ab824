//! Documents written from the code: the checks, the catalog's index, the command line, the linter's rules.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use fedlens_catalog::{Entry, entries};
use fedlens_report::{checks_markdown, lint_rules_markdown};

use crate::root;

const GENERATED: &str = "<!-- Written by `cargo xtask generate`; change the code or the catalog instead. -->\n\n";

pub(crate) fn run(check: bool) -> Result<()> {
    let documents = [
        ("docs/checks.md", checks()),
        ("docs/catalog.md", catalog()),
        ("docs/command-line.md", command_line()?),
        ("docs/directory.schema.json", fedlens(&["emulate", "schema"])?),
        ("docs/lint-rules.md", lint_rules()),
        ("docs/lint.schema.json", fedlens(&["lint", "--config-schema"])?),
    ];
    let mut stale = Vec::new();
    for (path, text) in documents {
        let file = root().join(path);
        #[expect(clippy::disallowed_methods, reason = "our own documents")]
        let current = fs::read_to_string(&file).unwrap_or_default();
        if current == text {
            continue;
        }
        if check {
            stale.push(path);
        } else {
            fs::write(&file, text).with_context(|| format!("cannot write {path}"))?;
            println!("wrote {path}");
        }
    }
    if !stale.is_empty() {
        bail!("not current: {}; run `cargo xtask generate`", stale.join(", "));
    }
    Ok(())
}

fn checks() -> String {
    format!(
        "{GENERATED}# Checks\n\nWhat Entra checks when a token is asked for, in its order. The basis \
         says how sure each rule is.\n\n{}",
        checks_markdown()
    )
}

fn lint_rules() -> String {
    format!(
        "{GENERATED}# Rules of the linter\n\nWhat `fedlens lint` looks for; [lint.md](lint.md) says how to use it. `fedlens \
         lint --explain RULE` prints one. A rule's basis says how sure it is, and its source where it is from.\n\n{}",
        lint_rules_markdown()
    )
}

fn catalog() -> String {
    let row = |entry: &Entry| format!("| [{}](../{}) | {} |\n", entry.code, file(entry), entry.title);
    let rows: String = entries().iter().map(row).collect();
    format!("{GENERATED}# Catalog\n\n{} codes.\n\n| code | title |\n| --- | --- |\n{rows}", entries().len())
}

fn file(entry: &Entry) -> String {
    match entry.code.strip_prefix("AADSTS") {
        Some(number) => format!("catalog/aadsts/{number}.md"),
        None => format!("catalog/platform/{}.md", entry.code),
    }
}

fn command_line() -> Result<String> {
    let mut text = format!("{GENERATED}# Command line\n");
    for command in [
        "",
        "diagnose",
        "explain",
        "lint",
        "token decode",
        "catalog",
        "catalog search",
        "catalog list",
        "catalog export",
        "catalog site",
        "checks",
        "emulate",
        "emulate exec",
        "emulate env",
        "emulate token",
        "emulate log",
        "emulate sample",
        "emulate schema",
        "completions",
    ] {
        let mut arguments: Vec<_> = command.split_ascii_whitespace().collect();
        arguments.push("--help");
        let help = fedlens(&arguments)?;
        let title = format!("fedlens {command}");
        let help: String = help.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        text.push_str(&format!("\n## {}\n\n```text\n{help}```\n", title.trim_end()));
    }
    Ok(text)
}

/// What the program prints.
fn fedlens(arguments: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "fedlens", "--"])
        .args(arguments)
        .env("COLUMNS", "100")
        .current_dir(root())
        .output()
        .context("cannot run fedlens")?;
    if !output.status.success() {
        bail!("fedlens {} failed", arguments.join(" "));
    }
    Ok(String::from_utf8(output.stdout)?)
}
