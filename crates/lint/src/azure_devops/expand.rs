//! Pipelines with their templates put in: stages, jobs and steps as they run.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::{Evaluator, at_run_time};
use super::expression::Scope;
use super::shape;
use super::step::Step;
use crate::facts;
use crate::source::{Node, Place, Sources, Text, Value, Why, folder, join};

/// How deep templates may include one another.
const MAX_DEPTH: usize = 32;

/// How many templates one pipeline may include.
const MAX_TEMPLATES: usize = 1_000;

/// How many other variables a variable may be made of.
const MAX_MACROS: usize = 64;

/// How long the value of a variable may be.
const MAX_VARIABLE: usize = 16 * 1024;

/// The parts of a deployment job's strategy that have steps.
const STRATEGIES: &[&str] = &["runOnce", "rolling", "canary"];

/// Jobs that share what a stage allows them.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Whether all of it is in the repository.
    pub(crate) complete: bool,
    /// Its jobs.
    pub(crate) jobs: Vec<Job>,
}

/// Steps that run on one agent.
#[derive(Debug)]
pub(crate) struct Job {
    /// What names have a value.
    scope: Scope,
    /// Its steps, of all branches that may be taken.
    pub(crate) steps: Vec<Step>,
}

impl Job {
    /// Whether a variable of this name is set for every step.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.scope.variable(name).is_some()
    }

    /// A text with the values that the job's variables give it.
    pub(crate) fn at_run_time(&self, text: &Text) -> Text {
        at_run_time(text, &self.scope)
    }
}

/// Every pipeline of the repository, and every template that none of them includes.
pub(super) fn pipelines(sources: &Sources, facts: &[facts::Facts]) -> Vec<Stage> {
    let mut files: BTreeMap<&str, &Node> = BTreeMap::new();
    for document in facts.iter().flat_map(|facts| &facts.azure_devops.documents) {
        files.entry(sources.path(document.place)).or_insert(document);
    }
    let included: BTreeSet<String> = files.iter().flat_map(|(path, document)| references(path, document)).collect();
    let mut stages = Vec::new();
    for (path, document) in files.iter().filter(|(path, _)| !included.contains(**path)) {
        let mut pipeline =
            Pipeline { files: &files, evaluator: Evaluator::new(), left: MAX_TEMPLATES, stages: Vec::new() };
        pipeline.document(&At { path, depth: MAX_DEPTH }, document, &[], &Scope::default());
        stages.append(&mut pipeline.stages);
    }
    stages
}

/// The files that a document includes.
fn references(path: &str, document: &Node) -> Vec<String> {
    let mut found = Vec::new();
    document.walk(&mut |node| {
        found.extend(node.known_at(&["template"]).and_then(|template| resolve(path, template)));
    });
    found
}

/// The path of a template of this repository.
fn resolve(from: &str, template: &str) -> Option<String> {
    let own = match template.trim().rsplit_once('@') {
        Some((path, repository)) if repository.eq_ignore_ascii_case("self") => path,
        Some(_) => return None,
        None => template.trim(),
    };
    match own.strip_prefix('/') {
        Some(rooted) => join("", rooted),
        None => join(folder(from), own),
    }
}

/// A pipeline that is being put together.
struct Pipeline<'a> {
    files: &'a BTreeMap<&'a str, &'a Node>,
    evaluator: Evaluator,
    /// How many more templates it may include.
    left: usize,
    stages: Vec<Stage>,
}

/// Where in which file, how deep.
#[derive(Clone, Copy)]
struct At<'p> {
    path: &'p str,
    depth: usize,
}

/// A template with what it is given.
struct Template<'a> {
    path: &'a str,
    document: &'a Node,
    given: Vec<(String, Node)>,
}

impl<'a> Pipeline<'a> {
    /// A pipeline, or a template that has stages, jobs or steps of its own.
    fn document(&mut self, at: &At<'_>, document: &Node, given: &[(String, Node)], outer: &Scope) {
        let scope = self.scope(at, document, given, outer);
        let extends = document.get("extends").map(|node| self.evaluator.node(node, &scope));
        if let Some(extends) = extends {
            self.extends(at, &extends, &scope);
        }
        if let Some(stages) = document.get("stages") {
            let stages = self.evaluator.node(stages, &scope);
            self.stages(at, &stages, &scope);
        } else if document.get("jobs").is_some() || document.get("steps").is_some() {
            let body = self.evaluator.node(document, &scope);
            self.stage(at, &body, &scope);
        }
    }

    fn extends(&mut self, at: &At<'_>, extends: &Node, scope: &Scope) {
        match self.template(at, extends) {
            Some(found) => self.document(&found.at(at), found.document, &found.given, scope),
            None => self.stages.extend(extends.get("parameters").map(|parameters| loose(parameters, scope))),
        }
    }

    fn stages(&mut self, at: &At<'_>, stages: &Node, scope: &Scope) {
        for stage in stages.items() {
            if stage.get("template").is_none() {
                self.stage(at, stage, scope);
            } else if let Some(found) = self.template(at, stage) {
                self.document(&found.at(at), found.document, &found.given, scope);
            } else {
                self.stages.extend(stage.get("parameters").map(|parameters| loose(parameters, scope)));
            }
        }
    }

    /// A stage, or a pipeline that has but one.
    fn stage(&mut self, at: &At<'_>, stage: &Node, outer: &Scope) {
        let mut scope = outer.clone();
        if stage.get("stage").is_some() {
            self.variables(at, stage, &mut scope);
        }
        let mut built = Stage { complete: true, jobs: Vec::new() };
        if let Some(jobs) = stage.get("jobs") {
            self.jobs(at, jobs, &scope, &mut built);
        } else if let Some(steps) = stage.get("steps") {
            let steps = self.steps(at, steps, &scope, &mut built.complete);
            built.jobs.push(Job { scope, steps });
        }
        self.stages.push(built);
    }

    fn jobs(&mut self, at: &At<'_>, jobs: &Node, outer: &Scope, stage: &mut Stage) {
        for job in jobs.items() {
            if job.get("template").is_none() {
                self.job(at, job, outer, stage);
            } else if let Some(found) = self.template(at, job) {
                let inside = found.at(at);
                let scope = self.scope(&inside, found.document, &found.given, outer);
                if let Some(jobs) = found.document.get("jobs") {
                    let jobs = self.evaluator.node(jobs, &scope);
                    self.jobs(&inside, &jobs, &scope, stage);
                }
            } else {
                stage.complete = false;
                stage.jobs.extend(
                    job.get("parameters")
                        .map(|parameters| loose(parameters, outer))
                        .into_iter()
                        .flat_map(|loose| loose.jobs),
                );
            }
        }
    }

    fn job(&mut self, at: &At<'_>, job: &Node, outer: &Scope, stage: &mut Stage) {
        let mut scope = outer.clone();
        self.variables(at, job, &mut scope);
        let mut lists: Vec<&Node> = job.get("steps").into_iter().collect();
        for strategy in STRATEGIES.iter().filter_map(|name| job.at(&["strategy", name])) {
            strategy.walk(&mut |node| lists.extend(node.get("steps")));
        }
        let mut steps = Vec::new();
        for list in lists {
            steps.extend(self.steps(at, list, &scope, &mut stage.complete));
        }
        stage.jobs.push(Job { scope, steps });
    }

    fn steps(&mut self, at: &At<'_>, steps: &Node, outer: &Scope, complete: &mut bool) -> Vec<Step> {
        let mut out = Vec::new();
        for step in steps.items() {
            if step.get("template").is_none() {
                *complete &= !is_open(step);
                out.push(Step::new(step.clone()));
            } else if let Some(found) = self.template(at, step) {
                let inside = found.at(at);
                let scope = self.scope(&inside, found.document, &found.given, outer);
                if let Some(steps) = found.document.get("steps") {
                    let steps = self.evaluator.node(steps, &scope);
                    out.extend(self.steps(&inside, &steps, &scope, complete));
                }
            } else {
                *complete = false;
                let given = step.get("parameters").map(|parameters| loose(parameters, outer));
                out.extend(given.into_iter().flat_map(|stage| stage.jobs).flat_map(|job| job.steps));
            }
        }
        out
    }

    /// The template that an item names, where it is in the repository.
    fn template(&mut self, at: &At<'_>, item: &Node) -> Option<Template<'a>> {
        self.left = self.left.checked_sub(1)?;
        at.depth.checked_sub(1)?;
        let path = resolve(at.path, item.known_at(&["template"])?)?;
        let (path, document) = self.files.get_key_value(path.as_str())?;
        let given = item.get("parameters").map(Node::entries).unwrap_or_default();
        let given = given.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        Some(Template { path, document, given })
    }

    /// What names mean in a document: its parameters and its variables.
    fn scope(&mut self, at: &At<'_>, document: &Node, given: &[(String, Node)], outer: &Scope) -> Scope {
        let mut scope = Scope { parameters: Vec::new(), locals: Vec::new(), ..outer.clone() };
        let mut declared = parameters(document);
        if declared.is_empty() {
            declared = given.iter().map(|(name, value)| (name.clone(), Some(value.clone()), value.place)).collect();
        }
        for (name, default, place) in declared {
            let given =
                given.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).map(|(_, value)| value.clone());
            let value = given.or_else(|| default.map(|default| self.evaluator.node(&default, &scope)));
            let unknown = || Node::scalar(Text::unknown(format!("parameters.{name}"), Why::NotGiven, place), true);
            scope.parameters.push((name.clone(), value.unwrap_or_else(unknown)));
        }
        self.variables(at, document, &mut scope);
        scope
    }

    /// Adds the variables of a pipeline, a stage or a job.
    fn variables(&mut self, at: &At<'_>, holder: &Node, scope: &mut Scope) {
        let Some(variables) = holder.get("variables") else { return };
        let variables = self.evaluator.node(variables, scope);
        for entry in variables.entries() {
            set(scope, &entry.key, &entry.value);
        }
        for item in variables.items() {
            if let (Some(name), Some(value)) = (item.known_at(&["name"]), item.get("value")) {
                set(scope, name, value);
            } else if let Some(found) = self.template(at, item) {
                let inside = found.at(at);
                let inner = self.scope(&inside, found.document, &found.given, scope);
                scope.variables = inner.variables;
                scope.groups |= inner.groups;
            } else {
                // A group, or a template of another repository.
                scope.groups = true;
            }
        }
    }
}

impl<'a> Template<'a> {
    fn at(&self, from: &At<'_>) -> At<'a> {
        At { path: self.path, depth: from.depth.saturating_sub(1) }
    }
}

/// Sets a variable; a value that is worked out during the run is not known.
fn set(scope: &mut Scope, name: &str, value: &Node) {
    let Some(text) = value.text() else { return };
    let open = || Text::unknown(format!("$({name})"), Why::Expression, text.place);
    let shown = text.to_string();
    let simple = !shown.contains("$[") && shown.matches("$(").count() <= MAX_MACROS;
    let known = simple.then(|| at_run_time(text, scope));
    let known = known.filter(|known| known.to_string().len() <= MAX_VARIABLE).unwrap_or_else(open);
    scope.variables.push((name.to_owned(), Node::scalar(known, true)));
}

/// The declared parameters: name, default, place.
fn parameters(document: &Node) -> Vec<(String, Option<Node>, Place)> {
    let Some(parameters) = document.get("parameters") else { return Vec::new() };
    let listed = parameters.items().iter().filter_map(|item| {
        Some((item.known_at(&["name"])?.to_owned(), item.get("default").cloned(), item.get("name")?.place))
    });
    let mapped =
        parameters.entries().iter().map(|entry| (entry.key.clone(), Some(entry.value.clone()), entry.key_place));
    listed.chain(mapped).collect()
}

/// Whether something stands where a step should that is not known.
fn is_open(step: &Node) -> bool {
    step.text().is_some_and(|text| text.known().is_none())
}

/// The steps that are handed over to a template of another repository, as jobs of a stage that is not complete.
fn loose(parameters: &Node, scope: &Scope) -> Stage {
    let mut jobs = Vec::new();
    parameters.walk(&mut |node| {
        let Value::Sequence(items) = &node.value else { return };
        let steps: Vec<Step> = items
            .iter()
            .filter(|item| shape::is_step(item) && item.get("template").is_none())
            .cloned()
            .map(Step::new)
            .collect();
        if !steps.is_empty() {
            jobs.push(Job { scope: scope.clone(), steps });
        }
    });
    Stage { complete: false, jobs }
}
