//! `${{ }}` within a document: expressions in texts, and `if`, `each` and `insert` as keys.

use super::expression::{self, Scope};
use super::shape::is_directive;
use crate::source::{Entry, Node, Piece, Place, Text, Unknown, Value, Why};

/// How deep a document may be nested once it is worked out.
const MAX_DEPTH: usize = 128;

/// Works documents out, up to a number of nodes.
#[derive(Debug)]
pub(super) struct Evaluator {
    budget: usize,
}

/// What has become of an `if` and the branches after it.
#[derive(Clone, Copy)]
enum Chain {
    /// None of the branches so far was taken.
    Open,
    /// One was.
    Done,
    /// It is not known.
    Unclear,
}

/// What a key in `${{ }}` is.
enum Directive<'t> {
    If(&'t str),
    ElseIf(&'t str),
    Else,
    Each(&'t str, &'t str),
    Insert,
    Unknown,
}

impl Evaluator {
    pub(super) fn new() -> Self {
        Self { budget: 200_000 }
    }

    /// The document with everything worked out that can be; of branches that are not known, all are kept.
    pub(super) fn node(&mut self, node: &Node, scope: &Scope) -> Node {
        self.at_depth(node, scope, MAX_DEPTH)
    }

    fn at_depth(&mut self, node: &Node, scope: &Scope, depth: usize) -> Node {
        let (Some(depth), Some(budget)) = (depth.checked_sub(1), self.budget.checked_sub(1)) else {
            return Node { place: node.place, value: Value::Null };
        };
        self.budget = budget;
        match &node.value {
            Value::Null => node.clone(),
            Value::Scalar { text, quoted } => self.paid(resolved(text, *quoted, scope)),
            Value::Sequence(items) => {
                Node { place: node.place, value: Value::Sequence(self.items(items, scope, depth)) }
            }
            Value::Mapping(entries) => {
                Node { place: node.place, value: Value::Mapping(self.entries(entries, scope, depth)) }
            }
        }
    }

    /// A value that was put in, as long as it is not too large: what is put in may itself be put in again.
    fn paid(&mut self, node: Node) -> Node {
        let mut size = 0;
        node.walk(&mut |node| size += 1 + node.known().map_or(0, |text| text.len() / 64));
        match self.budget.checked_sub(size) {
            Some(left) => {
                self.budget = left;
                node
            }
            None => {
                self.budget = 0;
                Node { place: node.place, value: Value::Null }
            }
        }
    }

    fn items(&mut self, items: &[Node], scope: &Scope, depth: usize) -> Vec<Node> {
        let mut out = Vec::new();
        let mut chain = Chain::Open;
        for item in items {
            match item.entries() {
                [entry] if is_directive(&entry.key) => {
                    for branch in self.branches(entry, &mut chain, scope, depth) {
                        match branch.value {
                            Value::Sequence(items) => out.extend(items),
                            Value::Null => {}
                            _ => out.push(branch),
                        }
                    }
                }
                _ => match self.at_depth(item, scope, depth) {
                    // A list of steps that is handed over as a parameter.
                    Node { value: Value::Sequence(inner), .. } if item.text().is_some() => out.extend(inner),
                    node => out.push(node),
                },
            }
        }
        out
    }

    fn entries(&mut self, entries: &[Entry], scope: &Scope, depth: usize) -> Vec<Entry> {
        let mut out = Vec::new();
        let mut chain = Chain::Open;
        for entry in entries {
            if is_directive(&entry.key) {
                for branch in self.branches(entry, &mut chain, scope, depth) {
                    if let Value::Mapping(inner) = branch.value {
                        out.extend(inner);
                    }
                }
            } else {
                out.push(Entry { value: self.at_depth(&entry.value, scope, depth), ..entry.clone() });
            }
        }
        out
    }

    /// What stands under a key in `${{ }}`, as often as it comes.
    fn branches(&mut self, entry: &Entry, chain: &mut Chain, scope: &Scope, depth: usize) -> Vec<Node> {
        let place = entry.key_place;
        let taken = match directive(&entry.key) {
            Directive::If(condition) => {
                *chain = Chain::Open;
                chain.take(expression::holds(condition, scope, place))
            }
            Directive::ElseIf(condition) => chain.take(expression::holds(condition, scope, place)),
            Directive::Else => chain.take(Some(true)),
            Directive::Each(name, list) => return self.each(name, list, entry, scope, depth),
            Directive::Insert | Directive::Unknown => true,
        };
        if taken { vec![self.at_depth(&entry.value, scope, depth)] } else { Vec::new() }
    }

    fn each(&mut self, name: &str, list: &str, entry: &Entry, scope: &Scope, depth: usize) -> Vec<Node> {
        let list = expression::value(list, scope, entry.key_place);
        let bound: Vec<Node> = match &list.value {
            Value::Sequence(items) => items.clone(),
            Value::Mapping(entries) => entries.iter().map(pair).collect(),
            Value::Scalar { text, .. } if text.known().is_none() => vec![list.clone()],
            Value::Scalar { .. } | Value::Null => Vec::new(),
        };
        let mut out = Vec::new();
        for value in bound {
            if self.budget == 0 {
                break;
            }
            let mut inner = scope.clone();
            inner.locals.push((name.to_owned(), value));
            out.push(self.at_depth(&entry.value, &inner, depth));
        }
        out
    }
}

impl Chain {
    /// Whether a branch of this condition may be taken.
    fn take(&mut self, holds: Option<bool>) -> bool {
        let may = !matches!(self, Self::Done) && holds != Some(false);
        *self = match (*self, holds) {
            (Self::Done, _) | (Self::Open, Some(true)) => Self::Done,
            (state, Some(false)) => state,
            _ => Self::Unclear,
        };
        may
    }
}

fn directive(key: &str) -> Directive<'_> {
    let inner = key.trim().strip_prefix("${{").and_then(|key| key.strip_suffix("}}")).unwrap_or_default().trim();
    let (word, rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    match word {
        "if" => Directive::If(rest),
        "elseif" => Directive::ElseIf(rest),
        "else" => Directive::Else,
        "insert" => Directive::Insert,
        "each" => match rest.split_once(" in ") {
            Some((name, list)) => Directive::Each(name.trim(), list.trim()),
            None => Directive::Unknown,
        },
        _ => Directive::Unknown,
    }
}

/// A member of a mapping, as `each` hands it over.
fn pair(entry: &Entry) -> Node {
    let key = Node::scalar(Text::literal(entry.key.clone(), entry.key_place), true);
    let member = |name: &str, value: Node| Entry { key: name.to_owned(), key_place: entry.key_place, value };
    let entries = vec![member("key", key), member("value", entry.value.clone())];
    Node { place: entry.value.place, value: Value::Mapping(entries) }
}

/// A text with its expressions worked out; one that is a single expression becomes whatever that is.
fn resolved(text: &Text, quoted: bool, scope: &Scope) -> Node {
    let Some(written) = text.known().filter(|written| written.contains("${{")) else {
        return Node::scalar(text.clone(), quoted);
    };
    if let Some(expression) = whole(written) {
        return expression::value(expression, scope, text.place);
    }
    let mut pieces = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${{") {
        pieces.push(Piece::Literal(before.to_owned()));
        let (expression, left) = after.split_once("}}").unwrap_or((after, ""));
        pieces.extend(pieces_of(expression, scope, text.place));
        rest = left;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Node::scalar(Text::of(pieces, text.place), true)
}

/// The expression, where a text is one and nothing else.
fn whole(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    (!inner.contains("}}")).then_some(inner)
}

fn pieces_of(expression: &str, scope: &Scope, place: Place) -> Vec<Piece> {
    let value = expression::value(expression, scope, place);
    match value.text() {
        Some(text) => text.pieces(),
        None if value.is_null() => Vec::new(),
        None => vec![Piece::Unknown(Unknown { symbol: expression.trim().to_owned(), why: Why::Expression })],
    }
}

/// The values of `$(name)` in a text, and of `${{ variables.name }}` where only a job says what it is.
pub(super) fn at_run_time(text: &Text, scope: &Scope) -> Text {
    let mut pieces = Vec::new();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => macros(&literal, scope, &mut pieces),
            Piece::Unknown(unknown) => {
                let name = unknown.symbol.strip_prefix("variables.");
                match name.and_then(|name| scope.variable(name)).and_then(Node::text) {
                    Some(value) => pieces.extend(value.pieces()),
                    None => pieces.push(Piece::Unknown(unknown)),
                }
            }
        }
    }
    Text::of(pieces, text.place)
}

fn macros(literal: &str, scope: &Scope, pieces: &mut Vec<Piece>) {
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once("$(") {
        let Some((name, left)) = after.split_once(')') else { break };
        pieces.push(Piece::Literal(before.to_owned()));
        match scope.variable(name.trim()).and_then(Node::text) {
            Some(value) => pieces.extend(value.pieces()),
            None => {
                pieces.push(Piece::Unknown(Unknown { symbol: format!("$({})", name.trim()), why: scope.why() }));
            }
        }
        rest = left;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
}
