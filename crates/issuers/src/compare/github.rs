//! Two subjects of GitHub.

use super::parts::{Named, differing, named};
use super::text::{configure, described, is_case_only, quote, sentence};
use super::{Difference, Pair, Part};
use crate::Subject;
use crate::platform::pattern;
use crate::subject::github::Context;

/// What the default subject is made of.
const DEFAULT: &[&str] = &["repo", "context"];

/// `None` unless both subjects are GitHub's.
pub(super) fn compare(presented: &Subject, configured: &Subject, pair: Pair<'_>) -> Option<Difference> {
    let (shape, expected) = (claims(presented)?, claims(configured)?);
    if shape != expected {
        return Some(template(&shape, &expected, presented, configured, pair));
    }
    if let Some(found) = immutable(presented, configured, pair) {
        return Some(found);
    }
    let parts = differing(&flattened(presented, configured), &flattened(configured, presented));
    let differs_in = |wanted: fn(&str) -> bool| parts.iter().any(|part| wanted(part.name) && !is_case_only(part));
    if differs_in(is_repository) {
        return Some(repository(parts, pair));
    }
    if differs_in(|name| name != "context") {
        return Some(claim(parts, pair));
    }
    Some(match parts.iter().find(|part| part.name == "context").cloned() {
        Some(context) => contexts(&context, parts, pair),
        None => claim(parts, pair),
    })
}

/// The claims that a subject is made of, in order; the default is the repository and the context.
fn claims(subject: &Subject) -> Option<Vec<&'static str>> {
    match subject {
        Subject::GitHub { .. } => Some(DEFAULT.to_vec()),
        Subject::GitHubTemplate { .. } => Some(named(subject).into_iter().map(|(name, _)| name).collect()),
        _ => None,
    }
}

/// The parts, with owner and repository in one where the other subject has them so.
fn flattened(subject: &Subject, other: &Subject) -> Vec<Named> {
    match (subject, other) {
        (Subject::GitHub { context, .. }, Subject::GitHubTemplate { .. }) => {
            let built = subject.build();
            let repo = built.strip_prefix("repo:").and_then(|rest| rest.split(':').next()).unwrap_or_default();
            vec![("repo", repo.to_owned()), ("context", context.clone())]
        }
        _ => named(subject),
    }
}

/// Two subjects that are not made of the same claims.
fn template(
    shape: &[&'static str],
    expected: &[&'static str],
    presented: &Subject,
    configured: &Subject,
    pair: Pair<'_>,
) -> Difference {
    let mut parts = vec![Part { name: "template", presented: shape.join(", "), configured: expected.join(", ") }];
    let context = |subject| named(subject).into_iter().filter(|(name, _)| *name == "context").collect::<Vec<_>>();
    parts.extend(differing(&context(presented), &context(configured)));
    let form = |claims: &[&str]| {
        if claims == DEFAULT {
            "GitHub's default form".to_owned()
        } else {
            format!("a form made of {}", quote(&claims.join(", ")))
        }
    };
    let setting = if shape == DEFAULT {
        "no customised subject template applies"
    } else {
        "a customised subject template applies"
    };
    let explanation = format!(
        "GitHub sends {}, since {setting} to the repository; the credential has {}.",
        form(shape),
        form(expected)
    );
    let hint = format!(
        "Either {}, or change the template, which `gh api repos/<repository>/actions/oidc/customization/sub` shows.",
        configure(pair.presented)
    );
    Difference { cause: "github.subject.custom-template", explanation, parts, hint: Some(hint) }
}

/// One side with numeric ids, the other without, of the same repository.
fn immutable(presented: &Subject, configured: &Subject, pair: Pair<'_>) -> Option<Difference> {
    let (
        Subject::GitHub { owner, repository, ids, .. },
        Subject::GitHub { owner: their_owner, repository: their_repository, ids: their_ids, .. },
    ) = (presented, configured)
    else {
        return None;
    };
    let alike = |a: &str, b: &str| pattern::agrees(&a.to_lowercase(), &b.to_lowercase());
    if ids.is_some() == their_ids.is_some() || !alike(owner, their_owner) || !alike(repository, their_repository) {
        return None;
    }
    let parts = differing(&named(presented), &named(configured));
    let explanation = if ids.is_some() {
        "The repository sends immutable subjects, with the numeric ids of owner and repository; the credential has the names alone. \
         Repositories created, renamed or transferred after 2026-07-15 do so without being asked."
    } else {
        "The credential has an immutable subject, with the numeric ids of owner and repository; the repository still sends the names alone."
    };
    let others: Vec<Part> = parts.iter().filter(|part| !part.name.ends_with("-id")).cloned().collect();
    let also = if others.is_empty() { String::new() } else { format!(" Besides, {}.", described(&others)) };
    Some(Difference {
        cause: "github.subject.immutable-vs-name",
        explanation: format!("{explanation}{also}"),
        parts,
        hint: Some(sentence(&configure(pair.presented))),
    })
}

/// Whether a part names the repository or its owner, by name or by id.
fn is_repository(name: &str) -> bool {
    name.starts_with("owner") || name.starts_with("repo") && name != "repo_property" && name != "repository_visibility"
}

/// Another owner or repository, or the same one under a new name.
fn repository(parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let renamed = parts.iter().any(|part| matches!(part.name, "owner" | "repository"))
        && pair.presented.contains('@')
        && !parts.iter().any(|part| part.name.ends_with("-id"));
    let why = if renamed {
        " The ids are the same, so it was renamed or moved."
    } else {
        " GitHub names the repository whose workflow runs, not one that a reusable workflow comes from."
    };
    Difference {
        cause: "github.subject.repository",
        explanation: format!("The credential is for another repository: {}.{why}", described(&parts)),
        hint: Some(sentence(&configure(pair.presented))),
        parts,
    }
}

/// The same template with another value in one of its claims.
fn claim(parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    Difference {
        cause: "fic.subject.mismatch",
        explanation: format!("The customised subjects differ: {}.", described(&parts)),
        hint: Some(sentence(&configure(pair.presented))),
        parts,
    }
}

/// The same repository in another context: why GitHub sent this one, and what would send the other.
fn contexts(part: &Part, parts: Vec<Part>, pair: Pair<'_>) -> Difference {
    let (sent, expected) = (Context::of(&part.presented), Context::of(&part.configured));
    let explanation = format!("{} {}", why_sent(sent), what_expected(sent, expected));
    let hint = match how_to_send(sent, expected) {
        Some(change) => format!("{change}, or {}.", configure(pair.presented)),
        None => sentence(&configure(pair.presented)),
    };
    Difference { cause: cause(sent, expected), explanation, parts, hint: Some(hint) }
}

fn cause(sent: Context<'_>, expected: Context<'_>) -> &'static str {
    use Context::{BareRef, Environment, Missing, PullRequest, PullRequestMisspelt, Ref};
    match (sent, expected) {
        (Environment(_), Environment(_)) => "fic.subject.mismatch",
        (Environment(_), _) | (_, Environment(_)) => "github.subject.environment-vs-ref",
        (PullRequest | PullRequestMisspelt, _) | (_, PullRequest | PullRequestMisspelt) => {
            "github.subject.pull-request"
        }
        (Ref(_) | BareRef(_), Ref(_) | BareRef(_) | Missing) => "github.subject.branch",
        _ => "fic.subject.mismatch",
    }
}

fn why_sent(sent: Context<'_>) -> String {
    match sent {
        Context::Environment(name) => {
            format!(
                "The job names the environment {}, so GitHub sends that and leaves branch and event out.",
                quote(name)
            )
        }
        Context::PullRequest => {
            "The run was started by a pull request and its job names no environment, so GitHub sends `pull_request`."
                .to_owned()
        }
        Context::Ref(name) => {
            format!(
                "The job names no environment and its event is not `pull_request`, so GitHub sends the {}.",
                ref_in_words(name)
            )
        }
        Context::Missing => "The assertion's subject ends after the repository.".to_owned(),
        Context::PullRequestMisspelt | Context::BareRef(_) | Context::Other(_) => {
            "The assertion's subject ends in something that GitHub's default does not have.".to_owned()
        }
    }
}

fn what_expected(sent: Context<'_>, expected: Context<'_>) -> String {
    match (sent, expected) {
        (Context::Environment(name), Context::Environment(other)) if name == other.replace(':', "%3A") => {
            format!("The credential has {}; GitHub writes a colon in a name as `%3A`.", quote(other))
        }
        (_, Context::Environment(name)) => format!("The credential expects the environment {}.", quote(name)),
        (_, Context::PullRequest) => "The credential expects a pull request.".to_owned(),
        (_, Context::PullRequestMisspelt) => {
            "The credential spells it otherwise; GitHub writes `pull_request`, with an underscore.".to_owned()
        }
        (Context::Ref(name), Context::Ref(short) | Context::BareRef(short)) if is_short_for(short, name) => {
            format!("The credential writes only {}; GitHub sends `ref:` and the full ref.", quote(short))
        }
        (_, Context::Ref(name)) => format!("The credential expects the {}.", ref_in_words(name)),
        (_, Context::Missing) => {
            "The credential's subject ends after the repository, and GitHub always adds where the run comes from."
                .to_owned()
        }
        (_, Context::BareRef(text) | Context::Other(text)) => {
            format!("The credential ends in {}, which GitHub's default subject never does.", quote(text))
        }
    }
}

/// Whether a configured ref is the presented one without all that GitHub puts before it.
fn is_short_for(short: &str, full: &str) -> bool {
    let bare = short.strip_prefix("branch:").or(short.strip_prefix("tag:")).unwrap_or(short);
    !bare.is_empty() && (full == bare || full.strip_suffix(bare).is_some_and(|start| start.ends_with('/')))
}

fn ref_in_words(name: &str) -> String {
    let named = |kind, short| format!("{kind} {}", quote(short));
    None.or_else(|| name.strip_prefix("refs/heads/").map(|short| named("branch", short)))
        .or_else(|| name.strip_prefix("refs/tags/").map(|short| named("tag", short)))
        .or_else(|| name.strip_prefix("refs/pull/").map(|_| named("pull request's merge ref", name)))
        .unwrap_or_else(|| named("ref", name))
}

/// What would make the job send the configured context; `None` where GitHub never sends it.
fn how_to_send(sent: Context<'_>, expected: Context<'_>) -> Option<String> {
    Some(match (sent, expected) {
        (Context::Environment(_), Context::Environment(name)) => format!("Write `environment: {name}` in the job"),
        (_, Context::Environment(name)) => format!("Add `environment: {name}` to the job"),
        (Context::Environment(name), Context::Ref(_) | Context::PullRequest) => {
            format!("Remove `environment: {name}` from the job")
        }
        (_, Context::PullRequest) => "Keep this credential for pull requests and add one for this run".to_owned(),
        (Context::PullRequest, Context::Ref(_)) => {
            "Keep this credential for the branch and add one for pull requests".to_owned()
        }
        (Context::Ref(full), Context::Ref(short)) if is_short_for(short, full) => return None,
        (_, Context::Ref(name)) => format!("Run the workflow for the {}", ref_in_words(name)),
        _ => return None,
    })
}
