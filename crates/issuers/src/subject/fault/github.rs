//! Subjects that GitHub never sends.

use super::super::github::{Context, split_id};
use super::SubjectFault;
use crate::{PlatformId, Subject};

/// What people put before `owner/name` in place of nothing.
const ADDRESSES: &[&str] = &["https://github.com/", "http://github.com/", "git@github.com:", "github.com/", "/"];

pub(super) fn fault(platform: PlatformId, parsed: &Subject, subject: &str) -> Option<SubjectFault> {
    if let Some(rest) = subject.strip_prefix("repo:")
        && let Some(found) = address(rest)
    {
        return Some(found);
    }
    match parsed {
        Subject::GitHub { owner, repository, ids, context } => {
            let repo = subject.split(':').take(2).collect::<Vec<_>>().join(":");
            names(owner, repository, ids.as_ref()).or_else(|| self::context(platform, &repo, context))
        }
        Subject::GitHubTemplate { pairs } => pairs.iter().find_map(|(key, value)| claim(key, value)),
        _ => Some(no_claim(subject)),
    }
}

/// `repo:https://github.com/owner/name:…`
fn address(rest: &str) -> Option<SubjectFault> {
    let (start, bare) = ADDRESSES.iter().find_map(|start| Some((*start, rest.strip_prefix(start)?)))?;
    let sentence = format!("GitHub writes `repo:owner/name`; the address `{start}` is no part of it.");
    let (name, context) = bare.split_once(':').unwrap_or((bare, ""));
    let name = name.strip_suffix(".git").unwrap_or(name).trim_end_matches('/');
    let colon = if context.is_empty() { "" } else { ":" };
    Some(SubjectFault::malformed(sentence, Some(format!("repo:{name}{colon}{context}"))))
}

fn names(owner: &str, repository: &str, ids: Option<&(String, String)>) -> Option<SubjectFault> {
    let sentence = if repository.contains('/') {
        "A repository is `owner/name`, with one slash.".to_owned()
    } else if [owner, repository].iter().any(|name| name.contains(char::is_whitespace)) {
        "Neither an owner nor a repository has blanks in its name.".to_owned()
    } else if ids.is_none() && [owner, repository].iter().any(|name| name.contains('@')) {
        "With immutable subjects both names are followed by `@` and an id; here only one is.".to_owned()
    } else if ids.is_some_and(|(owner, repository)| ![owner, repository].iter().all(|id| is_number(id))) {
        "The ids of an immutable subject are numbers.".to_owned()
    } else {
        return None;
    };
    Some(SubjectFault::malformed(sentence, None))
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn context(platform: PlatformId, repo: &str, context: &str) -> Option<SubjectFault> {
    let fault = |sentence: &str, instead: Option<String>| {
        Some(SubjectFault::malformed(sentence, instead.map(|context| format!("{repo}:{context}"))))
    };
    match Context::of(context) {
        Context::PullRequest | Context::Missing => None,
        Context::PullRequestMisspelt => {
            fault("GitHub writes `pull_request`, with an underscore.", Some("pull_request".to_owned()))
        }
        Context::Environment("") => fault("The name of the environment is missing.", None),
        Context::Environment(name) if platform == PlatformId::GitHub && name.contains(':') => {
            let instead = format!("environment:{}", name.replace(':', "%3A"));
            fault("GitHub writes a colon in an environment's name as `%3A`.", Some(instead))
        }
        Context::Environment(_) => None,
        Context::Ref(name) => git_ref(repo, name),
        Context::BareRef("environment" | "environments" | "env") => {
            fault("The name of the environment is missing.", None)
        }
        Context::BareRef(text) => {
            fault("GitHub puts `ref:` and the full ref there, as in `ref:refs/heads/main`.", full_ref(text))
        }
        Context::Other(text) => other(text).map_or_else(
            || {
                fault(
                    "No claim of GitHub's is called so; a context is `ref:…`, `environment:…` or `pull_request`.",
                    None,
                )
            },
            |instead| fault("GitHub spells this context otherwise.", Some(instead)),
        ),
    }
}

/// The context that a misspelt one stands for.
fn other(text: &str) -> Option<String> {
    let (key, value) = text.split_once(':')?;
    let value = value.trim();
    match key.trim().to_ascii_lowercase().as_str() {
        "env" | "environment" | "environments" if !value.is_empty() => Some(format!("environment:{value}")),
        "ref" | "refs" => full_ref(value),
        "event_name" | "event" if value == "pull_request" => Some(value.to_owned()),
        "heads" | "branches" => full_ref(value),
        "tags" => Some(format!("ref:refs/tags/{value}")),
        _ => None,
    }
}

fn git_ref(repo: &str, name: &str) -> Option<SubjectFault> {
    let fault = |sentence: &str| {
        let instead = full_ref(name).filter(|full| full.strip_prefix("ref:") != Some(name));
        Some(SubjectFault::malformed(sentence, instead.map(|full| format!("{repo}:{full}"))))
    };
    if name.contains(char::is_whitespace) {
        return fault("No branch and no tag has a blank in its name.");
    }
    let Some(rest) = name.strip_prefix("refs/") else {
        return fault("GitHub sends the full ref: `refs/heads/` and the branch, or `refs/tags/` and the tag.");
    };
    match rest.split_once('/') {
        Some(("heads" | "tags" | "pull", "")) | None => fault("The name of the branch or tag is missing."),
        Some(("heads", branch)) if branch.starts_with("refs/") || branch.starts_with("tags/") => {
            fault("`refs/heads/` is followed by the name of a branch; a tag's ref is `refs/tags/` and its name.")
        }
        Some(("tags", tag)) if tag.starts_with("refs/") => fault("`refs/tags/` is followed by the name of a tag."),
        Some(("heads" | "tags" | "pull", _)) => None,
        Some(_) => fault("A ref is `refs/heads/` and a branch, or `refs/tags/` and a tag."),
    }
}

/// The ref that a short or misspelt one stands for.
fn full_ref(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('/');
    let heads = ["refs/heads/", "refs/head/", "refs/branches/", "refs/branch/", "heads/", "branch:", "branch/"];
    let tags = ["refs/tags/", "refs/tag/", "tags/", "tag:", "tag/"];
    let strip =
        |text: &'_ str, starts: &[&str]| starts.iter().find_map(|start| text.strip_prefix(start).map(str::to_owned));
    let bare = strip(text, &heads).filter(|rest| rest.starts_with("refs/") || rest.starts_with("tags/"));
    let text = bare.as_deref().unwrap_or(text);
    let found = strip(text, &tags)
        .map(|tag| format!("ref:refs/tags/{tag}"))
        .or_else(|| strip(text, &heads).map(|branch| format!("ref:refs/heads/{branch}")))
        .or_else(|| (!text.contains(':') && !text.starts_with("refs/")).then(|| format!("ref:refs/heads/{text}")));
    found.filter(|full| !text.is_empty() && !full.ends_with('/') && !full.contains(char::is_whitespace))
}

/// A claim of a customised subject.
fn claim(key: &str, value: &str) -> Option<SubjectFault> {
    match key {
        "repo" | "repository" if !value.contains('/') => {
            Some(SubjectFault::malformed("A repository is `owner/name`, with a slash.", None))
        }
        "environment" if value.is_empty() => {
            Some(SubjectFault::malformed("The name of the environment is missing.", None))
        }
        "ref" if !value.starts_with("refs/") => Some(SubjectFault::malformed(
            "GitHub sends the full ref: `refs/heads/` and the branch, or `refs/tags/` and the tag.",
            None,
        )),
        _ => None,
    }
}

/// A subject that begins with no claim.
fn no_claim(subject: &str) -> SubjectFault {
    let lower = subject.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("repo:") && start != "repo:");
    let (name, rest) = subject.split_once(':').unwrap_or((subject, ""));
    let is_name = name.split_once('/').is_some_and(|(owner, name)| {
        let plain = |part: &str| !split_id(part).0.is_empty() && !part.contains([' ', '/']);
        plain(owner) && plain(name)
    });
    let instead = if lower {
        subject.get(5..).map(|rest| format!("repo:{rest}"))
    } else {
        (is_name && !rest.is_empty()).then(|| format!("repo:{subject}"))
    };
    SubjectFault::malformed("GitHub's subjects begin with the name of a claim: `repo:owner/name:…`.", instead)
}
