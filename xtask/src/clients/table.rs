//! `docs/clients.md`

use std::fmt::Write;

use anyhow::{Context, Result};

use super::flows::{Client, Flows};
use super::outcome::Outcomes;
use super::{folder, text};

const OPENING: &str =
    "<!-- Written by `cargo xtask clients` from what the clients did; change tests/clients instead. -->

# Clients

What unmodified clients show when they sign in to `fedlens emulate`. Every run of the tests installs them, tries every \
flow and compares this table. A code is the one in the client's own exception; – where a client has no way to do it.

";

/// The code whose wording is shown in full.
const FLAGSHIP: &str = "AADSTS700229";

pub(super) fn markdown(flows: &Flows, outcomes: &Outcomes) -> Result<String> {
    let mut text = OPENING.to_owned();
    text.push_str("| flow |");
    for client in &flows.clients {
        write!(text, " {}<br>{} {} |", client.name, client.language, version(client)?)?;
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(flows.clients.len()));
    text.push('\n');
    let mut notes = Vec::new();
    for flow in &flows.flows {
        write!(text, "| {}", flow.name)?;
        if let Some(note) = &flow.note {
            notes.push(note);
            write!(text, " <sup>{}</sup>", notes.len())?;
        }
        text.push_str(" |");
        for client in &flows.clients {
            let outcome = outcomes.get(&(client.name.clone(), flow.name.clone())).context("a flow was not tried")?;
            let shown = match outcome.result() {
                result if outcome.not_offered => result.replace("not offered", "–"),
                result if outcome.token.is_some() || result.starts_with("AADSTS") => result,
                _ => format!("no code: {}", flow.expected(&client.name)),
            };
            write!(text, " {shown} |")?;
        }
        text.push('\n');
    }
    for (number, note) in notes.iter().enumerate() {
        write!(text, "\n<sup>{}</sup> {note}\n", number + 1)?;
    }
    let tokens = outcomes.values().filter(|outcome| outcome.token.is_some()).count();
    write!(
        text,
        "\nPyJWT and jose verified the {tokens} tokens with the keys at `jwks_uri`: signature, times, issuer, audience, \
         tenant, client and how it proved itself.\n"
    )?;
    text.push_str(&wordings(flows, outcomes)?);
    text.push_str(&commands(flows)?);
    Ok(text)
}

/// How each client shows the same refusal.
fn wordings(flows: &Flows, outcomes: &Outcomes) -> Result<String> {
    let mut text = format!("\n## How clients show {FLAGSHIP}\n");
    for client in &flows.clients {
        let mut own = outcomes.iter().filter(|((name, _), _)| *name == client.name);
        let Some((_, outcome)) = own.find(|(_, outcome)| outcome.result() == FLAGSHIP) else { continue };
        let exception = outcome.exception.as_deref().unwrap_or_default();
        let first = outcome.text.as_deref().unwrap_or_default().lines().find(|line| line.contains(FLAGSHIP));
        let shown = without_ids(first.unwrap_or_default());
        write!(text, "\n{}, {exception}:\n\n```text\n{shown}\n```\n", client.name)?;
    }
    Ok(text)
}

/// The commands of the Azure CLI; all of them did what they are to do, or the run has failed.
fn commands(flows: &Flows) -> Result<String> {
    let mut text = "\n## The Azure CLI, command by command\n\n| command | result |\n| --- | --- |\n".to_owned();
    for command in &flows.commands {
        let result = match (&command.fails, &command.shows) {
            (Some(part), _) => format!("fails with `{part}`"),
            (None, Some(part)) => format!("shows `{part}`"),
            (None, None) => "done".to_owned(),
        };
        writeln!(text, "| `{}` | {result} |", command.run.replace('|', "\\|"))?;
    }
    Ok(text)
}

/// Trace ids, correlation ids and times as `…`, so that two runs give the same text.
fn without_ids(line: &str) -> String {
    let is_changing = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_id = word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4;
        is_id || (digits >= 6 && word.contains(['-', ':']) && !word.contains("AADSTS"))
    };
    let words: Vec<_> = line.split(' ').map(|word| if is_changing(word) { "…" } else { word }).collect();
    words.join(" ")
}

/// The version that the client's own kind of file pins.
fn version(client: &Client) -> Result<String> {
    let (file, package) = &client.pinned;
    let pins = text(&folder().join(file))?;
    let is_version = |letter: char| letter.is_ascii_digit() || letter == '.';
    let found = pins.lines().find_map(|line| {
        let rest = line.trim().trim_start_matches('"').strip_prefix(package.as_str())?;
        let rest = rest.trim_start_matches(['"', ' ', '=', ':']);
        rest.starts_with(|letter: char| letter.is_ascii_digit())
            .then(|| rest.chars().take_while(|one| is_version(*one)))
    });
    found.map(String::from_iter).with_context(|| format!("{file} does not pin {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_from_run_to_run_is_left_out() {
        let line = "AADSTS700229: Forbidden. Trace ID: 1a06d1bc-be40-46d0-a629-23e000000000 Timestamp: 2026-11-23 \
                    07:31:13Z'";
        assert_eq!(without_ids(line), "AADSTS700229: Forbidden. Trace ID: … Timestamp: … …");
    }
}
