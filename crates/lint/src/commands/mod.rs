//! Commands that sign in: in scripts, in Dockerfiles, in the steps of workflows and pipelines.
//!
//! A script is read from its beginning to its end, once: variables have the value that was last given to them, and a
//! value knows which command it came from. Nothing is run, and of branches each is read in turn.

mod arguments;
mod azure_cli;
mod cmdlets;
mod credentials;
mod cursor;
mod http;
mod inline;
mod parts;
mod powershell;
mod script;
mod shell;
mod variables;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::facts;
use crate::model::Credential;
use crate::recognise::Form;
use crate::source::{FileId, Place, Text};

pub(crate) use inline::{read_steps, scan_scalar};
pub(crate) use script::Value;
pub(crate) use variables::Variable;

/// The commands of one file.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Each script of the file, with its commands in order.
    pub(crate) scripts: Vec<Script>,
    /// Variables that a file sets for its programs.
    pub(crate) variables: Vec<Variable>,
}

/// A script, or a script within another file.
#[derive(Debug)]
pub(crate) struct Script {
    /// Whether it is a step of a workflow or pipeline: what was signed in before is not known.
    pub(crate) in_step: bool,
    /// Its commands, in order.
    pub(crate) commands: Vec<Command>,
}

/// What a script is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `sh`, `bash`, `zsh`.
    Shell,
    /// PowerShell, of Windows or not.
    PowerShell,
    /// The command prompt of Windows.
    Batch,
}

/// A command that has to do with sign-ins.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// From its name to its last argument.
    pub(crate) place: Place,
    /// The variable that receives what it prints.
    pub(crate) receiver: Option<String>,
    /// Whether it is in a loop.
    pub(crate) repeated: bool,
    /// What it does.
    pub(crate) kind: Kind,
}

/// What a command does.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// It signs a tool in.
    SignIn(SignIn),
    /// It asks a token endpoint of Entra.
    TokenRequest(TokenRequest),
    /// It asks a platform for an OIDC token.
    OidcRequest(OidcRequest),
    /// It prints a token of whoever signed in before.
    AccessToken(AccessToken),
    /// It asks the instance metadata service for a token of a managed identity.
    ManagedIdentity {
        /// What the token is for.
        resource: Option<Text>,
    },
    /// It creates a federated identity credential.
    CredentialCreate(Box<Credential>),
}

/// The tools that are signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// `az`
    AzureCli,
    /// The Az module of PowerShell.
    AzurePowerShell,
    /// `azd`
    AzureDeveloperCli,
    /// Microsoft Graph PowerShell.
    MicrosoftGraph,
}

/// How a tool is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// A person, in a browser.
    Interactive,
    /// A person, with a device code.
    DeviceCode,
    /// A person's name and password.
    Password,
    /// An application with its secret.
    Secret,
    /// An application with its certificate.
    Certificate,
    /// An application with a federated token.
    Federated,
    /// A managed identity.
    ManagedIdentity,
    /// It cannot be told: parameters made elsewhere, an access token.
    Unclear,
}

impl Method {
    /// Whether a person signs in.
    pub(crate) fn is_user(self) -> bool {
        matches!(self, Self::Interactive | Self::DeviceCode | Self::Password)
    }
}

/// A sign-in of a tool.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    /// The tool.
    pub(crate) tool: Tool,
    /// How.
    pub(crate) method: Method,
    /// Who, where it is an application or a managed identity; the name where it is a person.
    pub(crate) client_id: Option<Text>,
    /// The tenant.
    pub(crate) tenant: Option<Text>,
    /// The federated token.
    pub(crate) assertion: Option<Value>,
}

/// A request to a token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct TokenRequest {
    /// The URL.
    pub(crate) url: Text,
    /// The tenant in it.
    pub(crate) tenant: Option<Text>,
    /// The fields of its form, in order.
    pub(crate) fields: Vec<(String, Value)>,
}

impl TokenRequest {
    /// A field of the form.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

/// A request for an OIDC token of the platform that runs the script.
#[derive(Clone, Debug)]
pub(crate) struct OidcRequest {
    /// The platform.
    pub(crate) provider: OidcProvider,
    /// The URL.
    pub(crate) url: Text,
    /// The audience that is asked for, decoded; none where the default is taken.
    pub(crate) audience: Option<Text>,
    /// `GET` or `POST`, where it is written or follows from the data that is sent.
    pub(crate) method: String,
    /// The service connection whose token is asked for.
    pub(crate) service_connection: Option<Text>,
}

/// The platforms that give out tokens by request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OidcProvider {
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`
    GitHub,
    /// `SYSTEM_OIDCREQUESTURI`
    AzurePipelines,
}

/// A token of whoever signed in before.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    /// The tool.
    pub(crate) tool: Tool,
    /// `--resource`, or `--scope` without `/.default`; none for Azure Resource Manager.
    pub(crate) resource: Option<Text>,
}

/// Words without one of which no command is of interest, in any letter case.
const WORDS: &[&str] =
    &["login", "connect-", "token", "oauth2", "oidc", "federated", "169.254.169.254", "identity_endpoint"];

static SCAN: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());

fn can_sign_in(script: &str) -> bool {
    SCAN.as_ref().is_none_or(|scan| scan.is_match(script))
}

/// The commands between two offsets of a file: of a whole script, or of the block of a step.
pub(crate) fn scan(dialect: Dialect, file: FileId, text: &str, range: Range<usize>) -> Vec<Command> {
    if !text.get(range.clone()).is_some_and(can_sign_in) {
        return Vec::new();
    }
    let cursor = cursor::Cursor::new(file, text, range);
    match dialect {
        Dialect::PowerShell => powershell::run(cursor),
        Dialect::Shell | Dialect::Batch => shell::run(dialect, cursor),
    }
}

/// Reads a script, a Dockerfile or a file of variables.
pub(crate) fn read(form: Form, file: FileId, text: &str, facts: &mut facts::Facts) {
    match form {
        Form::Shell => keep(scan(Dialect::Shell, file, text, 0..text.len()), false, facts),
        Form::PowerShell => {
            keep(scan(Dialect::PowerShell, file, text, 0..text.len()), false, facts);
        }
        Form::Dockerfile => variables::read_dockerfile(file, text, facts),
        Form::Environment => variables::read_environment(file, text, facts),
        _ => {}
    }
}

/// Keeps what a script does that was read out of another text; `place` says where it stands.
pub(crate) fn keep_moved(mut commands: Vec<Command>, place: &dyn Fn(Place) -> Place, facts: &mut facts::Facts) {
    for command in &mut commands {
        command.place = place(command.place);
        command.each_text(&mut |text| text.place = place(text.place));
        if let Kind::CredentialCreate(credential) = &mut command.kind {
            credential.place = command.place;
        }
    }
    keep(commands, false, facts);
}

impl Command {
    /// Every text in it.
    fn each_text(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        match &mut self.kind {
            Kind::SignIn(sign_in) => {
                let texts = [sign_in.client_id.as_mut(), sign_in.tenant.as_mut()];
                texts.into_iter().flatten().for_each(&mut *visit);
                sign_in.assertion.iter_mut().for_each(|value| visit(&mut value.text));
            }
            Kind::TokenRequest(request) => {
                visit(&mut request.url);
                request.tenant.iter_mut().for_each(&mut *visit);
                request.fields.iter_mut().for_each(|(_, value)| visit(&mut value.text));
            }
            Kind::OidcRequest(request) => {
                visit(&mut request.url);
                let texts = [request.audience.as_mut(), request.service_connection.as_mut()];
                texts.into_iter().flatten().for_each(&mut *visit);
            }
            Kind::AccessToken(token) => token.resource.iter_mut().for_each(&mut *visit),
            Kind::ManagedIdentity { resource } => resource.iter_mut().for_each(&mut *visit),
            Kind::CredentialCreate(credential) => {
                let Credential { owner, name, issuer, subject, audiences, expression, description, .. } =
                    &mut **credential;
                [owner, issuer].into_iter().for_each(&mut *visit);
                [name, subject, expression, description].into_iter().flatten().for_each(&mut *visit);
                audiences.iter_mut().for_each(&mut *visit);
            }
        }
    }
}

/// Keeps what a script does, where it does anything.
fn keep(commands: Vec<Command>, in_step: bool, facts: &mut facts::Facts) {
    if commands.is_empty() {
        return;
    }
    facts.is("script");
    for command in &commands {
        if let Kind::CredentialCreate(credential) = &command.kind {
            facts.credentials.push((**credential).clone());
        }
    }
    facts.commands.scripts.push(Script { in_step, commands });
}
