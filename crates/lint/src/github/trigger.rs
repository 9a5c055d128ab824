//! What starts a workflow, and on which git ref it then runs.

use crate::source::{Node, Piece, Place, Text, Unknown, Why};

/// An event with the ref that the run has.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    /// `push`, `pull_request`, …
    pub(crate) event: String,
    /// `refs/heads/main`
    pub(crate) git_ref: Text,
    /// Where it is written: the branch, the event.
    pub(crate) place: Place,
    /// `on a push to main`
    pub(crate) when: String,
}

/// Events that run on the default branch whatever caused them.
const ON_DEFAULT_BRANCH: &[&str] = &[
    "check_run",
    "check_suite",
    "delete",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "issue_comment",
    "issues",
    "label",
    "milestone",
    "page_build",
    "project",
    "public",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_run",
];

/// Every way in which a workflow can be started, apart from being called.
pub(crate) fn triggers(workflow: &Node) -> Vec<Trigger> {
    let mut out = Vec::new();
    for (event, place, filters) in events(workflow) {
        match event.as_str() {
            "workflow_call" => {}
            "push" => out.extend(pushes(place, filters)),
            "pull_request" => out.push(Trigger {
                git_ref: unknown("refs/pull/", "number", "/merge", place),
                when: "on a pull request".to_owned(),
                event,
                place,
            }),
            "pull_request_target" => out.extend(on_base_branch(&event, place, filters)),
            "release" => out.push(Trigger {
                git_ref: unknown("refs/tags/", "tag", "", place),
                when: "on a release".to_owned(),
                event,
                place,
            }),
            name if ON_DEFAULT_BRANCH.contains(&name) => out.push(Trigger {
                git_ref: unknown("refs/heads/", "default branch", "", place),
                when: format!("on `{name}`"),
                event,
                place,
            }),
            "merge_group" => out.push(Trigger {
                git_ref: unknown("refs/heads/gh-readonly-queue/", "branch of the queue", "", place),
                when: "in the merge queue".to_owned(),
                event,
                place,
            }),
            name => out.push(Trigger {
                git_ref: unknown("refs/", "branch or tag", "", place),
                when: format!("on `{name}`"),
                event,
                place,
            }),
        }
    }
    out
}

/// Whether the workflow can be called by others.
pub(crate) fn is_called(workflow: &Node) -> bool {
    events(workflow).iter().any(|(event, ..)| event == "workflow_call")
}

/// The events, where each is named, and what narrows it.
pub(crate) fn events(workflow: &Node) -> Vec<(String, Place, Option<&Node>)> {
    // YAML 1.1 readers take `on` for true; this one does not.
    let Some(on) = workflow.get("on") else { return Vec::new() };
    let mut out: Vec<_> =
        on.entries().iter().map(|entry| (entry.key.clone(), entry.key_place, Some(&entry.value))).collect();
    if out.is_empty() {
        let names = on.one_or_many().iter().filter_map(|name| Some((name.known()?.to_owned(), name.place, None)));
        out.extend(names);
    }
    out
}

/// Without a filter any branch; a filter for tags alone leaves branches out.
fn pushes(place: Place, filters: Option<&Node>) -> Vec<Trigger> {
    let list = |key| filters.and_then(|filters| filters.get(key)).map(Node::one_or_many);
    let (branches, tags) = (list("branches"), list("tags"));
    let mut out: Vec<Trigger> = Vec::new();
    out.extend(branches.into_iter().flatten().filter_map(|node| pushed("refs/heads/", "branch", node)));
    out.extend(tags.into_iter().flatten().filter_map(|node| pushed("refs/tags/", "tag", node)));
    let ignoring = list("branches-ignore").is_some();
    if ignoring || branches.is_none() && tags.is_none() && list("tags-ignore").is_none() {
        out.push(Trigger {
            event: "push".to_owned(),
            // Tags start it as well, unless there is a filter for branches.
            git_ref: if ignoring || branches.is_some() {
                unknown("refs/heads/", "branch", "", place)
            } else {
                unknown("refs/", "branch or tag", "", place)
            },
            place,
            when: "on a push".to_owned(),
        });
    }
    out
}

fn pushed(prefix: &str, kind: &str, node: &Node) -> Option<Trigger> {
    let pattern = node.known().filter(|pattern| !pattern.starts_with('!'))?;
    Some(Trigger {
        event: "push".to_owned(),
        git_ref: matching(prefix, pattern, kind, node.place),
        place: node.place,
        when: format!("on a push to {} `{pattern}`", if kind == "tag" { "the tag" } else { "the branch" }),
    })
}

fn on_base_branch(event: &str, place: Place, filters: Option<&Node>) -> Vec<Trigger> {
    let branches = filters.and_then(|filters| filters.get("branches")).map(Node::one_or_many).unwrap_or_default();
    let trigger = |git_ref, place| Trigger {
        event: event.to_owned(),
        git_ref,
        place,
        when: "on a pull request (`pull_request_target`)".to_owned(),
    };
    if branches.is_empty() {
        return vec![trigger(unknown("refs/heads/", "base branch", "", place), place)];
    }
    branches
        .iter()
        .filter_map(|node| Some(trigger(matching("refs/heads/", node.known()?, "branch", node.place), node.place)))
        .collect()
}

/// The refs that a filter lets through: what stands before and after its wildcards is known.
fn matching(prefix: &str, pattern: &str, kind: &str, place: Place) -> Text {
    let wild = |c: char| matches!(c, '*' | '?' | '[' | '+' | ']');
    match (pattern.find(wild), pattern.rfind(wild)) {
        (Some(first), Some(last)) => {
            // `a+` and `a?` make the letter before them optional.
            let fixed = pattern.get(..first).unwrap_or_default();
            let optional = pattern.get(first..).is_some_and(|rest| rest.starts_with(['+', '?']));
            let before = if optional { fixed.get(..fixed.len().saturating_sub(1)).unwrap_or_default() } else { fixed };
            let after = pattern.get(last + 1..).unwrap_or_default();
            unknown(&format!("{prefix}{before}"), kind, after, place)
        }
        _ => Text::literal(format!("{prefix}{pattern}"), place),
    }
}

/// A text with one unknown piece between two known ones.
pub(crate) fn unknown(before: &str, symbol: &str, after: &str, place: Place) -> Text {
    let piece = Piece::Unknown(Unknown { symbol: symbol.to_owned(), why: Why::Expression });
    Text::of([Piece::Literal(before.to_owned()), piece, Piece::Literal(after.to_owned())], place)
}
