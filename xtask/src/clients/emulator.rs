//! The emulator that the clients sign in to.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::flows::Flows;
use super::install::Installed;
use super::{folder, text};
use crate::programs::{announced, run};

/// A running emulator. It ends with this.
pub(super) struct Emulator {
    process: Child,
    /// `https://localhost:41234`
    pub(super) authority: String,
    /// `http://127.0.0.1:41235`
    pub(super) identity: String,
    /// A private key and the certificate that the directory holds of it, in PEM.
    pub(super) certificate: PathBuf,
    directory: PathBuf,
    keys: PathBuf,
    home: PathBuf,
    /// Where Python keeps what it compiles.
    bytecode: PathBuf,
    fedlens: PathBuf,
}

impl Emulator {
    pub(super) fn start(flows: &Flows, installed: &Installed, temporary: &Path) -> Result<Self> {
        let certificate = temporary.join("certificate.pem");
        run(Command::new(&installed.python).arg(folder().join("python/make_certificate.py")).arg(&certificate))?;
        let directory = temporary.join("directory.toml");
        fs::write(&directory, flows.directory_text.replace("$CERTIFICATE", &der_of(&text(&certificate)?)?))?;
        let keys = temporary.join("keys");
        let mut command = Command::new(&installed.fedlens);
        command.args(["emulate", "--port", "0", "--identity-port", "0", "--format", "json", "--keys"]).arg(&keys);
        command.arg("--directory").arg(&directory).stdout(Stdio::piped());
        let mut process = command.spawn().context("cannot start the emulator")?;
        let announced = announced(&mut process)?;
        let (home, fedlens) = (temporary.join("home"), installed.fedlens.clone());
        fs::create_dir_all(&home)?;
        Ok(Self {
            process,
            authority: announced.origin,
            identity: announced.identity_origin,
            certificate,
            directory,
            keys,
            home,
            fedlens,
            bytecode: installed.bytecode.clone(),
        })
    }

    /// An assertion: what `fedlens emulate token` prints. `$DIRECTORY` stands for the directory file.
    pub(super) fn assertion(&self, arguments: &str) -> Result<String> {
        let mut command = Command::new(&self.fedlens);
        command.args(["emulate", "token", "--keys"]).arg(&self.keys);
        for argument in arguments.split_ascii_whitespace() {
            command.arg(if argument == "$DIRECTORY" { self.directory.as_os_str() } else { argument.as_ref() });
        }
        let output = command.output()?;
        if !output.status.success() {
            bail!("fedlens emulate token {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The variables that `fedlens emulate env --client` prints for a client, and what else is asked for.
    pub(super) fn settings(&self, client: &str) -> Result<BTreeMap<String, String>> {
        let mut env = Command::new(&self.fedlens);
        env.args(["emulate", "env", "--shell", "dotenv", "--url", &self.authority, "--keys"]).arg(&self.keys);
        let output = env.arg("--client").args(client.split_ascii_whitespace()).output()?;
        if !output.status.success() {
            bail!("fedlens emulate env --client {client}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let text = String::from_utf8(output.stdout)?;
        let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
        Ok(lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Nothing of the developer's environment but the search path, and the settings of a client.
    pub(super) fn environment<'a>(&self, command: &'a mut Command, client: &str) -> Result<&'a mut Command> {
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).env("HOME", &self.home);
        command.env("PYTHONWARNINGS", "ignore").env("PYTHONPYCACHEPREFIX", &self.bytecode);
        Ok(command.envs(self.settings(client)?).current_dir(folder()))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It has ended already where this fails.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The base64 between the lines of the certificate.
fn der_of(pem: &str) -> Result<String> {
    let inside = pem.split("-----BEGIN CERTIFICATE-----").nth(1).and_then(|rest| rest.split("-----END").next());
    Ok(inside.context("no certificate was made")?.split_ascii_whitespace().collect())
}
