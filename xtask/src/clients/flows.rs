//! What the clients are to do and to show: `tests/clients/flows.toml`, with the names of `directory.toml` filled in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::commands::AzCommand;
use super::emulator::Emulator;
use super::install::Installed;
use super::outcome::Outcomes;
use super::{folder, text};

const SCOPE: &str = "https://management.azure.com/.default";

/// What the variables begin with by which clients tell hosts apart.
const HOST_VARIABLES: [&str; 4] = ["IDENTITY_", "IMDS_", "MSI_", "DEFAULT_IDENTITY_"];

/// The two files.
pub(super) struct Flows {
    pub(super) clients: Vec<Client>,
    pub(super) flows: Vec<Flow>,
    pub(super) commands: Vec<AzCommand>,
    pub(super) directory_text: String,
    assertions: BTreeMap<String, String>,
    directory: Directory,
}

#[derive(Deserialize)]
struct File {
    clients: Vec<Client>,
    flows: Vec<Flow>,
    commands: Vec<AzCommand>,
    assertions: BTreeMap<String, String>,
}

/// A client.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Client {
    pub(super) name: String,
    pub(super) language: String,
    /// The program that drives it; the Rust client is one itself.
    pub(super) program: Option<String>,
    #[serde(default)]
    pub(super) arguments: Vec<String>,
    /// Its name for `fedlens emulate env`.
    pub(super) settings: String,
    /// The file that pins its version, and the package that is pinned there.
    pub(super) pinned: (String, String),
}

/// A sign-in, and what it is to come to.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Flow {
    pub(super) name: String,
    pub(super) sign_in: Map<String, Value>,
    scope: Option<String>,
    expect: Option<String>,
    #[serde(default)]
    except: BTreeMap<String, String>,
    /// Why a client differs.
    pub(super) note: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Directory {
    tenants: Vec<Named>,
    applications: Vec<Named>,
    managed_identities: Vec<Named>,
    users: Vec<User>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(alias = "displayName")]
    name: String,
    #[serde(alias = "appId", alias = "clientId")]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_principal_name: String,
    password: String,
}

impl Flow {
    pub(super) fn scope(&self) -> &str {
        self.scope.as_deref().unwrap_or(SCOPE)
    }

    /// What a client is to show.
    pub(super) fn expected(&self, client: &str) -> &str {
        self.except.get(client).or(self.expect.as_ref()).map_or("accepted", String::as_str)
    }
}

impl Flows {
    pub(super) fn read() -> Result<Self> {
        let directory_text = text(&folder().join("directory.toml"))?;
        let directory = toml::from_str(&directory_text).context("directory.toml")?;
        let File { clients, flows, commands, assertions } =
            toml::from_str(&text(&folder().join("flows.toml"))?).context("flows.toml")?;
        Ok(Self { clients, flows, commands, directory_text, assertions, directory })
    }

    /// Writes what the programs of the clients read.
    pub(super) fn plan(&self, emulator: &Emulator, installed: &Installed, temporary: &Path) -> Result<PathBuf> {
        let assertions = self
            .assertions
            .iter()
            .map(|(name, arguments)| Ok((name.as_str(), emulator.assertion(arguments)?)))
            .collect::<Result<BTreeMap<_, _>>>()?;
        let steps = Steps { flows: self, emulator, assertions, temporary };
        let mut planned = Vec::new();
        for flow in &self.flows {
            let sign_in = steps.complete(&flow.sign_in).with_context(|| flow.name.clone())?;
            planned.push(json!({"name": flow.name, "scope": flow.scope(), "signIn": sign_in}));
        }
        let plan = json!({
            "authority": emulator.authority,
            "identity": emulator.identity,
            "folder": temporary,
            "az": installed.az,
            "flows": planned,
            "commands": self.commands,
            "values": self.values(emulator, &steps.assertions),
        });
        let file = temporary.join("plan.json");
        fs::write(&file, plan.to_string())?;
        Ok(file)
    }

    /// What `$NAME` stands for in commands.
    fn values(&self, emulator: &Emulator, assertions: &BTreeMap<&str, String>) -> BTreeMap<String, String> {
        let named = self.directory.named().map(|one| (one.name.clone(), one.id.clone()));
        let assertions = assertions.iter().map(|(name, assertion)| ((*name).to_owned(), assertion.clone()));
        let authority = ("AUTHORITY".to_owned(), emulator.authority.clone());
        named.chain(assertions).chain([authority]).collect()
    }

    /// Fails where a client showed something else than it is to show.
    pub(super) fn compare(&self, outcomes: &Outcomes) -> Result<()> {
        let mut wrong = Vec::new();
        for client in &self.clients {
            for flow in &self.flows {
                let expected = flow.expected(&client.name);
                match outcomes.get(&(client.name.clone(), flow.name.clone())) {
                    Some(outcome) if matches(&outcome.result(), expected) => {}
                    Some(outcome) => {
                        wrong.push(format!("{}, {}: {}, not {expected}", client.name, flow.name, outcome.result()));
                    }
                    None => wrong.push(format!("{}, {}: not tried", client.name, flow.name)),
                }
            }
        }
        if !wrong.is_empty() {
            bail!("what the clients showed is not what they are to show:\n{}", wrong.join("\n"));
        }
        Ok(())
    }

    /// The id behind a name of directory.toml; what is none stands for itself.
    pub(super) fn id<'a>(&'a self, name: &'a str) -> &'a str {
        self.directory.named().find(|one| one.name == name).map_or(name, |one| one.id.as_str())
    }
}

impl Directory {
    fn named(&self) -> impl Iterator<Item = &Named> {
        self.tenants.iter().chain(&self.applications).chain(&self.managed_identities)
    }
}

/// A text without a code is matched by a part of it.
fn matches(result: &str, expected: &str) -> bool {
    result == expected
        || (!result.starts_with("AADSTS") && !expected.starts_with("AADSTS") && result.contains(expected))
}

/// Sign-ins get what they leave out.
struct Steps<'a> {
    flows: &'a Flows,
    emulator: &'a Emulator,
    assertions: BTreeMap<&'a str, String>,
    temporary: &'a Path,
}

impl Steps<'_> {
    fn complete(&self, step: &Map<String, Value>) -> Result<Value> {
        let mut done = step.clone();
        let own = |name: &str, usual: &str| {
            let given = step.get(name).and_then(Value::as_str).unwrap_or(usual);
            self.flows.id(given).to_owned()
        };
        let (tenant, client) = (own("tenant", "Contoso"), own("client", "deployer"));
        let user = self.flows.directory.users.first().context("the directory has no user")?;
        done.insert("username".to_owned(), user.user_principal_name.as_str().into());
        done.insert("password".to_owned(), user.password.as_str().into());
        done.insert("certificate".to_owned(), json!(self.emulator.certificate));
        if let Some(name) = step.get("assertion").and_then(Value::as_str) {
            let assertion = self.assertions.get(name).with_context(|| format!("no assertion has the name {name}"))?;
            done.insert("assertion".to_owned(), assertion.as_str().into());
        }
        if let Some(from) = step.get("from").and_then(Value::as_object) {
            done.insert("from".to_owned(), self.complete(from)?);
        }
        done.insert("environment".to_owned(), self.environment(&done, &tenant, &client)?);
        done.insert("tenant".to_owned(), tenant.into());
        done.insert("client".to_owned(), client.into());
        Ok(done.into())
    }

    /// The variables that the platform sets where a client reads them.
    fn environment(&self, step: &Map<String, Value>, tenant: &str, client: &str) -> Result<Value> {
        let with = step.get("with").and_then(Value::as_str).unwrap_or_default();
        Ok(match with {
            "workload identity" | "default credential" => {
                let assertion = step.get("assertion").and_then(Value::as_str).unwrap_or_default();
                let file = self.temporary.join("azure-identity-token");
                fs::write(&file, format!("{assertion}\n"))?;
                json!({
                    "AZURE_AUTHORITY_HOST": format!("{}/", self.emulator.authority),
                    "AZURE_TENANT_ID": tenant,
                    "AZURE_CLIENT_ID": client,
                    "AZURE_FEDERATED_TOKEN_FILE": file,
                })
            }
            "managed identity" if step.contains_key("host") => {
                let host = step.get("host").and_then(Value::as_str).unwrap_or_default();
                let all = self.emulator.settings(&format!("python --host {host}"))?;
                let own = all.iter().filter(|(name, _)| HOST_VARIABLES.iter().any(|start| name.starts_with(start)));
                json!(own.collect::<BTreeMap<_, _>>())
            }
            _ => json!({}),
        })
    }
}
