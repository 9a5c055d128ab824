//! Changes to trees, as kustomizations make them.

use crate::source::{Entry, Node, Place, Value};

/// The value of a key, to be changed.
pub(super) fn get_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    match &mut node.value {
        Value::Mapping(entries) => entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value),
        _ => None,
    }
}

/// The mapping of a key, made where there is none.
pub(super) fn mapping_mut<'a>(node: &'a mut Node, key: &str, place: Place) -> Option<&'a mut Node> {
    if node.is_null() {
        node.value = Value::Mapping(Vec::new());
    }
    let Value::Mapping(entries) = &mut node.value else { return None };
    let at = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        let value = Node { place, value: Value::Mapping(Vec::new()) };
        entries.push(Entry { key: key.to_owned(), key_place: place, value });
        entries.len() - 1
    });
    let value = &mut entries.get_mut(at)?.value;
    if value.is_null() {
        value.value = Value::Mapping(Vec::new());
    }
    Some(value)
}

/// Gives a key its value, in place of the one that it has.
pub(super) fn set(node: &mut Node, new: Entry) {
    if node.is_null() {
        node.value = Value::Mapping(Vec::new());
    }
    let Value::Mapping(entries) = &mut node.value else { return };
    match entries.iter_mut().find(|entry| entry.key == new.key) {
        Some(entry) => *entry = new,
        None => entries.push(new),
    }
}

/// Takes a key away.
pub(super) fn remove(node: &mut Node, key: &str) {
    if let Value::Mapping(entries) = &mut node.value {
        entries.retain(|entry| entry.key != key);
    }
}

/// Calls `change` with every pod template of a tree.
pub(super) fn each_template(node: &mut Node, depth: usize, change: &mut dyn FnMut(&mut Node)) {
    if depth == 0 {
        return;
    }
    match &mut node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                if entry.key == "template" && super::pod::is_template(&entry.value) {
                    change(&mut entry.value);
                } else {
                    each_template(&mut entry.value, depth - 1, change);
                }
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| each_template(item, depth - 1, change)),
        Value::Null | Value::Scalar { .. } => {}
    }
}
