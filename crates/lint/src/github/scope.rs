//! What the names in a workflow's expressions stand for during one run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expression::{self, Context, Expression, Operator, Value};
use super::repository::Repository;
use super::trigger::{Trigger, unknown};
use crate::source::{Agreement, Entry, Node, Piece, Text, Why};

/// In how many ways a condition may hold.
const MAX_NARROWED: usize = 64;

/// A run, as far as it is known.
#[derive(Clone)]
pub(crate) struct Scope<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) trigger: Arc<Trigger>,
    /// The inputs; what is not there is empty.
    pub(crate) inputs: Arc<Values>,
    /// The secrets that a called workflow was given; `None` where it has the caller's.
    pub(crate) secrets: Option<Arc<Values>>,
    pub(crate) matrix: Arc<Values>,
    pub(crate) env: Arc<Values>,
}

/// Values by name, in lower case.
pub(crate) type Values = BTreeMap<String, Value>;

impl<'a> Scope<'a> {
    pub(crate) fn new(repository: &'a Repository, trigger: Trigger) -> Self {
        Self {
            repository,
            trigger: Arc::new(trigger),
            inputs: Arc::default(),
            secrets: None,
            matrix: Arc::default(),
            env: Arc::default(),
        }
    }

    /// A text with its expressions worked out.
    pub(crate) fn text(&self, written: &Text) -> Text {
        expression::text(written, &Context { lookup: &|path| self.lookup(path) })
    }

    /// The value of a node that is a text.
    pub(crate) fn value(&self, node: &Node) -> Option<Value> {
        let written = node.text()?;
        if let Some(boolean) = node.boolean() {
            return Some(Value::Boolean(boolean));
        }
        let text = self.text(written);
        let only = text.symbol().is_some().then(|| text.unknowns().next().cloned()).flatten();
        Some(only.map_or(Value::Text(text), Value::from))
    }

    /// The same run with the variables of an `env:` block.
    pub(crate) fn with_env(mut self, owner: &Node) -> Self {
        for Entry { key, value, .. } in owner.get("env").map(Node::entries).unwrap_or_default() {
            if let Some(value) = self.value(value) {
                Arc::make_mut(&mut self.env).insert(key.to_ascii_lowercase(), value);
            }
        }
        self
    }

    fn lookup(&self, path: &[String]) -> Option<Value> {
        let parts: Vec<String> = path.iter().map(|part| part.to_ascii_lowercase()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["github", rest @ ..] => self.github(rest),
            ["inputs", name] => Some(self.inputs.get(*name).cloned().unwrap_or(Value::Null)),
            ["matrix", name] => self.matrix.get(*name).cloned(),
            ["env", name] => self.env.get(*name).cloned(),
            ["secrets", name] => {
                let given = self.secrets.as_ref()?;
                Some(given.get(*name).cloned().unwrap_or(Value::Null))
            }
            _ => None,
        }
    }

    fn github(&self, path: &[&str]) -> Option<Value> {
        let place = self.trigger.place;
        let literal = |text: &str| Some(Value::Text(Text::literal(text, place)));
        match path {
            ["event_name"] => literal(&self.trigger.event),
            ["ref"] => Some(Value::Text(self.trigger.git_ref.clone())),
            ["ref_name"] => self.short_ref(),
            ["ref_type"] => {
                let git_ref = self.trigger.git_ref.to_string();
                match git_ref.as_str() {
                    tag if tag.starts_with("refs/tags/") => literal("tag"),
                    branch if branch.starts_with("refs/heads/") || branch.starts_with("refs/pull/") => {
                        literal("branch")
                    }
                    _ => None,
                }
            }
            ["repository"] => {
                let (owner, name) = self.repository.name.as_ref()?;
                literal(&format!("{owner}/{name}"))
            }
            ["repository_owner"] => literal(&self.repository.name.as_ref()?.0),
            ["event", "inputs", name] => Some(self.inputs.get(*name).cloned().unwrap_or(Value::Null)),
            ["event", "pull_request", ..] if !self.trigger.event.starts_with("pull_request") => Some(Value::Null),
            _ => None,
        }
    }

    /// The ref without `refs/heads/` or `refs/tags/`.
    fn short_ref(&self) -> Option<Value> {
        let mut pieces = self.trigger.git_ref.pieces();
        let Some(Piece::Literal(first)) = pieces.first_mut() else { return None };
        let short = ["refs/heads/", "refs/tags/"].iter().find_map(|prefix| first.strip_prefix(prefix))?;
        *first = short.to_owned();
        Some(Value::Text(Text::of(pieces, self.trigger.git_ref.place)))
    }

    /// The runs in which a condition may hold; each knows what the condition says of its ref.
    pub(crate) fn when(self, condition: Option<&Node>) -> Vec<Self> {
        let written = condition.and_then(Node::known);
        match written.and_then(expression::condition) {
            Some(expression) => self.narrowed(&expression),
            None if condition.and_then(Node::boolean) == Some(false) => Vec::new(),
            None => vec![self],
        }
    }

    fn narrowed(self, expression: &Expression) -> Vec<Self> {
        match expression {
            Expression::Both(Operator::And, left, right) => {
                self.narrowed(left).into_iter().flat_map(|run| run.narrowed(right)).take(MAX_NARROWED).collect()
            }
            Expression::Both(Operator::Or, left, right) => {
                let truth = Context { lookup: &|path| self.lookup(path) }.evaluate(left).truth();
                match truth {
                    Some(true) => self.narrowed(left),
                    _ => {
                        let mut runs = self.clone().narrowed(left);
                        runs.extend(self.narrowed(right));
                        runs.truncate(MAX_NARROWED);
                        runs
                    }
                }
            }
            other => {
                let truth = Context { lookup: &|path| self.lookup(path) }.evaluate(other).truth();
                match truth {
                    Some(false) => Vec::new(),
                    Some(true) => vec![self],
                    None => vec![self.knowing(other)],
                }
            }
        }
    }

    /// The run, with the ref that a condition asks for where the ref was not known.
    fn knowing(mut self, expression: &Expression) -> Self {
        let place = self.trigger.git_ref.place;
        let asked = match expression {
            Expression::Both(Operator::Equal, left, right) => match (left.as_ref(), right.as_ref()) {
                (Expression::Name(name), Expression::Text(text)) | (Expression::Text(text), Expression::Name(name)) => {
                    self.asked_ref(name, text)
                }
                _ => None,
            },
            Expression::Call(function, arguments) if function == "startswith" => match arguments.as_slice() {
                [Expression::Name(name), Expression::Text(text)] if is_ref(name) => {
                    Some(unknown(text, if text.starts_with("refs/tags/") { "tag" } else { "branch" }, "", place))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(asked) = asked.filter(|asked| asked.agrees(&self.trigger.git_ref) != Agreement::Different) {
            Arc::make_mut(&mut self.trigger).git_ref = asked;
        }
        self
    }

    fn asked_ref(&self, name: &[String], text: &str) -> Option<Text> {
        let place = self.trigger.git_ref.place;
        if is_ref(name) {
            return Some(Text::literal(text, place));
        }
        let short = name.join(".").eq_ignore_ascii_case("github.ref_name");
        let tag = self.trigger.git_ref.to_string().starts_with("refs/tags/");
        short.then(|| Text::literal(format!("refs/{}/{text}", if tag { "tags" } else { "heads" }), place))
    }
}

fn is_ref(name: &[String]) -> bool {
    name.join(".").eq_ignore_ascii_case("github.ref")
}

/// The values that a called workflow's inputs have: what the caller gives, else the default, else what is empty.
pub(crate) fn inputs(declared: Option<&Node>, given: &[(String, Value)]) -> Values {
    let mut values = Values::new();
    for Entry { key, value, .. } in declared.map(Node::entries).unwrap_or_default() {
        let default = value.get("default").and_then(|default| match default.boolean() {
            Some(boolean) => Some(Value::Boolean(boolean)),
            None => default.text().map(|text| Value::Text(text.clone())),
        });
        let empty = || match value.known_at(&["type"]) {
            Some("boolean") => Value::Boolean(false),
            _ => Value::Null,
        };
        values.insert(key.to_ascii_lowercase(), default.unwrap_or_else(empty));
    }
    for (key, value) in given {
        values.insert(key.to_ascii_lowercase(), value.clone());
    }
    values
}

/// What a person may choose when starting a workflow: every option of every choice, the rest unknown.
pub(crate) fn chosen(declared: Option<&Node>) -> Vec<Values> {
    const MOST: usize = 32;
    let mut out = vec![Values::new()];
    for Entry { key, value, .. } in declared.map(Node::entries).unwrap_or_default() {
        let name = key.to_ascii_lowercase();
        let options = value.get("options").map(Node::items).unwrap_or_default();
        let mut values: Vec<Value> =
            options.iter().filter_map(Node::text).map(|text| Value::Text(text.clone())).collect();
        if values.is_empty() || out.len() * values.len() > MOST {
            values = vec![Value::Unknown(format!("inputs.{key}"), Why::NotGiven)];
        }
        out = out.iter().flat_map(|known| values.iter().map(|value| with(known, &name, value))).collect();
    }
    out
}

/// The combinations of a job's matrix, as far as they are written down; one without values where they are not.
pub(crate) fn matrix(job: &Node, scope: &Scope<'_>) -> Vec<Values> {
    const MOST: usize = 256;
    let Some(matrix) = job.at(&["strategy", "matrix"]) else { return vec![Values::new()] };
    let mut out: Vec<Values> = vec![Values::new()];
    for Entry { key, value, .. } in
        matrix.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "include" | "exclude"))
    {
        let values: Vec<Value> = value.items().iter().filter_map(|item| scope.value(item)).collect();
        if values.is_empty() || out.len() * values.len() > MOST {
            continue;
        }
        out = out.iter().flat_map(|known| values.iter().map(|value| with(known, key, value))).collect();
    }
    include(matrix, scope, out)
}

fn with(known: &Values, key: &str, value: &Value) -> Values {
    let mut known = known.clone();
    known.insert(key.to_ascii_lowercase(), value.clone());
    known
}

/// An `include` adds to the combinations that it does not contradict, or is one of its own.
fn include(matrix: &Node, scope: &Scope<'_>, mut out: Vec<Values>) -> Vec<Values> {
    let own: Vec<String> = out.first().map(|first| first.keys().cloned().collect()).unwrap_or_default();
    let mut added = Vec::new();
    for item in matrix.get("include").map(Node::items).unwrap_or_default() {
        let values: Vec<(String, Value)> = item
            .entries()
            .iter()
            .filter_map(|entry| Some((entry.key.to_ascii_lowercase(), scope.value(&entry.value)?)))
            .collect();
        let mut fitted = false;
        for known in &mut out {
            let contradicts = values.iter().any(|(key, value)| own.contains(key) && known.get(key) != Some(value));
            if !contradicts && !own.is_empty() {
                known.extend(values.iter().cloned());
                fitted = true;
            }
        }
        if !fitted {
            added.push(values.into_iter().collect());
        }
    }
    if own.is_empty() && !added.is_empty() {
        return added;
    }
    out.extend(added);
    out
}
