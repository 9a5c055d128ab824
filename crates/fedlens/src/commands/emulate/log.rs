//! Printing what a running emulator has answered.

use anstyle::{AnsiColor, Style};
use anyhow::{Error, bail};
use serde_json::Value;

use super::{block_on, env};
use crate::cli::{LineFormat, LogArguments};
use crate::output::{Output, Status};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default();

pub(super) fn run(arguments: &LogArguments, output: &Output) -> Result<Status, Error> {
    let remote = env::remote(&arguments.server)?;
    block_on(Some(1), async {
        if let Some(id) = &arguments.id {
            let Some(exchange) = remote.find(id).await? else {
                bail!("no exchange with the trace or correlation id {id} is remembered");
            };
            print(arguments, output, &exchange, in_full)?;
            return Ok(Status::Clean);
        }
        let mut exchanges = remote.last(arguments.limit).await?;
        let mut last = 0;
        loop {
            for exchange in &exchanges {
                last = last.max(exchange.get("sequence").and_then(Value::as_u64).unwrap_or_default());
                if !arguments.refused || is_refused(exchange) {
                    print(arguments, output, exchange, in_short)?;
                }
            }
            if !arguments.follow {
                return Ok(Status::Clean);
            }
            exchanges = remote.after(last).await?;
        }
    })
}

fn print(
    arguments: &LogArguments,
    output: &Output,
    exchange: &Value,
    human: fn(&Value) -> String,
) -> Result<(), Error> {
    match arguments.format {
        LineFormat::Json => output.print(&format!("{exchange}\n")),
        LineFormat::Human => output.print(&format!("{}\n", human(exchange))),
    }
}

fn text<'a>(exchange: &'a Value, name: &str) -> &'a str {
    exchange.get(name).and_then(Value::as_str).unwrap_or("-")
}

fn is_refused(exchange: &Value) -> bool {
    exchange.get("code").is_some_and(|code| !code.is_null())
}

/// One line, and for a refusal a second one that says why.
fn in_short(exchange: &Value) -> String {
    let time = text(exchange, "at").split(['T', '.', 'Z']).nth(1).unwrap_or_default().to_owned();
    let (client, scope) = (text(exchange, "client_id"), text(exchange, "scope"));
    let (presented, path) = (text(exchange, "presented"), text(exchange, "path"));
    let tenant = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let asked = format!("{client} {presented} at {tenant} for {scope}");
    match exchange.get("code").and_then(Value::as_u64) {
        None => format!("{time} {GOOD}issued{GOOD:#}   {asked}"),
        Some(code) => format!(
            "{time} {BAD}refused{BAD:#}  {asked}\n         {BAD}AADSTS{code}{BAD:#}: {}\n         Trace ID {}",
            reasons(exchange).next().unwrap_or_default(),
            text(exchange, "trace_id")
        ),
    }
}

/// Every check that was made, and the claims of the assertion.
pub(super) fn in_full(exchange: &Value) -> String {
    let mut lines = vec![in_short(exchange)];
    let checks = exchange.pointer("/decision/checks").and_then(Value::as_array);
    for check in checks.into_iter().flatten() {
        let outcome = text(check, "outcome");
        let (style, mark) = match outcome {
            "passed" => (GOOD, "ok     "),
            "failed" => (BAD, "FAILED "),
            "cannot-tell" => (UNSURE, "unsure "),
            _ => continue,
        };
        let said = if outcome == "cannot-tell" { "why" } else { "detail" };
        lines.push(format!("  {style}{mark}{style:#} {}: {}", text(check, "title"), text(check, said)));
    }
    if let Some(claims) = exchange.pointer("/assertion/claims").and_then(Value::as_object) {
        lines.push("  The assertion's claims:".to_owned());
        lines.extend(claims.iter().map(|(name, value)| format!("    {name} = {value}")));
    }
    lines.join("\n")
}

fn reasons(exchange: &Value) -> impl Iterator<Item = &str> {
    let checks = exchange.pointer("/decision/checks").and_then(Value::as_array);
    checks.into_iter().flatten().filter(|check| text(check, "outcome") == "failed").map(|check| text(check, "detail"))
}
