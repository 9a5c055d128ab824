//! Serving until the process is asked to stop.

use std::convert::Infallible;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Error, bail};
use fedlens_emulator::{Clock, DirectoryDocument, Emulator, Running, Settings, sample};
use fedlens_trust::Wording;
use jiff::SignedDuration;
use serde_json::json;

use super::{block_on, signals};
use crate::cli::{EmulateArguments, LineFormat, ServeArguments, WordingName};
use crate::commands::now;
use crate::input;
use crate::output::{Output, Status};

/// How often the directory file is looked at.
const WATCH: Duration = Duration::from_millis(250);

pub(super) fn run(arguments: &EmulateArguments, output: &Output) -> Result<Status, Error> {
    log_to_standard_error();
    let settings =
        Settings { port: arguments.port, identity_port: arguments.identity_port, ..settings(&arguments.serve)? };
    block_on(arguments.serve.threads, async {
        let running = Emulator::start(settings).await?;
        output.print(&match arguments.format {
            LineFormat::Human => greeting(&running, &arguments.serve),
            LineFormat::Json => announcement(&running, &arguments.serve),
        })?;
        tokio::select! {
            stopped = signals::stop_requested() => stopped?,
            never = follow_directory(&arguments.serve, &running.emulator, output) => match never {},
        }
        running.shut_down().await;
        Ok(Status::Clean)
    })
}

/// What an emulator is started with, on any free ports.
pub(super) fn settings(arguments: &ServeArguments) -> Result<Settings, Error> {
    if !arguments.bind.is_loopback() && !arguments.expose {
        bail!(
            "--bind {} would let other machines get tokens and change the directory; add --expose if that is meant",
            arguments.bind
        );
    }
    let clock = arguments.at.map_or_else(|| Clock::new(now), Clock::at);
    let authorities = arguments.issuer_ca.as_deref().map(input::whole).transpose()?;
    Ok(Settings {
        bind: arguments.bind,
        port: 0,
        identity_port: 0,
        hostnames: arguments.hostname.clone(),
        keys: arguments.data.clone().or_else(|| arguments.keys.folder()),
        data: arguments.data.clone(),
        started: now(),
        cloud: arguments.cloud.map(Into::into),
        wording: match arguments.wording {
            WordingName::Current => Wording::Current,
            WordingName::Until2023 => Wording::Until2023,
        },
        propagation: SignedDuration::from_secs(arguments.propagation.into()),
        faults: arguments.fault.clone(),
        remembered: arguments.remember,
        private_issuers: arguments.allow_private_issuers,
        issuer_authorities: authorities,
        ..Settings::new(directory(arguments.directory.as_deref())?, clock)
    })
}

/// The directory of a file; the sample without one.
pub(super) fn directory(path: Option<&Path>) -> Result<DirectoryDocument, Error> {
    let Some(path) = path else { return Ok(sample()) };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    DirectoryDocument::parse(&input::whole(path)?, extension)
        .with_context(|| format!("{} is no directory file", path.display()))
}

/// Reads the directory file again whenever it has changed. A faulty edition is told and leaves things as they are.
async fn follow_directory(arguments: &ServeArguments, emulator: &Emulator, output: &Output) -> Infallible {
    let Some(path) = &arguments.directory else { return std::future::pending().await };
    let mut seen = edition(path);
    let mut settled = true;
    loop {
        tokio::time::sleep(WATCH).await;
        let now = edition(path);
        if now != seen {
            // Whoever writes it may not be done yet.
            (seen, settled) = (now, false);
            continue;
        }
        if settled {
            continue;
        }
        settled = true;
        let reloaded = directory(Some(path)).and_then(|document| Ok(emulator.reload(document)?));
        match reloaded {
            Ok(()) => output.note(&format!("{} was read again", path.display())),
            Err(error) => output.note(&format!("{error:#}; the directory stays as it was")),
        }
    }
}

/// What tells one edition of a file from the next.
fn edition(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Where the emulator is, for people.
fn greeting(running: &Running, arguments: &ServeArguments) -> String {
    let (origin, identity) = (running.origin(), running.identity_origin());
    let authority = authority(arguments).map_or_else(String::new, |path| format!("Certificate authority  {path}\n"));
    let exposed = if arguments.expose {
        "\nOther machines can reach this emulator. Whoever does gets tokens of any identity and can change the directory.\n"
    } else {
        ""
    };
    let usual = origin.ends_with(":8443");
    let url = if usual { String::new() } else { format!(" --url {origin}") };
    format!(
        "Entra, Graph and ARM   {origin}\nManaged identity       {identity}\n{authority}{exposed}\nReady. Settings for a \
         client: fedlens emulate env --client python{url}\n"
    )
}

/// Where the emulator is, for programs: one line.
fn announcement(running: &Running, arguments: &ServeArguments) -> String {
    let surroundings = running.emulator.surroundings();
    let announced = json!({
        "schema": "fedlens.emulator/1",
        "origin": running.origin(),
        "identityOrigin": running.identity_origin(),
        "certificateAuthority": authority(arguments),
        "tenantId": surroundings.tenant_id,
        "subscriptionId": surroundings.subscription_id,
    });
    format!("{announced}\n")
}

/// The file with the certificate authority.
fn authority(arguments: &ServeArguments) -> Option<String> {
    let folder = arguments.data.clone().or_else(|| arguments.keys.folder())?;
    Some(folder.join("ca.pem").display().to_string())
}

fn log_to_standard_error() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("FEDLENS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let format = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time();
    format.try_init().ok();
}
