//! Project tasks: tests, generated documents, tidy checks, evaluation, benchmarks.
#![expect(clippy::print_stdout, reason = "a tool for developers that reports on standard output")]

mod bench;
mod browser;
mod catalog;
mod clients;
mod eval;
mod generate;
mod lint;
mod programs;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Project tasks")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the tests need, and run every one.
    Test,
    /// Write the generated documents, or check that they are current.
    Generate {
        /// Only check.
        #[arg(long)]
        check: bool,
    },
    /// Install real clients, let them sign in to the emulator, and write what they show to docs/clients.md.
    Clients {
        /// Only check that it says what they show.
        #[arg(long)]
        check: bool,
    },
    /// Check what rustfmt and clippy do not.
    Tidy,
    /// Print how often real failures (JSON lines with `evidence`, `code`, `cause_tag`) are recognised, and the misses.
    Eval {
        /// The file.
        file: PathBuf,
    },
    /// The catalog.
    Catalog {
        #[command(subcommand)]
        task: CatalogTask,
    },
    /// Lint every labelled case and print, for each rule, what was found, missed, falsely reported and rightly not.
    LintBench {
        /// Also let zizmor and checkov look at the same cases; installs them.
        #[arg(long)]
        peers: bool,
    },
    /// Lint a large repository that is made up for it, next to zizmor on the same workflows.
    BenchLint,
    /// Run every benchmark: decision, code finding, the process from start to exit, the emulator.
    Bench,
    /// Run the emulator's benchmark alone, and watch its memory over so many exchanges.
    BenchEmulator {
        /// How many: 1000000 takes about five minutes.
        #[arg(long, value_name = "COUNT")]
        exchanges: Option<u64>,
    },
}

#[derive(Subcommand)]
enum CatalogTask {
    /// Check ids, links, repetitions, lengths and spelling.
    Check {
        /// A table of reference descriptions (tab-separated, in the third column) that nothing may be taken from.
        reference: Option<PathBuf>,
    },
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Test => test(),
        Task::Generate { check } => generate::run(check),
        Task::Clients { check } => clients::run(check),
        Task::Tidy => tidy::run(),
        Task::Eval { file } => eval::run(&file),
        Task::Catalog { task: CatalogTask::Check { reference } } => catalog::check(reference.as_deref()),
        Task::LintBench { peers } => lint::bench(peers),
        Task::BenchLint => lint::speed(),
        Task::Bench => bench::run(),
        Task::BenchEmulator { exchanges } => bench::emulator(exchanges),
    }
}

fn test() -> Result<()> {
    cargo(&["test", "--workspace", "--quiet"])?;
    catalog::check(None)?;
    browser::test_site()?;
    clients::run(true)?;
    tidy::run()
}

/// Runs cargo at the root of the workspace.
fn cargo(arguments: &[&str]) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .status()
        .with_context(|| format!("cannot run cargo {}", arguments.join(" ")))?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}

/// The folder that cargo builds into: the one that this program was built into.
fn target() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.ancestors().nth(2).map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
