//! JSON, YAML, and files of the repository.

use super::super::access::REPOSITORY;
use super::super::{Invalid, Scope, is_known};
use super::{Made, known_text};
use crate::source::{Entry, Node, Place, Value, join, json, yaml};

pub(super) fn call(scope: &Scope<'_, '_>, name: &str, arguments: &[Node], at: Place) -> Made {
    Ok(match (name, arguments) {
        ("jsonencode", [value]) if is_known(value) => Some(known_text(value.to_json().to_string(), at)),
        ("jsondecode", [value]) => match value.known() {
            Some(text) => Some(moved(json::read(at.file, text).map_err(|_| Invalid)?, at)),
            None => None,
        },
        ("yamldecode", [value]) => match value.known() {
            Some(text) => match yaml::read(at.file, text) {
                (documents, None) => documents.into_iter().next().map(|document| moved(document, at)),
                (_, Some(_)) => return Err(Invalid),
            },
            None => None,
        },
        ("file", [path]) => path.known().and_then(|path| file(scope, path, at)),
        ("abspath" | "pathexpand", [path]) => Some(path.clone()),
        _ => None,
    })
}

/// The text of a file that is at hand.
fn file(scope: &Scope<'_, '_>, path: &str, at: Place) -> Option<Node> {
    let path = match path.strip_prefix(REPOSITORY) {
        Some(path) => join("", path)?,
        None => join(scope.world.root, path)?,
    };
    let file = scope.world.sources.file(scope.world.sources.find(&path)?);
    Some(known_text(file.text.clone(), at))
}

/// What was read out of a text stands where the text does.
pub(in crate::terraform) fn moved(node: Node, at: Place) -> Node {
    let value = match node.value {
        Value::Null => Value::Null,
        Value::Scalar { text, quoted } => Value::Scalar { text: text.at(at), quoted },
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(|item| moved(item, at)).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries
                .into_iter()
                .map(|entry| Entry { key: entry.key, key_place: at, value: moved(entry.value, at) })
                .collect(),
        ),
    };
    Node { place: at, value }
}
