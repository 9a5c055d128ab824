//! On which branches and tags a job runs, as far as that is written.

use crate::source::{Node, Piece, Place, Text, Unknown, Why};

/// What a job runs on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ref {
    /// `branch` or `tag`, where it is known.
    pub(super) kind: Option<&'static str>,
    /// The name of the branch or tag.
    pub(super) name: Text,
    /// What fixes it.
    pub(super) place: Place,
    /// When that is.
    pub(super) when: String,
}

/// What a job runs on, by its own rules or by those of the pipeline.
pub(super) fn of_job(job: &Node, workflow: Option<&Node>, place: Place) -> Vec<Ref> {
    let own = job.get("rules").map(of_rules);
    let only = job.get("only").map(of_only);
    let pipeline = || workflow.and_then(|workflow| workflow.get("rules")).map(of_rules);
    let fixed = own.or(only).filter(|found| !found.is_empty() && found.iter().all(|found| found.kind.is_some()));
    let fixed = fixed.or_else(pipeline).filter(|found| !found.is_empty());
    let mut found = fixed.unwrap_or_else(|| vec![any(place)]);
    found.dedup_by(|a, b| a.kind == b.kind && a.name == b.name);
    found
}

fn any(place: Place) -> Ref {
    Ref { kind: None, name: unknown("CI_COMMIT_REF_NAME", place), place, when: "on any branch or tag".to_owned() }
}

fn unknown(symbol: &str, place: Place) -> Text {
    Text::unknown(symbol, Why::Expression, place)
}

fn branch(name: Text) -> Ref {
    let when = format!("on branch `{name}`");
    Ref { kind: Some("branch"), place: name.place, name, when }
}

fn tag(name: Text) -> Ref {
    let when = format!("on tag `{name}`");
    Ref { kind: Some("tag"), place: name.place, name, when }
}

fn of_rules(rules: &Node) -> Vec<Ref> {
    let runs = rules.items().iter().filter(|rule| rule.known_at(&["when"]) != Some("never"));
    runs.flat_map(|rule| match rule.get("if").and_then(Node::text) {
        Some(condition) => of_condition(condition),
        None => vec![any(rule.place)],
    })
    .collect()
}

/// What a condition of `rules` says of the branch or tag, for each of its alternatives.
fn of_condition(condition: &Text) -> Vec<Ref> {
    let text = condition.to_string();
    let alternatives = text.split("||").map(|alternative| {
        let parts = alternative.split("&&").map(|part| part.trim().trim_matches(['(', ')']).trim());
        let found = parts.filter_map(|part| of_comparison(part, condition.place));
        // What names the ref says more than what only says what kind of pipeline it is.
        found.max_by_key(|found| found.name.known().is_some()).unwrap_or_else(|| any(condition.place))
    });
    alternatives.collect()
}

fn of_comparison(part: &str, place: Place) -> Option<Ref> {
    let Some((left, right)) = part.split_once("==") else {
        let pattern = part.split_once("=~").map(|(left, _)| left.trim());
        return match pattern.unwrap_or(part) {
            "$CI_COMMIT_BRANCH" => Some(branch(unknown("CI_COMMIT_BRANCH", place))),
            "$CI_COMMIT_TAG" => Some(tag(unknown("CI_COMMIT_TAG", place))),
            _ => None,
        };
    };
    let (left, right) = (left.trim(), right.trim());
    let (left, right) =
        if right.starts_with("$CI_COMMIT") && !left.starts_with("$CI_COMMIT") { (right, left) } else { (left, right) };
    match left {
        "$CI_COMMIT_BRANCH" => Some(branch(operand(right, place)?)),
        "$CI_COMMIT_TAG" => Some(tag(operand(right, place)?)),
        "$CI_COMMIT_REF_NAME" => {
            let name = operand(right, place)?;
            Some(Ref { kind: None, place, when: format!("on `{name}`"), name })
        }
        "$CI_PIPELINE_SOURCE" if right.contains("merge_request_event") => {
            let found = branch(unknown("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", place));
            Some(Ref { when: "in a merge request".to_owned(), ..found })
        }
        _ => None,
    }
}

/// A quoted text or a variable; none for `null` and the empty text.
fn operand(written: &str, place: Place) -> Option<Text> {
    let bare = written.trim_matches(['"', '\'']);
    if bare.is_empty() || bare == "null" {
        return None;
    }
    Some(match bare.strip_prefix('$') {
        Some(symbol) => unknown(symbol, place),
        None => Text::literal(bare, place),
    })
}

/// The older `only`: names, patterns and the words for kinds.
fn of_only(only: &Node) -> Vec<Ref> {
    let refs = only.get("refs").unwrap_or(only);
    let names = refs.one_or_many().iter().filter_map(Node::text);
    let of = |text: &Text| {
        let place = text.place;
        match text.known().unwrap_or_default() {
            "branches" | "pushes" | "web" | "schedules" | "triggers" | "api" => {
                vec![branch(unknown("CI_COMMIT_BRANCH", place))]
            }
            "tags" => vec![tag(unknown("CI_COMMIT_TAG", place))],
            "merge_requests" => vec![branch(unknown("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", place))],
            name if name.starts_with('/') || name.contains(['$', '@']) || name.is_empty() => vec![any(place)],
            _ => vec![branch(text.clone())],
        }
    };
    names.flat_map(of).collect()
}

// Marks that stand for what is not known while the subject is put together.
const PROJECT: char = '\u{e000}';
const KIND: char = '\u{e001}';
const NAME: char = '\u{e002}';

/// The subject of a job on a ref; the project's path is not known.
pub(super) fn subject(on: &Ref) -> Text {
    let kind = on.kind.map_or_else(|| KIND.to_string(), str::to_owned);
    let (project, name) = (PROJECT.to_string(), NAME.to_string());
    let whole = fedlens_issuers::gitlab_subject(&project, None, &kind, &name).build();
    let unknown = |symbol: &str, why| vec![Piece::Unknown(Unknown { symbol: symbol.to_owned(), why })];
    let pieces = whole.split_inclusive([PROJECT, KIND, NAME]).flat_map(|part| {
        let mut pieces = vec![Piece::Literal(part.trim_end_matches([PROJECT, KIND, NAME]).to_owned())];
        pieces.extend(match part.chars().last() {
            Some(PROJECT) => unknown("CI_PROJECT_PATH", Why::Elsewhere),
            Some(KIND) => unknown("the type of the ref", Why::Expression),
            Some(NAME) => on.name.pieces(),
            _ => Vec::new(),
        });
        pieces
    });
    Text::of(pieces, on.place)
}
