//! The tokens that clients were given, verified by independent JOSE libraries.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::emulator::Emulator;
use super::flows::{Flow, Flows};
use super::folder;
use super::install::Installed;
use super::outcome::Outcomes;

/// The app id that stands in `aud` for `api://AzureADTokenExchange`.
const EXCHANGE: &str = "fb60f99c-7a34-4190-8149-302f77469936";

/// Verifies every token with PyJWT and with jose.
pub(super) fn tokens(flows: &Flows, installed: &Installed, emulator: &Emulator, outcomes: &Outcomes) -> Result<()> {
    let mut tokens = Vec::new();
    for ((client, name), outcome) in outcomes {
        let Some(token) = &outcome.token else { continue };
        let flow = flows.flows.iter().find(|flow| flow.name == *name).context("a token of no flow")?;
        let mut one = expected(flows, flow);
        one.extend(
            [("client", client), ("flow", name), ("token", token)].map(|(name, value)| (name.into(), json!(value))),
        );
        tokens.push(one);
    }
    let given = tempfile::NamedTempFile::new()?;
    serde_json::to_writer(&given, &json!({"authority": emulator.authority, "tokens": tokens}))?;
    let python = installed.python.as_path();
    let programs = [(python, "python/verify.py", "python"), (Path::new("node"), "node/verify.mjs", "node")];
    for (interpreter, program, settings) in programs {
        let mut command = Command::new(interpreter);
        command.arg(folder().join(program)).arg(given.path()).stderr(Stdio::inherit());
        let output = emulator.environment(&mut command, settings)?.output()?;
        let verified: Option<usize> = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
        if !output.status.success() || verified != Some(tokens.len()) || tokens.is_empty() {
            bail!("{program} verified {} of {} tokens", verified.unwrap_or(0), tokens.len());
        }
    }
    Ok(())
}

/// The audience, issuer and claims that the token of a flow is to have.
fn expected(flows: &Flows, flow: &Flow) -> Map<String, Value> {
    let named = |name: &str, usual: &'static str| flow.sign_in.get(name).and_then(Value::as_str).unwrap_or(usual);
    let tenant = flows.id(named("tenant", "Contoso"));
    let tenant = if tenant.ends_with("contoso.onmicrosoft.com") { flows.id("Contoso") } else { tenant };
    let client = flows.id(named("client", "deployer"));
    let class = if named("with", "") == "secret" { "1" } else { "2" };
    let resource = flow.scope().strip_suffix("/.default").unwrap_or(flow.scope());
    let is_exchange = resource == "api://AzureADTokenExchange";
    let parts = if is_exchange {
        json!({
            "audience": EXCHANGE,
            "issuer": format!("https://login.microsoftonline.com/{tenant}/v2.0"),
            "claims": {"ver": "2.0", "tid": tenant, "azp": client, "azpacr": class, "idtyp": "app"},
        })
    } else {
        json!({
            "audience": resource,
            "issuer": format!("https://sts.windows.net/{tenant}/"),
            "claims": {"ver": "1.0", "tid": tenant, "appid": client, "appidacr": class, "idtyp": "app"},
        })
    };
    parts.as_object().cloned().unwrap_or_default()
}
