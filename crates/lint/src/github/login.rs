//! The steps that sign in to Azure.

use std::sync::Arc;

use fedlens_issuers::Cloud;

use super::later::Later;
use super::permission::Grant;
use super::scope::Scope;
use super::subject;
use super::trigger::Trigger;
use crate::model::{Candidate, Platform, Workload};
use crate::source::{Node, Place, Text, Why};

/// A step that signs in, with every run that comes to it in one way.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// How it signs in.
    pub(crate) kind: LoginKind,
    /// The key of the job that runs it, in the file of the workflow that has it.
    pub(crate) job: Place,
    /// The job's id.
    pub(crate) job_id: String,
    /// What signs in: the value of `uses`, the command.
    pub(crate) place: Place,
    /// The inputs as written, with their values in this run.
    pub(crate) inputs: Vec<Input>,
    /// The permissions of the job.
    pub(crate) grant: Grant,
    /// The job that calls the workflow of the job, where one does.
    pub(crate) caller: Option<Caller>,
    /// The job's workflow is called, and no caller is in the repository.
    pub(crate) uncalled: bool,
    /// The runs.
    pub(crate) runs: Vec<Run>,
    /// The conditions of the job and the step, as written.
    pub(crate) conditions: Vec<String>,
    /// The steps after it.
    pub(crate) later: Vec<Later>,
}

/// How a step signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginKind {
    /// `azure/login` with a token of GitHub.
    Federated,
    /// `azure/login` with a secret in `creds`.
    Secret,
    /// `azure/login` with the identity of a runner in Azure.
    RunnerIdentity,
    /// A command or a tool that takes a token of GitHub.
    Command,
}

/// An input of a step.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Its name, as written.
    pub(crate) name: String,
    /// Where the name stands.
    pub(crate) name_place: Place,
    /// Its value.
    pub(crate) value: Text,
}

/// A job that calls a workflow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The value of its `uses`.
    pub(crate) uses: Place,
    /// The key of the job.
    pub(crate) job: Place,
    /// What it may do, which bounds the called jobs.
    pub(crate) grant: Grant,
}

/// One run that comes to a login.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// What started it.
    pub(crate) trigger: Arc<Trigger>,
    /// The environment of the job.
    pub(crate) environment: Option<Text>,
}

impl Login {
    /// The value of an input, in any letter case.
    pub(crate) fn input(&self, name: &str) -> Option<&Text> {
        self.inputs.iter().find(|input| input.name.eq_ignore_ascii_case(name)).map(|input| &input.value)
    }

    /// Whether it presents a token of GitHub.
    pub(crate) fn is_federated(&self) -> bool {
        matches!(self.kind, LoginKind::Federated | LoginKind::Command)
    }

    /// The cloud it signs in to; the public one unless it says so.
    pub(crate) fn cloud(&self) -> Cloud {
        let named = self.input("environment").and_then(Text::known).unwrap_or_default();
        match named.to_ascii_lowercase().as_str() {
            "azureusgovernment" | "usgovernment" => Cloud::UsGov,
            "azurechinacloud" | "china" => Cloud::China,
            _ => Cloud::Public,
        }
    }

    /// The sign-in as the join takes it.
    pub(crate) fn workload(&self, issuer: &Text, candidates: Vec<Candidate>) -> Workload {
        let audience = self.input("audience").cloned();
        Workload {
            platform: Platform::GitHub,
            name: format!("job `{}`", self.job_id),
            place: self.place,
            issuer: issuer.clone().at(self.place),
            audience: audience.unwrap_or_else(|| Text::literal(Cloud::Public.exchange_audience(), self.place)),
            candidates,
            client_id: self.input("client-id").cloned(),
            tenant: self.input("tenant-id").cloned(),
            cloud: self.cloud(),
        }
    }
}

/// The login that a step is, by the action it uses.
pub(crate) fn kind(step: &Node) -> Option<(LoginKind, Place)> {
    let uses = step.get("uses")?;
    let action = uses.known()?.split('@').next()?;
    if !action.eq_ignore_ascii_case("azure/login") {
        return None;
    }
    let with = step.get("with");
    let has = |name: &str| with.and_then(|with| with.entry_ignoring_case(name)).is_some();
    let own = ["client-id", "tenant-id", "subscription-id"].iter().any(|name| has(name));
    let identity = with
        .and_then(|with| with.entry_ignoring_case("auth-type"))
        .and_then(|entry| entry.value.known())
        .is_some_and(|kind| kind.eq_ignore_ascii_case("IDENTITY"));
    let kind = match (identity, own, has("creds")) {
        (true, ..) => LoginKind::RunnerIdentity,
        (false, false, true) => LoginKind::Secret,
        _ => LoginKind::Federated,
    };
    Some((kind, uses.place))
}

/// The inputs of a step, worked out for a run.
pub(crate) fn inputs(step: &Node, scope: &Scope<'_>) -> Vec<Input> {
    let entries = step.get("with").map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .map(|entry| Input {
            name: entry.key.clone(),
            name_place: entry.key_place,
            value: entry.value.text().map_or_else(|| Text::literal("", entry.value.place), |text| scope.text(text)),
        })
        .collect()
}

/// The tools that take a token of GitHub by themselves when `ARM_USE_OIDC` is set.
const TOOLS: &[&str] = &["terraform ", "terragrunt ", "tofu ", "pulumi "];

/// Whether `ARM_USE_OIDC` may be set for a step.
pub(crate) fn uses_oidc(step: &Node, scope: &Scope<'_>) -> bool {
    let own = || step.get("env").is_some_and(|env| env.entry_ignoring_case("ARM_USE_OIDC").is_some());
    scope.env.contains_key("arm_use_oidc") || own()
}

/// The login of a tool that `ARM_USE_OIDC` tells to use a token of GitHub.
pub(crate) fn of_tool(step: &Node, scope: &Scope<'_>, text: &dyn Fn(Place) -> String) -> Option<(Place, Vec<Input>)> {
    let truth = |name: &str| match scope.env.get(name) {
        Some(super::expression::Value::Boolean(boolean)) => *boolean,
        Some(super::expression::Value::Text(text)) => {
            text.known().is_some_and(|text| text.eq_ignore_ascii_case("true"))
        }
        _ => false,
    };
    if !truth("arm_use_oidc") {
        return None;
    }
    let run = step.get("run");
    let tool = run.is_some_and(|run| TOOLS.iter().any(|tool| text(run.place).contains(tool)));
    let action = step.get("uses").filter(|uses| {
        uses.known().is_some_and(|uses| uses.starts_with("pulumi/actions@") || uses.contains("/terraform-"))
    });
    let place = run.filter(|_| tool).or(action)?.place;
    let input = |name: &str, variable: &str| {
        let value = scope.env.get(variable)?.clone().text(place);
        Some(Input { name: name.to_owned(), name_place: place, value })
    };
    let inputs = [("client-id", "arm_client_id"), ("tenant-id", "arm_tenant_id")];
    Some((first_line(place, text), inputs.iter().filter_map(|(name, variable)| input(name, variable)).collect()))
}

/// The first line of a place, which a script is shown by.
fn first_line(place: Place, text: &dyn Fn(Place) -> String) -> Place {
    let shown = text(place);
    let first = shown.trim_start_matches(['|', '>', '-', '+', '\n', '\r', ' ']);
    let start = place.start as usize + (shown.len() - first.len());
    let length = first.lines().next().map_or(0, str::len);
    Place::new(place.file, start..start + length)
}

/// The subjects of a login's runs, each once.
pub(crate) fn candidates(
    repository: &super::repository::Repository,
    login: &Login,
    workflow_ref: &Text,
    workflow: Option<&Text>,
) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for run in &login.runs {
        let environment = run.environment.as_ref();
        let named = environment.filter(|environment| environment.known() != Some(""));
        let place = named.map_or(run.trigger.place, |environment| environment.place);
        let job = subject::Job { environment, workflow_ref: workflow_ref.clone(), workflow };
        let subjects = subject::subjects(repository, &job, &run.trigger, place);
        if out.iter().all(|known| known.subjects != subjects) {
            out.push(Candidate { subjects, place, when: run.trigger.when.clone() });
        }
    }
    out
}

/// The issuer of the repository's tokens.
pub(crate) fn issuer(elsewhere: bool, place: Place) -> Text {
    if elsewhere {
        return Text::unknown("the server's issuer", Why::Elsewhere, place);
    }
    Text::literal("https://token.actions.githubusercontent.com", place)
}
