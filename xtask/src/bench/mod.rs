//! The process from start to exit, next to starting a process that does nothing; the emulator under load.

mod emulator;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{cargo, root, target};

const RUNS: usize = 40;

/// A log of this size shows whether memory grows with the input.
const LOG_BYTES: u64 = 1 << 30;

/// The emulator under load alone.
pub(crate) fn emulator(exchanges: Option<u64>) -> Result<()> {
    cargo(&["build", "--quiet", "--release", "--package", "fedlens"])?;
    emulator::run(&release_binary(), exchanges)
}

/// Where cargo puts the binary.
fn release_binary() -> PathBuf {
    target().join("release/fedlens")
}

pub(crate) fn run() -> Result<()> {
    cargo(&["bench", "--quiet", "--package", "fedlens-trust", "--package", "fedlens-catalog"])?;
    cargo(&["build", "--quiet", "--release", "--package", "fedlens"])?;
    let fedlens = release_binary();
    let nothing = median(Command::new("true"))?;
    println!("\nprocess, start to exit, median of {RUNS} runs");
    println!("  {:>8.2} ms          a process that does nothing", milliseconds(nothing));
    for arguments in [&["explain", "AADSTS700229"][..], &["diagnose", "examples/power-bi-refresh"][..]] {
        let mut command = Command::new(&fedlens);
        command.args(arguments).current_dir(root());
        let took = median(command)?;
        let ratio = took.as_secs_f64() / nothing.as_secs_f64();
        println!("  {:>8.2} ms  {ratio:>5.1} ×  fedlens {}", milliseconds(took), arguments.join(" "));
    }
    large_log(&fedlens)?;
    emulator::run(&fedlens, None)
}

fn median(mut command: Command) -> Result<Duration> {
    let mut times = Vec::with_capacity(RUNS);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for _ in 0..RUNS {
        let start = Instant::now();
        command.status().context("cannot start the process")?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times.get(RUNS / 2).copied().context("no runs")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Time and peak memory over a log, next to `cat` reading the same file.
fn large_log(fedlens: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("large.log");
    write_log(&log)?;
    let start = Instant::now();
    Command::new("cat").arg(&log).stdout(Stdio::null()).status()?;
    let cat = start.elapsed();
    let mut command = Command::new(fedlens);
    command.arg("diagnose").arg(&log).stdout(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let peak = watch_memory(&mut child)?;
    let took = start.elapsed();
    println!("\nlog of {} MiB, one failure in 10,000 lines", LOG_BYTES >> 20);
    println!("  {:>8.0} ms          cat", milliseconds(cat));
    println!(
        "  {:>8.0} ms  {:>5.1} ×  fedlens diagnose, peak memory {} MiB",
        milliseconds(took),
        took.as_secs_f64() / cat.as_secs_f64(),
        peak >> 10,
    );
    fs::remove_file(&log)?;
    Ok(())
}

/// The largest resident size of a process until it ends, in KiB.
fn watch_memory(child: &mut std::process::Child) -> Result<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        #[expect(clippy::disallowed_methods, reason = "a file of the kernel's")]
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        peak = peak.max(size);
        if let Some(status) = child.try_wait()? {
            if status.code() != Some(1) {
                bail!("fedlens diagnose ended with {status} instead of finding the failures");
            }
            return Ok(peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn write_log(path: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let (mut written, mut line) = (0_u64, 0_u64);
    while written < LOG_BYTES {
        line += 1;
        let text = if line.is_multiple_of(10_000) {
            format!(
                "2026-03-01T07:41:07.1234567Z ##[error]AADSTS700213: No matching federated identity record found for \
                 presented assertion subject 'repo:contoso/app-{}:environment:prod'. Check your federated identity \
                 credential Subject, Audience and Issuer against the presented assertion. Trace ID: \
                 00000000-0000-4000-8000-{:012x} Timestamp: 2026-03-01 07:41:07Z\n",
                line % 70_000,
                line
            )
        } else {
            format!(
                "2026-03-01T07:41:07.1234567Z step {line}: copied 128 rows from staging to the warehouse in 35 ms\n"
            )
        };
        out.write_all(text.as_bytes())?;
        written += text.len() as u64;
    }
    out.flush()?;
    Ok(())
}
