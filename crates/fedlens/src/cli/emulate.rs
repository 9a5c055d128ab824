//! What can be typed behind `fedlens emulate`.

mod token;

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use etcetera::{BaseStrategy, choose_base_strategy};
use fedlens_emulator::environment::Client;
use fedlens_emulator::{Fault, HostFlavour};
use jiff::Timestamp;

use super::CloudName;

pub(crate) use token::{PlatformName, TokenArguments, TokenForm};

/// Run a local Entra that real clients sign in to.
///
/// It answers token requests as Entra would, with the same codes and texts, by the same decision that `diagnose`
/// makes. HTTPS with a certificate authority of its own, on this machine only.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct EmulateArguments {
    #[command(subcommand)]
    pub(crate) command: Option<EmulateCommand>,

    #[command(flatten)]
    pub(crate) serve: ServeArguments,

    /// The port for HTTPS; 0 for any that is free.
    #[arg(long, default_value_t = 8443)]
    pub(crate) port: u16,

    /// The port for managed identity, over plain HTTP; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 8444)]
    pub(crate) identity_port: u16,

    /// How to say where it is; `json` is one line, printed when it is ready.
    #[arg(long, value_enum, default_value_t = LineFormat::Human)]
    pub(crate) format: LineFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EmulateCommand {
    /// Run a command with an emulator of its own: started on free ports, every client's variables set, stopped when the
    /// command ends. Exits with the command's code.
    ///
    /// fedlens emulate exec --directory directory.toml -- pytest
    Exec(ExecArguments),
    /// Print the settings that point a client at an emulator: the one that runs, or one started without options.
    Env(EnvArguments),
    /// Print the token requests that a running emulator has answered, with what was decided.
    Log(LogArguments),
    /// Print the JSON Schema of directory files.
    Schema,
    /// Print the directory that is used where no file is given.
    Sample,
    Token(Box<TokenArguments>),
}

/// What a client is made to believe of where it runs.
#[derive(Clone, Debug, Args)]
pub(crate) struct Pretence {
    /// Whose managed identity is offered. Go and Rust cannot be pointed at imds.
    #[arg(long, value_enum, default_value_t = HostName::Imds)]
    pub(crate) host: HostName,

    /// GitHub Actions: the repository that the job is of.
    #[arg(long, value_name = "OWNER/NAME", default_value = "contoso/app")]
    pub(crate) repo: String,

    /// GitHub Actions: the environment that the job names.
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,

    /// GitHub Actions: the ref that the job runs for.
    #[arg(long = "ref", value_name = "REF", default_value = "refs/heads/main")]
    pub(crate) git_ref: String,

    /// GitHub Actions: the event that started the run.
    #[arg(long, value_name = "NAME", default_value = "push")]
    pub(crate) event: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HostName {
    /// A virtual machine.
    Imds,
    /// App Service, Functions, Container Apps, Automation.
    AppService,
    /// Azure Machine Learning.
    AzureMl,
    /// A machine with the agent of Azure Arc.
    Arc,
    /// Service Fabric.
    ServiceFabric,
    /// Cloud Shell.
    CloudShell,
}

impl From<HostName> for HostFlavour {
    fn from(name: HostName) -> Self {
        match name {
            HostName::Imds => Self::Imds,
            HostName::AppService => Self::AppService,
            HostName::AzureMl => Self::AzureMl,
            HostName::Arc => Self::Arc,
            HostName::ServiceFabric => Self::ServiceFabric,
            HostName::CloudShell => Self::CloudShell,
        }
    }
}

/// Run a command with an emulator of its own.
#[derive(Debug, Args)]
pub(crate) struct ExecArguments {
    #[command(flatten)]
    pub(crate) serve: ServeArguments,

    /// The port for HTTPS; 0 for any that is free.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// The port for managed identity, over plain HTTP; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) identity_port: u16,

    #[command(flatten)]
    pub(crate) pretence: Pretence,

    /// Be a pod of this Kubernetes service account: its assertion is in AZURE_FEDERATED_TOKEN_FILE, and AZURE_CLIENT_ID
    /// is the client that trusts it.
    #[arg(long, value_name = "NAMESPACE:NAME")]
    pub(crate) workload_identity: Option<String>,

    /// Print the exchanges that were refused, when the command has ended.
    #[arg(long)]
    pub(crate) explain: bool,

    /// The command and its arguments.
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
}

/// Print the settings that point a client at a running emulator.
#[derive(Debug, Args)]
pub(crate) struct EnvArguments {
    /// Whom to point.
    #[arg(long, value_enum)]
    pub(crate) client: ClientName,

    /// Whose syntax to print; variables alone with `dotenv`.
    #[arg(long, value_enum, default_value_t = ShellName::Bash)]
    pub(crate) shell: ShellName,

    #[command(flatten)]
    pub(crate) pretence: Pretence,

    #[command(flatten)]
    pub(crate) server: Server,
}

/// Print what a running emulator has answered.
#[derive(Debug, Args)]
pub(crate) struct LogArguments {
    /// Only the exchange with this trace or correlation id, check by check.
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Go on printing as requests arrive.
    #[arg(long, short)]
    pub(crate) follow: bool,

    /// Only those that were refused.
    #[arg(long)]
    pub(crate) refused: bool,

    /// Print at most this many of the past.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) limit: usize,

    /// The form of the output; `json` is one exchange a line.
    #[arg(long, value_enum, default_value_t = LineFormat::Human)]
    pub(crate) format: LineFormat,

    #[command(flatten)]
    pub(crate) server: Server,
}

/// A running emulator.
#[derive(Clone, Debug, Args)]
pub(crate) struct Server {
    /// Its address.
    #[arg(long, value_name = "URL", env = "FEDLENS_EMULATOR", default_value = "https://localhost:8443")]
    pub(crate) url: String,

    /// The folder that it keeps its state in, where it has one.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) keys: Keys,
}

impl Server {
    /// Where its certificate authority is kept.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.data.clone().or_else(|| self.keys.folder())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineFormat {
    /// For a terminal.
    Human,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellName {
    /// Bash, sh and zsh.
    Bash,
    /// fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// NAME=value lines, for a file.
    Dotenv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientName {
    /// The Azure CLI.
    Az,
    /// MSAL and azure-identity for Python.
    Python,
    /// MSAL and @azure/identity for Node.
    Node,
    /// MSAL4J and azure-identity for Java.
    Java,
    /// azidentity for Go.
    Go,
    /// MSAL.NET and Azure.Identity.
    Dotnet,
    /// azure_identity for Rust.
    Rust,
    /// The azurerm and azuread providers.
    Terraform,
}

impl From<ClientName> for Client {
    fn from(name: ClientName) -> Self {
        match name {
            ClientName::Az => Self::AzureCli,
            ClientName::Python => Self::Python,
            ClientName::Node => Self::Node,
            ClientName::Java => Self::Java,
            ClientName::Go => Self::Go,
            ClientName::Dotnet => Self::DotNet,
            ClientName::Rust => Self::Rust,
            ClientName::Terraform => Self::Terraform,
        }
    }
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArguments {
    /// What it holds: a directory file in TOML, JSON or YAML, or an exchange case. It is read again when it changes.
    #[arg(long, value_name = "FILE")]
    pub(crate) directory: Option<PathBuf>,

    /// Keep the state in this folder; without it, in memory.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) keys: Keys,

    /// Another name of this machine, for the certificate: `login.microsoftonline.com` serves unmodified applications
    /// whose name resolution is pointed here.
    #[arg(long, value_name = "NAME")]
    pub(crate) hostname: Vec<String>,

    /// The address to bind; anything but loopback also needs --expose.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,

    /// Serve other machines too: whoever reaches the port gets tokens and can change the directory.
    #[arg(long)]
    pub(crate) expose: bool,

    /// The cloud to play: tenants of others are refused. Without it each tenant is asked in its own.
    #[arg(long, value_enum)]
    pub(crate) cloud: Option<CloudName>,

    /// Answer with the codes of this time.
    #[arg(long, value_enum, default_value_t = WordingName::Current)]
    pub(crate) wording: WordingName,

    /// Answer some requests with an error: PLACE:STATUS:RATE, such as token:503:0.1, or PLACE:STATUS:RATE:SECONDS with a
    /// Retry-After of so many seconds. PLACE is token, metadata, keys, graph, arm, identity or issuer.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,

    /// Let new federated identity credentials be seen only after so many seconds, as in the cloud.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) propagation: u32,

    /// Let the clock stand at this time.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,

    /// Ask issuers at private addresses for their keys too; Entra cannot.
    #[arg(long)]
    pub(crate) allow_private_issuers: bool,

    /// Trust this certificate authority, in PEM, when issuers are asked.
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer_ca: Option<PathBuf>,

    /// Remember this many exchanges.
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    pub(crate) remember: usize,

    /// Worker threads; as many as there are processors where it is left out.
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<usize>,
}

/// Where the certificate authority and the signing keys are.
#[derive(Clone, Debug, Args)]
pub(crate) struct Keys {
    /// Keep the certificate authority and the signing keys in this folder instead of the user's own.
    #[arg(long = "keys", value_name = "DIR", env = "FEDLENS_KEYS")]
    folder: Option<PathBuf>,
}

impl Keys {
    /// The folder; `None` on a system that has none for a user's data.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.folder.clone().or_else(|| Some(choose_base_strategy().ok()?.data_dir().join("fedlens").join("emulator")))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WordingName {
    /// Today's codes: 700211, 700212, 700213.
    Current,
    /// Until October 2023: 70021, with line breaks in the text.
    Until2023,
}
