//! The subjects that a job can come with.

use super::repository::{Form, Repository};
use super::trigger::{Trigger, unknown};
use crate::model::{Settings, SubjectTemplate};
use crate::source::{Node, Piece, Place, Text, Unknown, Why};

/// The claims that a repository's subjects are made of, instead of the default ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// `repo`, `context`, `job_workflow_ref`, …
    pub(crate) keys: Vec<String>,
    /// Where it is set.
    pub(crate) place: Place,
}

impl Template {
    /// The template of a list of keys; `None` where it is the default one, or not known.
    pub(crate) fn of(keys: &Node) -> Option<Self> {
        let keys_text: Vec<String> =
            keys.items().iter().map(|key| key.known().map(str::to_owned)).collect::<Option<_>>()?;
        Self::from_keys(keys_text, keys.place)
    }

    fn from_keys(keys: Vec<String>, place: Place) -> Option<Self> {
        let default = keys.is_empty() || keys == ["repo", "context"];
        (!default).then_some(Self { keys, place })
    }
}

/// The template that a configuration sets for the repository. An organisation's counts only for a repository that
/// asks for it by leaving its own list empty.
pub(crate) fn declared(settings: &Settings, name: Option<&str>) -> Option<Template> {
    let is_own = |template: &&SubjectTemplate| match (template.repository.as_ref().and_then(Text::known), name) {
        (Some(own), Some(name)) => own.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(name)),
        _ => template.repository.is_some(),
    };
    let customised = |template: &&SubjectTemplate| template.use_default.as_ref().and_then(Text::known) != Some("true");
    let own = settings.subject_templates.iter().filter(customised).find(is_own)?;
    let chosen = match own.claims.is_empty() {
        true => settings.subject_templates.iter().find(|template| template.repository.is_none())?,
        false => own,
    };
    let keys = chosen.claims.iter().map(|claim| claim.known().map(str::to_owned)).collect::<Option<_>>()?;
    Template::from_keys(keys, chosen.place)
}

/// What decides the subject beside the trigger.
pub(crate) struct Job<'a> {
    /// The environment that the job names, as far as it is known.
    pub(crate) environment: Option<&'a Text>,
    /// The file of the job as GitHub names it: `owner/name/.github/workflows/x.yml@ref`.
    pub(crate) workflow_ref: Text,
    /// The workflow's name.
    pub(crate) workflow: Option<&'a Text>,
}

/// The subject in every form that the repository may send.
pub(crate) fn subjects(repository: &Repository, job: &Job<'_>, trigger: &Trigger, place: Place) -> Vec<Text> {
    let forms = match repository.form {
        Some(form) => vec![form],
        None => vec![Form::Name, Form::Immutable],
    };
    let context = context(job, trigger, place);
    forms
        .into_iter()
        .map(|form| match &repository.template {
            Some(template) => from_template(template, repository, form, job, trigger, &context),
            None => {
                let start = std::iter::once(Piece::Literal("repo:".to_owned()));
                let name = start.chain(name_pieces(repository, form));
                Text::of(name.chain([Piece::Literal(":".to_owned())]).chain(context.pieces()), place)
            }
        })
        .collect()
}

fn colon(place: Place) -> Text {
    Text::literal(":", place)
}

/// An environment goes before a pull request, that before the ref.
fn context(job: &Job<'_>, trigger: &Trigger, place: Place) -> Text {
    let pair = |key: &str, value: &Text| Text::literal(format!("{key}:"), place).then(&escaped(value));
    match job.environment {
        Some(environment) if environment.known() != Some("") => pair("environment", environment),
        _ if trigger.event == "pull_request" => Text::literal("pull_request", place),
        // No document says whether a review counts as a pull request.
        _ if trigger.event.starts_with("pull_request_review") => unknown("", "context", "", place),
        _ => pair("ref", &trigger.git_ref),
    }
}

/// GitHub writes a colon in a value as `%3A`.
fn escaped(value: &Text) -> Text {
    let pieces = value.pieces().into_iter().map(|piece| match piece {
        Piece::Literal(text) => Piece::Literal(text.replace(':', "%3A")),
        unknown @ Piece::Unknown(_) => unknown,
    });
    Text::of(pieces, value.place)
}

/// `owner/name`, or `owner@id/name@id`.
fn full_name(repository: &Repository, form: Form, place: Place) -> Text {
    Text::of(name_pieces(repository, form), place)
}

fn name_pieces(repository: &Repository, form: Form) -> Vec<Piece> {
    let part = |known: Option<&String>, symbol: &str, why: Why| match known {
        Some(text) => Piece::Literal(text.clone()),
        None => Piece::Unknown(Unknown { symbol: symbol.to_owned(), why }),
    };
    let name = repository.name.as_ref();
    let ids = repository.ids.as_ref();
    let literal = |text: &str| Piece::Literal(text.to_owned());
    let owner = part(name.map(|name| &name.0), "github.repository_owner", Why::Repository);
    let own = part(name.map(|name| &name.1), "github.repository", Why::Repository);
    match form {
        Form::Name => vec![owner, literal("/"), own],
        Form::Immutable => vec![
            owner,
            literal("@"),
            part(ids.map(|ids| &ids.0), "github.repository_owner_id", Why::Elsewhere),
            literal("/"),
            own,
            literal("@"),
            part(ids.map(|ids| &ids.1), "github.repository_id", Why::Elsewhere),
        ],
    }
}

/// `key:value` for each key, joined by colons.
fn from_template(
    template: &Template,
    repository: &Repository,
    form: Form,
    job: &Job<'_>,
    trigger: &Trigger,
    context: &Text,
) -> Text {
    let place = context.place;
    let mut subject = Text::literal("", place);
    for (at, key) in template.keys.iter().enumerate() {
        if at > 0 {
            subject = subject.then(&colon(place));
        }
        let pair = |value: &Text| Text::literal(format!("{key}:"), place).then(&escaped(value));
        let part = match key.as_str() {
            "repo" => Text::literal("repo:", place).then(&full_name(repository, form, place)),
            "context" => context.clone(),
            "repository" => pair(&full_name(repository, Form::Name, place)),
            "environment" => pair(job.environment.unwrap_or(&Text::literal("", place))),
            "event_name" => pair(&Text::literal(&trigger.event, place)),
            "job_workflow_ref" => pair(&job.workflow_ref),
            "ref" => pair(&trigger.git_ref),
            "repository_owner" => {
                let owner = repository.name.as_ref().map(|name| Text::literal(&name.0, place));
                pair(&owner.unwrap_or_else(|| unknown("", "github.repository_owner", "", place)))
            }
            "repository_id" => pair(&id(repository.ids.as_ref().map(|ids| &ids.1), "repository_id", place)),
            "repository_owner_id" => pair(&id(repository.ids.as_ref().map(|ids| &ids.0), "repository_owner_id", place)),
            "workflow" if job.workflow.is_some() => pair(job.workflow.unwrap_or(context)),
            other => pair(&unknown("", other, "", place)),
        };
        subject = subject.then(&part);
    }
    subject
}

fn id(known: Option<&String>, name: &str, place: Place) -> Text {
    match known {
        Some(id) => Text::literal(id, place),
        None => Text::unknown(format!("github.{name}"), Why::Elsewhere, place),
    }
}
