//! GitHub's default subject: the repository, then the context of the run.

use super::{Subject, pairs};

/// Parses what follows `repo:`; falls to a template where claims follow that the default does not have.
pub(super) fn parse(rest: &str) -> Option<Subject> {
    let (full_name, context) = rest.split_once(':').map_or((rest, None), |(name, context)| (name, Some(context)));
    if context.is_some_and(|context| context.is_empty() || names_more_claims(context)) {
        return template(rest);
    }
    let (owner, repository) = full_name.split_once('/')?;
    let (owner, owner_id) = split_id(owner);
    let (repository, repository_id) = split_id(repository);
    let (owner, repository, ids) = match (owner_id, repository_id) {
        (Some(owner_id), Some(repository_id)) => {
            (owner, repository, Some((owner_id.to_owned(), repository_id.to_owned())))
        }
        // An id on one side only is no immutable subject; the `@` stays in the name.
        _ => {
            let (owner, repository) = full_name.split_once('/')?;
            (owner, repository, None)
        }
    };
    let named = !owner.is_empty() && !repository.is_empty();
    named.then(|| Subject::GitHub {
        owner: owner.to_owned(),
        repository: repository.to_owned(),
        ids,
        context: context.unwrap_or_default().to_owned(),
    })
}

/// `name@id`; GitHub allows no `@` in either name.
pub(super) fn split_id(name: &str) -> (&str, Option<&str>) {
    match name.split_once('@') {
        Some((name, id)) if !name.is_empty() && !id.is_empty() => (name, Some(id)),
        _ => (name, None),
    }
}

/// A template may begin with the repository as well, followed by further claims.
fn template(rest: &str) -> Option<Subject> {
    let pairs = pairs::split(&format!("repo:{rest}"), pairs::GITHUB_KEYS)?;
    Some(Subject::GitHubTemplate { pairs })
}

/// Whether a context consists of claims other than the one the default subject has.
fn names_more_claims(context: &str) -> bool {
    match pairs::split(context, pairs::GITHUB_KEYS).as_deref() {
        Some([(key, _)]) => !is_context_key(key),
        Some(_) => true,
        None => false,
    }
}

pub(super) fn build(owner: &str, repository: &str, ids: Option<&(String, String)>, context: &str) -> String {
    let colon = if context.is_empty() { "" } else { ":" };
    match ids {
        Some((owner_id, repository_id)) => {
            format!("repo:{owner}@{owner_id}/{repository}@{repository_id}{colon}{context}")
        }
        None => format!("repo:{owner}/{repository}{colon}{context}"),
    }
}

/// Whether a pair of a template is the context rather than a claim of its own.
pub(crate) fn is_context_key(key: &str) -> bool {
    matches!(key, "environment" | "ref" | pairs::PULL_REQUEST)
}

/// What a run's context says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context<'a> {
    /// `environment:{name}`.
    Environment(&'a str),
    /// `pull_request`.
    PullRequest,
    /// `ref:{git ref}`.
    Ref(&'a str),
    /// `pull-request` and the like, which GitHub never sends.
    PullRequestMisspelt,
    /// A git ref or branch without what GitHub puts before it.
    BareRef(&'a str),
    /// Nothing.
    Missing,
    /// Anything else.
    Other(&'a str),
}

impl<'a> Context<'a> {
    pub(crate) fn of(context: &'a str) -> Self {
        if let Some(name) = context.strip_prefix("environment:") {
            return Self::Environment(name);
        }
        if let Some(name) = context.strip_prefix("ref:") {
            return Self::Ref(name);
        }
        match context {
            "" => Self::Missing,
            pairs::PULL_REQUEST => Self::PullRequest,
            _ if is_pull_request_misspelt(context) => Self::PullRequestMisspelt,
            _ if !context.contains(':') || context.starts_with("branch:") || context.starts_with("tag:") => {
                Self::BareRef(context)
            }
            _ => Self::Other(context),
        }
    }
}

/// Older documentation and the portal once wrote `pull-request`.
fn is_pull_request_misspelt(context: &str) -> bool {
    let letters = context.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase());
    let word: String = letters.take(16).collect();
    matches!(word.as_str(), "pullrequest" | "pullrequests" | "eventpullrequest")
}
