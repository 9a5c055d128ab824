//! The emulator under load, next to what the cryptography alone allows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::programs::{announced, install, is_installed};
use crate::root;

const DEPLOYER: &str = "fed1e500-0000-4000-8000-0000000000a1";
const CONNECTIONS: &str = "16";

/// What the load generator measured.
struct Load {
    per_second: f64,
    /// What one processor did in a second that the server had it.
    per_processor: f64,
    slowest_percent: String,
    refused: bool,
}

/// Prints exchanges a second on one core and on two, the share of the limit, latency, memory and start-up.
pub(super) fn run(fedlens: &Path, exchanges: Option<u64>) -> Result<()> {
    if !is_installed("wrk") {
        install(&["wrk"])?;
    }
    let folder = tempfile::tempdir()?;
    let limit = limit()?;
    println!("\nemulator: federated exchanges over TLS, {CONNECTIONS} connections kept alive");
    println!("  {limit:>8.0} /s            verify and sign with RSA-2048 alone, on 1 core");
    let keys = folder.path().join("keys");
    let script = script(fedlens, &keys, folder.path())?;
    for (cores, pinned) in [(1, Some("0")), (2, None)] {
        let server = Server::start(fedlens, &keys, &["--threads", &cores.to_string()], pinned)?;
        let load = server.load(&script, pinned.map(|_| "1"), 8)?;
        load.print(limit, cores, &format!("on {cores}"), &server)?;
    }
    println!("  on two cores the load generator runs on the same two");
    large_directory(fedlens, folder.path(), &keys, &script, limit)?;
    start_up(fedlens, &keys)?;
    if let Some(exchanges) = exchanges {
        soak(fedlens, &keys, &script, exchanges)?;
    }
    Ok(())
}

fn limit() -> Result<f64> {
    let output = Command::new("taskset")
        .args(["-c", "0", env!("CARGO"), "bench", "--quiet", "--package", "fedlens-emulator", "--bench", "rsa_limit"])
        .current_dir(root())
        .output()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().context("the limit was not measured")
}

/// The load: one assertion, presented again and again.
fn script(fedlens: &Path, keys: &Path, folder: &Path) -> Result<PathBuf> {
    let output = Command::new(fedlens)
        .args(["emulate", "token", "--as", "kubernetes", "--keys"])
        .arg(keys)
        .output()
        .context("cannot mint an assertion")?;
    let assertion = String::from_utf8(output.stdout)?;
    let body = format!(
        "client_id={DEPLOYER}&grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure.com%2F.default\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={}",
        assertion.trim()
    );
    let path = folder.join("exchange.lua");
    let header = "wrk.headers[\"Content-Type\"] = \"application/x-www-form-urlencoded\"";
    fs::write(&path, format!("wrk.method = \"POST\"\n{header}\nwrk.body = \"{body}\"\n"))?;
    Ok(path)
}

struct Server {
    process: Child,
    origin: String,
    ready: Duration,
}

impl Server {
    fn start(fedlens: &Path, keys: &Path, more: &[&str], core: Option<&str>) -> Result<Self> {
        let mut command = match core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", core]).arg(fedlens);
                command
            }
            None => Command::new(fedlens),
        };
        command
            .args(["emulate", "--port", "0", "--identity-port", "0", "--format", "json", "--keys"])
            .arg(keys)
            .args(more);
        let start = Instant::now();
        let mut process = command.stdout(Stdio::piped()).spawn().context("cannot start the emulator")?;
        let origin = announced(&mut process)?.origin;
        Ok(Self { process, origin, ready: start.elapsed() })
    }

    fn load(&self, script: &Path, core: Option<&str>, seconds: u64) -> Result<Load> {
        let url = format!("{}/contoso.onmicrosoft.com/oauth2/v2.0/token", self.origin);
        let mut words = core.map_or_else(Vec::new, |core| vec!["taskset", "-c", core]);
        let duration = format!("{seconds}s");
        words.extend(["wrk", "-t1", "-c", CONNECTIONS, "-d", &duration, "--latency", "-s"]);
        let (program, arguments) = words.split_first().context("no words")?;
        let before = self.processor_time()?;
        let output = Command::new(program).args(arguments).arg(script).arg(&url).output().context("cannot run wrk")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let field = |name: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(name));
            line.and_then(|line| line.split_whitespace().last()).map(str::to_owned)
        };
        let requests = text.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse::<f64>().ok());
        let used = self.processor_time()? - before;
        Ok(Load {
            per_second: field("Requests/sec").and_then(|number| number.parse().ok()).context("wrk measured nothing")?,
            per_processor: requests.context("wrk counted nothing")? / used,
            slowest_percent: field("99%").unwrap_or_default(),
            refused: text.contains("Non-2xx"),
        })
    }

    /// The processor time that the server has used, in seconds.
    fn processor_time(&self) -> Result<f64> {
        let stat = proc_file(self.process.id(), "stat")?;
        let fields: Vec<_> = stat.rsplit(") ").next().unwrap_or_default().split_whitespace().collect();
        let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).context("no times in stat")?;
        Ok((user + system) / 100.0)
    }

    /// Resident memory in MiB.
    fn memory(&self) -> Result<u64> {
        let status = proc_file(self.process.id(), "status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: u64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).context("no VmRSS")?;
        Ok(kib >> 10)
    }
}

#[expect(clippy::disallowed_methods, reason = "the kernel's own small files")]
fn proc_file(process: u32, name: &str) -> Result<String> {
    Ok(fs::read_to_string(format!("/proc/{process}/{name}"))?)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Load {
    /// `one_core` is the limit of one core.
    fn print(&self, one_core: f64, cores: u8, what: &str, server: &Server) -> Result<()> {
        if self.refused {
            bail!("the emulator refused some of the exchanges");
        }
        let ratio = self.per_second / (one_core * f64::from(cores));
        println!(
            "  {:>8.0} /s  {ratio:>5.2} ×  {what}, p99 {}, {} MiB resident; {:.2} × for each second of a processor",
            self.per_second,
            self.slowest_percent,
            server.memory()?,
            self.per_processor / one_core
        );
        Ok(())
    }
}

/// Ten thousand applications with twenty credentials each, the sample's among them.
fn large_directory(fedlens: &Path, folder: &Path, keys: &Path, script: &Path, limit: f64) -> Result<()> {
    let sample = Command::new(fedlens).args(["emulate", "sample"]).output()?;
    let mut directory: serde_json::Value = toml::from_str(&String::from_utf8(sample.stdout)?)?;
    let applications =
        directory.get_mut("applications").and_then(serde_json::Value::as_array_mut).context("no list")?;
    for number in 0..10_000 {
        let credentials: Vec<_> = (0..20)
            .map(|one| json!({"name": format!("c{one}"), "issuer": "https://gitlab.com", "subject": format!("s{number}-{one}")}))
            .collect();
        let app_id = format!("0a0a0a0a-0000-4000-8000-{number:012}");
        applications.push(json!({"appId": app_id, "displayName": app_id, "federatedIdentityCredentials": credentials}));
    }
    let path = folder.join("large.json");
    fs::write(&path, serde_json::to_vec(&directory)?)?;
    let path = path.to_str().context("an odd path")?;
    let server = Server::start(fedlens, keys, &["--threads", "1", "--directory", path], Some("0"))?;
    let load = server.load(script, Some("1"), 8)?;
    load.print(limit, 1, "on 1, with 10,000 applications of 20 credentials", &server)
}

/// From the start of the process to the line that says it is ready: with no key yet, and with kept ones.
fn start_up(fedlens: &Path, keys: &Path) -> Result<()> {
    let fresh = tempfile::tempdir()?;
    let first = Server::start(fedlens, &fresh.path().join("keys"), &[], None)?.ready;
    let later = Server::start(fedlens, keys, &[], None)?.ready;
    println!(
        "  ready after {:.0} ms the first time, {:.0} ms with kept keys",
        first.as_secs_f64() * 1e3,
        later.as_secs_f64() * 1e3
    );
    Ok(())
}

fn soak(fedlens: &Path, keys: &Path, script: &Path, exchanges: u64) -> Result<()> {
    let server = Server::start(fedlens, keys, &[], None)?;
    let (mut done, step) = (0.0, 20);
    while done < exchanges as f64 {
        done += server.load(script, None, step)?.per_second * step as f64;
        println!("  {done:>9.0} exchanges: {} MiB resident", server.memory()?);
    }
    Ok(())
}
