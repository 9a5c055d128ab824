//! How fast a large repository is linted, next to zizmor on the same workflows.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::peers;
use crate::{cargo, target};

const WORKFLOWS: usize = 5_000;
const MODULES: usize = 1_000;
const SOURCES: usize = 20_000;
const STAGES: [&str; 4] = ["build", "test", "staging", "production"];
const RUNS: usize = 5;

/// Makes the repository, lints it, and prints figures and ratios.
pub(crate) fn run() -> Result<()> {
    cargo(&["build", "--quiet", "--release", "--package", "fedlens"])?;
    let fedlens = target().join("release/fedlens");
    let programs = peers::installed()?;
    let folder = tempfile::tempdir()?;
    let (workflows, everything) = (folder.path().join("workflows"), folder.path().join("everything"));
    let bytes = write_workflows(&workflows, 1)?;
    write_workflows(&everything, 1)?;
    write_terraform(&everything)?;
    write_sources(&everything)?;

    let lint = |path: &Path, threads: &str| {
        let mut command = Command::new(&fedlens);
        command.args(["lint", "--format", "json"]).arg(path).env("RAYON_NUM_THREADS", threads);
        command
    };
    let mut zizmor = Command::new(programs.join("zizmor"));
    zizmor.args(["--offline", "--no-exit-codes", "--format", "json", "--quiet"]).arg(&workflows);
    let one = median(&mut lint(&workflows, "1"))?;
    let all = median(&mut lint(&workflows, "0"))?;
    let peer = median(&mut zizmor)?;
    let megabytes = bytes as f64 / 1e6;
    println!("{WORKFLOWS} workflows, {megabytes:.1} MB, every one with a sign-in; median of {RUNS} runs");
    println!(
        "  {:>8.0} ms                fedlens lint on one core, {:.0} MB/s",
        ms(one),
        megabytes / one.as_secs_f64()
    );
    println!("  {:>8.0} ms                fedlens lint", ms(all));
    println!("  {:>8.0} ms  {:>5.1} × fedlens  zizmor --offline", ms(peer), peer.as_secs_f64() / all.as_secs_f64());
    let tenth = folder.path().join("tenth");
    let bytes = write_workflows(&tenth, 10)?;
    let one = median(&mut lint(&tenth, "1"))?;
    println!("\nthe same, every tenth with a sign-in, {:.1} MB", bytes as f64 / 1e6);
    println!(
        "  {:>8.0} ms                fedlens lint on one core, {:.0} MB/s",
        ms(one),
        bytes as f64 / 1e6 / one.as_secs_f64()
    );
    let whole = median(&mut lint(&everything, "0"))?;
    println!("\n{WORKFLOWS} workflows, {} Terraform files, {SOURCES} source files", MODULES * 2);
    println!("  {:>8.0} ms                fedlens lint", ms(whole));
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(command: &mut Command) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().context("cannot start the process")?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times.get(RUNS / 2).copied().context("no runs")
}

/// Workflows of several jobs. In one of `every` workflows each job signs in, in the others none has to do with Azure.
fn write_workflows(folder: &Path, every: usize) -> Result<usize> {
    let folder = folder.join(".github/workflows");
    fs::create_dir_all(&folder)?;
    let mut bytes = 0;
    for number in 0..WORKFLOWS {
        let mut text = format!(
            "name: service {number}\non:\n  push:\n    branches: [main, 'release/**']\n  workflow_dispatch:\npermissions:\n  contents: read\nconcurrency:\n  group: ${{{{ github.workflow }}}}-${{{{ \
             github.ref }}}}\n  cancel-in-progress: true\njobs:\n"
        );
        // One in fifty names an environment that no credential trusts.
        let service = if number % 50 == 7 { MODULES + number } else { number % MODULES };
        for stage in STAGES {
            write!(
                text,
                "  {stage}:\n    runs-on: ubuntu-latest\n    environment: {stage}-{service}\n    timeout-minutes: 20\n    \
                 permissions:\n      id-token: write\n      contents: read\n    steps:\n      - uses: \
                 actions/checkout@v4\n        with:\n          fetch-depth: 0\n          persist-credentials: false\n      - \
                 name: Set up the tools\n        run: |\n          set -euo pipefail\n          npm ci --prefix \
                 services/{number}\n          npm run build --prefix services/{number} -- --stage {stage}\n      - uses: \
                 azure/login@v2\n        with:\n          client-id: ${{{{ secrets.AZURE_CLIENT_ID }}}}\n          tenant-id: \
                 ${{{{ secrets.AZURE_TENANT_ID }}}}\n          subscription-id: ${{{{ secrets.AZURE_SUBSCRIPTION_ID \
                 }}}}\n      - name: Deploy\n        run: |\n          az webapp deploy --resource-group {stage} --name \
                 service-{number} --src-path services/{number}/dist.zip\n          az webapp restart --resource-group {stage} \
                 --name service-{number}\n"
            )?;
        }
        if !number.is_multiple_of(every) {
            let signing_in = [
                ("azure/login", "contoso/sign-in"),
                ("AZURE_", "SHOP_"),
                ("az webapp", "shopctl app"),
                ("id-token", "packages"),
            ];
            text = signing_in.iter().fold(text, |text, (from, to)| text.replace(from, to));
        }
        bytes += text.len();
        fs::write(folder.join(format!("service-{number}.yml")), text)?;
    }
    Ok(bytes)
}

/// Modules of two files, each with an application and its credentials.
fn write_terraform(folder: &Path) -> Result<()> {
    for number in 0..MODULES {
        let module = folder.join(format!("infra/service-{number}"));
        fs::create_dir_all(&module)?;
        fs::write(
            module.join("variables.tf"),
            format!(
                "variable \"stages\" {{\n  default = [{}]\n}}\n",
                STAGES.map(|stage| format!("\"{stage}-{number}\"")).join(", ")
            ),
        )?;
        fs::write(
            module.join("main.tf"),
            format!(
                "resource \"azuread_application\" \"service\" {{\n  display_name = \"service-{number}\"\n}}\n\nresource \
                 \"azuread_application_federated_identity_credential\" \"stage\" {{\n  for_each       = \
                 toset(var.stages)\n  application_id = azuread_application.service.id\n  display_name   = each.key\n  issuer       \
                   = \"https://token.actions.githubusercontent.com\"\n  subject        = \
                 \"repo:contoso/shop:environment:${{each.key}}\"\n  audiences      = [\"api://AzureADTokenExchange\"]\n}}\n"
            ),
        )?;
    }
    Ok(())
}

/// Source files, most of which have nothing to do with sign-ins.
fn write_sources(folder: &Path) -> Result<()> {
    for number in 0..SOURCES {
        let service = folder.join(format!("services/{}", number / 100));
        fs::create_dir_all(&service)?;
        let mut text = String::from("import logging\nfrom dataclasses import dataclass\n\n");
        for class in 0..12 {
            write!(
                text,
                "\n@dataclass\nclass Order{number}_{class}:\n    number: int\n    customer: str\n\n    def total(self, lines):\n        \
                 logging.info(\"order %s\", self.number)\n        return sum(line.price * line.count for line in lines)\n"
            )?;
        }
        if number % 200 == 0 {
            text.push_str(
                "\nimport msal\n\ndef token(app):\n    return app.acquire_token_for_client(scopes=[\"https://graph.microsoft.com/.default\"])\n",
            );
        }
        fs::write(service.join(format!("order_{number}.py")), text)?;
    }
    Ok(())
}
