//! The functions of ARM templates and of Bicep that work on lists, objects and truths.

use super::functions::shown;
use super::{MOST_ROUNDS, at_index, number, text_of, unknown};
use crate::source::{Agreement, Entry, Node, Place, Text, Value, Why};

/// Functions of lists, objects and truths.
pub(super) fn of_values(name: &str, values: &[Node], place: Place) -> Option<Node> {
    let first = values.first();
    match name {
        "createarray" => Some(list(values.to_vec(), place)),
        "createobject" => created(values, place),
        "array" => match &first?.value {
            Value::Sequence(_) => first.cloned(),
            _ => Some(list(vec![first?.clone()], place)),
        },
        "concat" | "flatten" if values.iter().all(|value| matches!(value.value, Value::Sequence(_))) => {
            let inside = |value: &Node| {
                if name == "flatten" {
                    value.items().iter().flat_map(Node::one_or_many).cloned().collect()
                } else {
                    value.items().to_vec()
                }
            };
            Some(list(values.iter().flat_map(inside).collect(), place))
        }
        "union" => union(values, place),
        "range" => {
            let at = |index: usize| values.get(index).and_then(Node::known)?.parse::<usize>().ok();
            let (start, count) = (at(0)?, at(1)?.min(MOST_ROUNDS));
            Some(list((start..start.saturating_add(count)).map(|index| number(index, place)).collect(), place))
        }
        "length" => match &first?.value {
            Value::Sequence(items) => Some(number(items.len(), place)),
            Value::Mapping(entries) => Some(number(entries.len(), place)),
            _ => Some(number(first?.known()?.chars().count(), place)),
        },
        "empty" => match &first?.value {
            Value::Sequence(items) => Some(truth(items.is_empty(), place)),
            Value::Mapping(entries) => Some(truth(entries.is_empty(), place)),
            Value::Null => Some(truth(true, place)),
            Value::Scalar { .. } => Some(truth(first?.known()?.is_empty(), place)),
        },
        "first" => items(first?)?.first().cloned(),
        "last" => items(first?)?.last().cloned(),
        "skip" => Some(list(items(first?)?.iter().skip(count(values)?).cloned().collect(), place)),
        "take" => Some(list(items(first?)?.iter().take(count(values)?).cloned().collect(), place)),
        "contains" => contained(first?, values.get(1)?, place),
        "items" => Some(pairs(first?, place)),
        "equals" => equal(first?, values.get(1)?, place),
        "not" => Some(truth(!first?.boolean()?, place)),
        "and" => all_or_any(values, false, place),
        "or" => all_or_any(values, true, place),
        "true" | "false" if values.is_empty() => Some(truth(name == "true", place)),
        "null" if values.is_empty() => Some(Node { place, value: Value::Null }),
        "add" | "sub" => {
            let (a, b) = (first?.known()?.parse::<i64>().ok()?, values.get(1)?.known()?.parse::<i64>().ok()?);
            let sum = if name == "add" { a.checked_add(b) } else { a.checked_sub(b) }?;
            Some(Node::scalar(Text::literal(sum.to_string(), place), false))
        }
        "tryget" => Some(at_index(first?, values.get(1)?, place)),
        _ => None,
    }
}

pub(super) fn list(items: Vec<Node>, place: Place) -> Node {
    Node { place, value: Value::Sequence(items) }
}

pub(super) fn truth(truth: bool, place: Place) -> Node {
    Node::scalar(Text::literal(truth.to_string(), place), false)
}

pub(super) fn items(node: &Node) -> Option<&[Node]> {
    match &node.value {
        Value::Sequence(items) => Some(items),
        _ => None,
    }
}

fn count(values: &[Node]) -> Option<usize> {
    values.get(1)?.known()?.parse().ok()
}

fn created(values: &[Node], place: Place) -> Option<Node> {
    let entries = values.chunks(2).map(|pair| match pair {
        [key, value] => Some(Entry { key: key.known()?.to_owned(), key_place: key.place, value: value.clone() }),
        _ => None,
    });
    Some(Node { place, value: Value::Mapping(entries.collect::<Option<_>>()?) })
}

/// Objects are laid over each other, lists are put together without repetition.
fn union(values: &[Node], place: Place) -> Option<Node> {
    if values.iter().all(|value| matches!(value.value, Value::Sequence(_))) {
        let mut all: Vec<Node> = Vec::new();
        for item in values.iter().flat_map(Node::items) {
            if all.iter().all(|known| text_of(known) != text_of(item) || known.text().is_none()) {
                all.push(item.clone());
            }
        }
        return Some(list(all, place));
    }
    let mut entries: Vec<Entry> = Vec::new();
    for value in values {
        let Value::Mapping(inside) = &value.value else { return None };
        for entry in inside {
            match entries.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => *known = entry.clone(),
                None => entries.push(entry.clone()),
            }
        }
    }
    Some(Node { place, value: Value::Mapping(entries) })
}

fn contained(whole: &Node, part: &Node, place: Place) -> Option<Node> {
    let part = part.known()?;
    let found = match &whole.value {
        Value::Sequence(items) => {
            let known: Option<Vec<&str>> = items.iter().map(Node::known).collect();
            known?.contains(&part)
        }
        Value::Mapping(_) => whole.entry_ignoring_case(part).is_some(),
        Value::Scalar { .. } => whole.known()?.contains(part),
        Value::Null => false,
    };
    Some(truth(found, place))
}

/// An object as a list of its keys and values, sorted as Azure does.
fn pairs(object: &Node, place: Place) -> Node {
    let Value::Mapping(entries) = &object.value else {
        return unknown(format!("items({})", shown(object)), Why::NotGiven, place);
    };
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let pair = |entry: &Entry| {
        let key = Node::scalar(Text::literal(&*entry.key, entry.key_place), true);
        let of = |name: &str, value: Node| Entry { key: name.to_owned(), key_place: entry.key_place, value };
        Node { place: entry.value.place, value: Value::Mapping(vec![of("key", key), of("value", entry.value.clone())]) }
    };
    list(entries.into_iter().map(pair).collect(), place)
}

fn equal(a: &Node, b: &Node, place: Place) -> Option<Node> {
    if a.is_null() && b.is_null() {
        return Some(truth(true, place));
    }
    let (a, b) = (a.text()?, b.text()?);
    match a.agrees(b) {
        Agreement::Equal => Some(truth(true, place)),
        Agreement::Different => Some(truth(false, place)),
        Agreement::Open => None,
    }
}

/// `or` where `any`, else `and`: one value may settle it whatever the others are.
fn all_or_any(values: &[Node], any: bool, place: Place) -> Option<Node> {
    if values.iter().any(|value| value.boolean() == Some(any)) {
        return Some(truth(any, place));
    }
    values.iter().all(|value| value.boolean() == Some(!any)).then(|| truth(!any, place))
}
