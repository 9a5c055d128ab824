//! From every workflow through the workflows it calls and the actions it uses to the steps that sign in.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::expression::Value;
use super::later;
use super::login::{self, Caller, Login, LoginKind, Run};
use super::permission::{self, Grant, Level};
use super::repository::Repository;
use super::scope::{self, Scope, Values};
use super::trigger::{self, Trigger};
use crate::facts::Facts;
use crate::source::{Entry, FileId, Node, Place, Sources, Text, Why, folder, join};

/// How many workflows may call one another in a row; GitHub allows ten.
const MAX_CALLS: usize = 10;

/// How many jobs and steps one workflow may come to, each counted once for every run.
const MAX_VISITS: usize = 20_000;

/// What all of the walking needs.
struct Walk<'a> {
    sources: &'a Sources,
    facts: &'a [Facts],
    repository: &'a Repository,
    logins: Vec<Login>,
    remote_calls: Vec<RemoteCall>,
    /// Jobs that may ask for tokens and use actions of which nobody knows whether they sign in.
    foreign: HashSet<Place>,
    /// How many jobs and steps may still be looked at.
    left: usize,
}

/// A call of a workflow of another repository by a job that may ask for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteCall {
    /// The owner of that repository.
    pub(crate) owner: String,
    /// Its name.
    pub(crate) name: String,
    /// The value of `uses`.
    pub(crate) uses: Place,
}

impl RemoteCall {
    fn of(uses: &Node, grant: Grant) -> Option<Self> {
        let mut parts = uses.known()?.split('/');
        let (owner, name) = (parts.next()?, parts.next()?);
        let call = Self { owner: owner.to_owned(), name: name.to_owned(), uses: uses.place };
        (grant.level == Level::Write && owner != ".").then_some(call)
    }
}

/// Where a job is reached.
#[derive(Clone, Copy)]
struct Reached<'a> {
    file: FileId,
    workflow: &'a Node,
    caller: Option<Caller>,
    uncalled: bool,
    calls: usize,
}

/// A job that has steps.
#[derive(Clone, Copy)]
struct Stepping<'a> {
    reached: Reached<'a>,
    entry: &'a Entry,
    grant: Grant,
    /// The step, and those after it.
    step: Option<&'a Node>,
    rest: &'a [Node],
    /// How many composite actions it is in.
    actions: usize,
}

/// What the walk has come to.
pub(crate) struct Walked {
    pub(crate) logins: Vec<Login>,
    pub(crate) remote_calls: Vec<RemoteCall>,
    /// Whether a job may sign in that does not show it.
    pub(crate) unseen: bool,
}

/// Whether a step uses an action that is neither of the repository nor of a publisher whose actions do not sign in to
/// Azure.
fn is_foreign(step: &Node) -> bool {
    const OTHERS: &[&str] = &["actions/", "azure/", "docker/", "github/", "hashicorp/", "./"];
    let uses = step.get("uses").and_then(Node::known).unwrap_or_default().to_ascii_lowercase();
    !uses.is_empty() && !OTHERS.iter().any(|known| uses.starts_with(known))
}

/// What every workflow of the repository comes to.
pub(crate) fn all(sources: &Sources, facts: &[Facts], repository: &Repository) -> Walked {
    let start = || Walk {
        sources,
        facts,
        repository,
        logins: Vec::new(),
        remote_calls: Vec::new(),
        foreign: HashSet::new(),
        left: MAX_VISITS,
    };
    let called = start().called();
    let files: Vec<FileId> = sources.iter().map(|(file, _)| file).collect();
    let walks: Vec<Walk<'_>> = files
        .par_iter()
        .filter_map(|file| {
            let workflow = facts.get(file.0 as usize)?.github.workflow.as_ref()?;
            let mut walk = start();
            walk.from(*file, workflow, called.contains(file));
            Some(walk)
        })
        .collect();
    let (mut logins, mut remote_calls, mut foreign) = (Vec::new(), Vec::new(), HashSet::new());
    for walk in walks {
        logins.extend(walk.logins);
        remote_calls.extend(walk.remote_calls);
        foreign.extend(walk.foreign);
    }
    remote_calls.dedup();
    let signing_in: HashSet<Place> = logins.iter().map(|login: &Login| login.job).collect();
    let unseen = !foreign.is_subset(&signing_in);
    Walked { logins, remote_calls, unseen }
}

impl<'a> Walk<'a> {
    /// Walks a workflow that an event can start, or that nobody here calls.
    fn from(&mut self, file: FileId, workflow: &'a Node, called: bool) {
        let mut reached = Reached { file, workflow, caller: None, uncalled: false, calls: 0 };
        let triggers = trigger::triggers(workflow);
        if triggers.is_empty() && trigger::is_called(workflow) && !called {
            reached.uncalled = true;
            self.workflow(reached, &Scope::new(self.repository, anybody(workflow)).unknown_inputs(workflow));
        }
        for trigger in triggers {
            for scope in started(self.repository, workflow, trigger) {
                self.workflow(reached, &scope);
            }
        }
    }

    /// The workflows that others of the repository call.
    fn called(&self) -> HashSet<FileId> {
        let mut called = HashSet::new();
        for (file, _) in self.sources.iter() {
            let workflow = self.facts.get(file.0 as usize).and_then(|facts| facts.github.workflow.as_ref());
            for job in workflow.and_then(|workflow| workflow.get("jobs")).map(Node::entries).unwrap_or_default() {
                called.extend(self.local_workflow(file, &job.value));
            }
        }
        called
    }

    fn workflow(&mut self, reached: Reached<'a>, scope: &Scope<'a>) {
        let scope = scope.clone().with_env(reached.workflow);
        let jobs = reached.workflow.get("jobs").map(Node::entries).unwrap_or_default();
        for entry in jobs {
            if self.left == 0 || skipped(jobs, entry, &scope, &mut HashSet::new()) {
                continue;
            }
            for run in scope.clone().when(entry.value.get("if")) {
                for matrix in scope::matrix(&entry.value, &run) {
                    let run = Scope { matrix: Arc::new(matrix), ..run.clone() };
                    self.job(reached, entry, &run);
                }
            }
        }
    }

    /// Counts a job or a step; whether there may be one more.
    fn visit(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn job(&mut self, reached: Reached<'a>, entry: &'a Entry, scope: &Scope<'a>) {
        if !self.visit() {
            return;
        }
        let job = &entry.value;
        let mut grant = permission::of_job(reached.workflow, job);
        if let Some(caller) = reached.caller {
            let own = permission::declared(job).or_else(|| permission::declared(reached.workflow));
            grant = own.unwrap_or(caller.grant);
        }
        if job.get("uses").is_some() {
            self.call(reached, entry, grant, scope);
            return;
        }
        let scope = scope.clone().with_env(job);
        let stepping = Stepping { reached, entry, grant, step: None, rest: &[], actions: 0 };
        let steps = job.get("steps").map(Node::items).unwrap_or_default();
        if grant.level == Level::Write && steps.iter().any(is_foreign) {
            self.foreign.insert(entry.key_place);
        }
        self.steps(stepping, steps, &scope);
    }

    /// Goes on in the workflow that a job calls.
    fn call(&mut self, reached: Reached<'a>, entry: &'a Entry, grant: Grant, scope: &Scope<'a>) {
        let Some(uses) = entry.value.get("uses") else { return };
        let Some(file) = self.local_workflow(reached.file, &entry.value) else {
            self.remote_calls.extend(RemoteCall::of(uses, grant));
            return;
        };
        let Some(workflow) = self.facts.get(file.0 as usize).and_then(|facts| facts.github.workflow.as_ref()) else {
            return;
        };
        if reached.calls >= MAX_CALLS {
            return;
        }
        let declared = workflow.at(&["on", "workflow_call", "inputs"]);
        let given = given(entry.value.get("with"), scope);
        let mut inside = Scope { inputs: Arc::new(scope::inputs(declared, &given)), ..scope.clone() };
        inside.env = Arc::default();
        inside.matrix = Arc::default();
        inside.secrets = match entry.value.get("secrets") {
            Some(secrets) if secrets.known() == Some("inherit") => scope.secrets.clone(),
            secrets => Some(Arc::new(given_secrets(secrets, scope))),
        };
        // The outermost caller that lacks the permission is where it has to be granted.
        let caller = match reached.caller {
            Some(outer) if outer.grant.level < Level::Write => outer,
            _ => Caller { uses: uses.place, job: entry.key_place, grant },
        };
        let reached =
            Reached { file, workflow, caller: Some(caller), uncalled: reached.uncalled, calls: reached.calls + 1 };
        self.workflow(reached, &inside);
    }

    fn steps(&mut self, stepping: Stepping<'a>, steps: &'a [Node], scope: &Scope<'a>) {
        for (at, step) in steps.iter().enumerate() {
            let rest = steps.get(at + 1..).unwrap_or_default();
            if !self.matters(step, scope) || !self.visit() {
                continue;
            }
            for run in scope.clone().when(step.get("if")) {
                let run = run.with_env(step);
                self.step(Stepping { step: Some(step), rest, ..stepping }, step, &run);
            }
        }
    }

    /// Whether a step can sign in, or lead to one that does.
    fn matters(&self, step: &Node, scope: &Scope<'_>) -> bool {
        match step.get("uses").and_then(Node::known) {
            Some(uses) => uses.starts_with("./") || login::kind(step).is_some() || login::uses_oidc(step, scope),
            None => super::scripts::of_step(self.facts, step).is_some() || login::uses_oidc(step, scope),
        }
    }

    fn step(&mut self, stepping: Stepping<'a>, step: &'a Node, scope: &Scope<'a>) {
        if let Some((kind, place)) = login::kind(step) {
            let inputs = login::inputs(step, scope);
            self.add(stepping, kind, place, inputs, scope);
            return;
        }
        let text = |place: Place| self.sources.text(place).to_owned();
        if let Some((place, inputs)) = login::of_tool(step, scope, &text) {
            self.add(stepping, LoginKind::Command, place, inputs, scope);
            return;
        }
        for (place, inputs) in super::scripts::logins(self.facts, step, scope) {
            self.add(stepping, LoginKind::Command, place, inputs, scope);
        }
        self.action(stepping, step, scope);
    }

    /// Goes on in a composite action of the repository.
    fn action(&mut self, stepping: Stepping<'a>, step: &'a Node, scope: &Scope<'a>) {
        let Some(path) = step.get("uses").and_then(Node::known).and_then(|uses| uses.strip_prefix("./")) else {
            return;
        };
        let root = self.root(stepping.reached.file);
        let found = ["action.yml", "action.yaml"].iter().find_map(|name| {
            let path = join(&root, &format!("{path}/{name}"))?;
            self.facts.get(self.sources.find(&path)?.0 as usize)?.github.action.as_ref()
        });
        let Some(action) = found else { return };
        if stepping.actions >= MAX_CALLS {
            return;
        }
        let given = given(step.get("with"), scope);
        let inside = Scope { inputs: Arc::new(scope::inputs(action.get("inputs"), &given)), ..scope.clone() };
        let steps = action.at(&["runs", "steps"]).map(Node::items).unwrap_or_default();
        self.steps(Stepping { actions: stepping.actions + 1, ..stepping }, steps, &inside);
    }

    /// Adds the run to the login that it comes to.
    fn add(
        &mut self,
        stepping: Stepping<'a>,
        kind: LoginKind,
        place: Place,
        inputs: Vec<login::Input>,
        scope: &Scope<'_>,
    ) {
        let Stepping { reached, entry, grant, .. } = stepping;
        let run = Run { trigger: Arc::clone(&scope.trigger), environment: environment(&entry.value, scope) };
        let same = |login: &&mut Login| {
            login.place == place
                && login.job == entry.key_place
                && login.grant == grant
                && login.caller.map(|caller| caller.job) == reached.caller.map(|caller| caller.job)
                && login.inputs.iter().map(|input| &input.value).eq(inputs.iter().map(|input| &input.value))
        };
        match self.logins.iter_mut().rev().take(64).find(same) {
            Some(login) => login.runs.push(run),
            None => self.logins.push(Login {
                kind,
                job: entry.key_place,
                job_id: entry.key.clone(),
                place,
                inputs,
                grant,
                caller: reached.caller,
                uncalled: reached.uncalled,
                runs: vec![run],
                conditions: conditions(stepping),
                later: later::later(self.sources, stepping.rest),
            }),
        }
    }

    /// The folder that has `.github/workflows` in it.
    fn root(&self, file: FileId) -> String {
        let path = folder(&self.sources.file(file).path);
        path.strip_suffix(".github/workflows").unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// The workflow of the repository that a job calls.
    fn local_workflow(&self, file: FileId, job: &Node) -> Option<FileId> {
        let uses = job.get("uses").and_then(Node::known)?;
        let own = || {
            // `owner/name/.github/workflows/x.yml@main` of this very repository.
            let (owner, name) = self.repository.name.as_ref()?;
            let rest = uses.strip_prefix(&format!("{owner}/{name}/"))?;
            rest.split('@').next()
        };
        let path = uses.strip_prefix("./").or_else(own)?;
        self.sources.find(&join(&self.root(file), path)?)
    }
}

/// What the job and the step depend on, as written.
fn conditions(stepping: Stepping<'_>) -> Vec<String> {
    let nodes = [Some(&stepping.entry.value), stepping.step];
    nodes.into_iter().flatten().filter_map(|node| Some(node.known_at(&["if"])?.to_owned())).collect()
}

/// The environment of a job in a run.
fn environment(job: &Node, scope: &Scope<'_>) -> Option<Text> {
    let environment = job.get("environment")?;
    let name = environment.get("name").unwrap_or(environment);
    name.text().map(|text| scope.text(text))
}

/// What a `with:` gives.
fn given(with: Option<&Node>, scope: &Scope<'_>) -> Vec<(String, Value)> {
    let entries = with.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.clone(), scope.value(&entry.value)?))).collect()
}

fn given_secrets(secrets: Option<&Node>, scope: &Scope<'_>) -> Values {
    given(secrets, scope).into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()
}

/// The runs that a trigger starts: one, or one for each choice that a person has.
fn started<'a>(repository: &'a Repository, workflow: &Node, trigger: Trigger) -> Vec<Scope<'a>> {
    let by_hand = trigger.event == "workflow_dispatch";
    let declared = workflow.at(&["on", "workflow_dispatch", "inputs"]).filter(|_| by_hand);
    scope::chosen(declared)
        .into_iter()
        .map(|inputs| Scope { inputs: Arc::new(inputs), ..Scope::new(repository, trigger.clone()) })
        .collect()
}

/// What starts a workflow that only others call.
fn anybody(workflow: &Node) -> Trigger {
    let place = workflow.entry("on").map_or(workflow.place, |entry| entry.key_place);
    let git_ref = Text::unknown("the caller's ref", Why::Elsewhere, place);
    Trigger { event: "workflow_call".to_owned(), git_ref, place, when: "when it is called".to_owned() }
}

impl Scope<'_> {
    /// Inputs that an unknown caller gives.
    fn unknown_inputs(mut self, workflow: &Node) -> Self {
        let declared = workflow.at(&["on", "workflow_call", "inputs"]).map(Node::entries).unwrap_or_default();
        for Entry { key, .. } in declared {
            let value = Value::Unknown(format!("inputs.{key}"), Why::NotGiven);
            Arc::make_mut(&mut self.inputs).insert(key.to_ascii_lowercase(), value);
        }
        self
    }
}

/// Whether a job does not run because one that it needs does not.
fn skipped<'a>(jobs: &'a [Entry], job: &'a Entry, scope: &Scope<'_>, seen: &mut HashSet<&'a str>) -> bool {
    let always =
        |condition: &str| ["always()", "!cancelled()", "failure()"].iter().any(|word| condition.contains(word));
    if seen.len() > 256 || job.value.known_at(&["if"]).is_some_and(always) {
        return false;
    }
    let needs = job.value.get("needs").map(Node::one_or_many).unwrap_or_default();
    needs.iter().filter_map(Node::known).any(|name| {
        // One that was looked at before would have answered the question.
        let Some(needed) = jobs.iter().find(|entry| entry.key == name).filter(|needed| seen.insert(&needed.key)) else {
            return false;
        };
        scope.clone().when(needed.value.get("if")).is_empty() || skipped(jobs, needed, scope, seen)
    })
}
