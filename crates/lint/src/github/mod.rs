//! GitHub Actions: workflows, reusable ones, composite actions, and the subjects of their jobs.

mod expression;
mod later;
mod login;
mod permission;
mod repository;
mod scope;
mod scripts;
mod subject;
mod trigger;
mod walk;

pub(crate) use later::{Later, Work};
pub(crate) use login::{Caller, Input, Login, LoginKind};
pub(crate) use permission::{Grant, Level, Said};
pub(crate) use repository::Repository;
pub(crate) use walk::RemoteCall;

use crate::facts;
use crate::model::{Draft, Platform, Stored};
use crate::source::{Node, Place, Sources, Text, Why, folder};

/// What one file defines.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The workflow.
    pub(crate) workflow: Option<Node>,
    /// The composite action.
    pub(crate) action: Option<Node>,
    /// What GitHub answers about a repository's subjects.
    pub(crate) subject_template: Option<Node>,
}

/// The workflows put together.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    /// What is known of the repository.
    pub(crate) repository: Repository,
    /// Every step that signs in.
    pub(crate) logins: Vec<Login>,
    /// Steps that sign in with a secret, with the subjects that they could come with instead.
    pub(crate) secret_logins: Vec<(Login, Vec<Text>)>,
    /// Workflows of other repositories that jobs call.
    pub(crate) remote_calls: Vec<RemoteCall>,
    /// Whether a job may sign in that does not show it: by an action of others.
    pub(crate) unseen: bool,
}

/// Whether a path is that of a workflow.
pub(crate) fn is_workflow(path: &str) -> bool {
    let folder = folder(path);
    folder == ".github/workflows" || folder.ends_with("/.github/workflows")
}

/// Whether a document is a composite action.
pub(crate) fn is_action(path: &str, document: &Node) -> bool {
    matches!(path.rsplit('/').next(), Some("action.yml" | "action.yaml")) && document.get("runs").is_some()
}

/// Reads a workflow.
pub(crate) fn read_workflow(mut document: Node, facts: &mut facts::Facts) {
    if document.get("jobs").is_some() {
        facts.is("GitHub workflow");
        slim(&mut document);
        facts.github.workflow = Some(document);
    }
}

/// Reads a composite action.
pub(crate) fn read_action(document: &Node, facts: &mut facts::Facts) {
    if document.known_at(&["runs", "using"]) == Some("composite") {
        facts.is("GitHub action");
        facts.github.action = Some(document.clone());
    }
}

/// Whether a document is what GitHub's API answers about a repository's subjects.
pub(crate) fn is_subject_template(document: &Node) -> bool {
    document.get("use_default").is_some_and(|flag| flag.boolean().is_some())
        || document.get("include_claim_keys").is_some()
        || document.get("sub_claim_prefix").is_some()
}

/// Reads it.
pub(crate) fn read_subject_template(document: &Node, facts: &mut facts::Facts) {
    facts.is("subject template of a GitHub repository");
    facts.github.subject_template = Some(document.clone());
}

/// Puts reusable workflows into their callers and adds the jobs that sign in.
pub(crate) fn join(sources: &Sources, facts: &[facts::Facts], repository: Repository, draft: &mut Draft) -> Joined {
    let walk::Walked { mut logins, remote_calls, unseen } = walk::all(sources, facts, &repository);
    for login in &mut logins {
        resolve(login, &draft.settings.stored);
    }
    let mut secret_logins = Vec::new();
    for login in logins.iter().filter(|login| !login.uncalled) {
        let workflow = facts.get(login.job.file.0 as usize).and_then(|facts| facts.github.workflow.as_ref());
        let name = workflow.and_then(|workflow| workflow.get("name")).and_then(Node::text);
        let workflow_ref = workflow_ref(sources, &repository, login.job);
        let candidates = login::candidates(&repository, login, &workflow_ref, name);
        if login.is_federated() {
            let issuer = login::issuer(repository.elsewhere, login.place);
            draft.workloads.push(login.workload(&issuer, candidates));
        } else if login.kind == LoginKind::Secret {
            let subjects = candidates.into_iter().flat_map(|candidate| candidate.subjects).collect();
            secret_logins.push((login.clone(), subjects));
        }
    }
    Joined { repository, logins, secret_logins, remote_calls, unseen }
}

/// `owner/name/.github/workflows/deploy.yml@${ref}` for a job of this repository.
fn workflow_ref(sources: &Sources, repository: &Repository, job: Place) -> Text {
    let path = sources.path(job);
    let path = path.find(".github/workflows/").and_then(|at| path.get(at..)).unwrap_or(path);
    let before = match &repository.name {
        Some((owner, name)) => Text::literal(format!("{owner}/{name}/"), job),
        None => Text::unknown("github.repository", Why::Repository, job).then(&Text::literal("/", job)),
    };
    before.then(&Text::literal(format!("{path}@"), job)).then(&Text::unknown(
        "github.workflow_ref",
        Why::Expression,
        job,
    ))
}

/// Puts in the values of secrets and variables that a configuration of the repository sets.
fn resolve(login: &mut Login, stored: &[Stored]) {
    let environments: Vec<Text> = login.runs.iter().filter_map(|run| run.environment.clone()).collect();
    for input in &mut login.inputs {
        let Some(symbol) = input.value.symbol() else { continue };
        let named = |stored: &&Stored| {
            let context = if stored.secret { "secrets" } else { "vars" };
            let name = stored.name.known().map(|name| format!("{context}.{name}"));
            stored.platform == Platform::GitHub
                && name.is_some_and(|name| name.eq_ignore_ascii_case(symbol))
                && stored.environment.as_ref().is_none_or(|environment| environments.contains(environment))
        };
        let mut found = stored.iter().filter(named);
        if let (Some(value), None) = (found.next(), found.next()) {
            input.value = value.value.clone().at(input.value.place);
        }
    }
}

/// What of a step decides anything here; a script is read from the file.
const KEPT: &[&str] = &["uses", "run", "if", "env"];

/// Leaves out what no rule looks at: of large repositories every workflow is kept until the end.
fn slim(workflow: &mut Node) {
    let jobs = workflow.get_mut("jobs").map(Node::entries_mut).unwrap_or_default();
    for job in jobs {
        for step in job.value.get_mut("steps").map(Node::items_mut).unwrap_or_default() {
            let leads_on =
                login::kind(step).is_some() || step.known_at(&["uses"]).is_some_and(|uses| uses.starts_with("./"));
            step.retain(|entry| KEPT.contains(&entry.key.as_str()) || leads_on && entry.key == "with");
            if let Some(run) = step.get_mut("run") {
                *run = Node::scalar(Text::literal("", run.place), true);
            }
        }
    }
}
