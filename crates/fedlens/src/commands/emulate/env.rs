//! Printing the settings of a client.

use std::path::{Path, PathBuf};

use anyhow::{Context, Error};
use fedlens_emulator::environment::{Client, Place, azure_cli_files, conflicting};
use fedlens_emulator::issuers::{AzureDevOps, GitHub, variables};
use fedlens_emulator::{Authority, HostFlavour, Keys, Remote, Surroundings, sample};

use super::{block_on, certificates};
use crate::cli::{EnvArguments, HostName, Pretence, Server, ShellName};
use crate::input;
use crate::output::{Output, Status};

pub(super) fn run(arguments: &EnvArguments, output: &Output) -> Result<Status, Error> {
    let folder = arguments.server.folder().context("this system has no folder for a user's data; give --keys DIR")?;
    Authority::open(Some(&folder))?;
    let remote = remote(&arguments.server)?;
    let surroundings = match block_on(Some(1), async { Ok(remote.surroundings().await?) }) {
        Ok(surroundings) => surroundings,
        Err(error) if arguments.pretence.host == HostName::Imds => {
            output.note(&format!("{error:#}. These are the settings for one that is started without options"));
            planned()
        }
        Err(error) => return Err(error),
    };
    let client = Client::from(arguments.client);
    let azure_config = (client == Client::AzureCli).then(|| folder.join("azure"));
    if let Some(azure) = &azure_config {
        write_azure_config(azure, &arguments.server.url)?;
    }
    let keys = Keys::open(folder.clone())?;
    let place = place(&arguments.pretence, &arguments.server.url, &folder, &keys, surroundings, azure_config)?;
    let mut text = String::new();
    for note in client.notes(&place) {
        text.push_str(&format!("# {note}\n"));
    }
    let given = client.variables(&place);
    for name in conflicting(&given) {
        text.push_str(&removal(arguments.shell, name));
    }
    for (name, value) in given {
        text.push_str(&assignment(arguments.shell, &name, &value));
    }
    output.print(&text)?;
    Ok(Status::Clean)
}

/// What an emulator that is started without options says.
fn planned() -> Surroundings {
    let directory = sample();
    let imds = ("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), "http://127.0.0.1:8444".to_owned());
    Surroundings {
        tenant_id: directory.tenants.first().map_or_else(String::new, |tenant| tenant.id.clone()),
        subscription_id: directory.subscriptions.first().map_or_else(String::new, |one| one.id.clone()),
        hosts: [(HostFlavour::Imds.name().to_owned(), vec![imds])].into(),
    }
}

/// The running emulator, known by the certificate authority that it keeps.
pub(super) fn remote(server: &Server) -> Result<Remote, Error> {
    let folder = server.folder().context("this system has no folder for a user's data; give --keys DIR")?;
    let authority = folder.join("ca.pem");
    let pem = input::whole(&authority).context("no emulator has run here; start one with `fedlens emulate`")?;
    Ok(Remote::new(&server.url, &pem)?)
}

/// Where an emulator is, its certificates together with the system's in a file beside its own.
pub(super) fn place(
    pretence: &Pretence,
    url: &str,
    folder: &Path,
    keys: &Keys,
    surroundings: Surroundings,
    azure_config: Option<PathBuf>,
) -> Result<Place, Error> {
    let authority = folder.join("ca.pem");
    let bundle = folder.join("ca-bundle.pem");
    certificates::write_bundle(&input::whole(&authority)?, &bundle)?;
    let Surroundings { tenant_id, subscription_id, hosts } = surroundings;
    let origin = url.trim_end_matches('/').to_owned();
    let job = GitHub {
        environment: pretence.environment.clone(),
        git_ref: pretence.git_ref.clone(),
        event: pretence.event.clone(),
        ..GitHub::new(&pretence.repo)?
    };
    let connection = AzureDevOps { tenant: tenant_id.parse().unwrap_or_default(), ..AzureDevOps::default() };
    let oidc = variables(&origin, keys, &job, &connection);
    let host = hosts.get(HostFlavour::from(pretence.host).name()).cloned().unwrap_or_default();
    Ok(Place { origin, authority, bundle, tenant_id, subscription_id, azure_config, oidc, host })
}

/// A configuration of the Azure CLI that has the emulator as its cloud and touches no sign-in of the user's own.
pub(super) fn write_azure_config(folder: &Path, origin: &str) -> Result<(), Error> {
    let written = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for (name, text) in azure_cli_files(origin.trim_end_matches('/')) {
            std::fs::write(folder.join(name), text)?;
        }
        Ok(())
    };
    written().with_context(|| format!("cannot write {}", folder.display()))
}

fn removal(shell: ShellName, name: &str) -> String {
    match shell {
        ShellName::Bash => format!("unset {name}\n"),
        ShellName::Fish => format!("set -e {name}\n"),
        ShellName::Powershell => format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue\n"),
        ShellName::Dotenv => String::new(),
    }
}

fn assignment(shell: ShellName, name: &str, value: &str) -> String {
    match shell {
        ShellName::Bash => format!("export {name}='{}'\n", value.replace('\'', r"'\''")),
        ShellName::Fish => format!("set -gx {name} '{}'\n", value.replace('\\', r"\\").replace('\'', r"\'")),
        ShellName::Powershell => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
        ShellName::Dotenv => format!("{name}={value}\n"),
    }
}
