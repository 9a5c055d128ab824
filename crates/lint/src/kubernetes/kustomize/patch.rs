//! Patches: strategic merges and JSON patches.

use super::Resource;
use crate::kubernetes::edit;
use crate::source::{Entry, Node, Text, Value};

/// How deep a merge goes.
const DEPTH: usize = 32;

/// The keys by which items of a list are told apart, in the order of trying.
const MERGE_KEYS: &[&str] = &["name", "mountPath", "containerPort", "ip"];

/// Merges a patch into the object that it names.
pub(super) fn merge_into_named(resources: &mut [Resource], document: &Node) {
    let kind = document.known_at(&["kind"]).unwrap_or_default();
    let Some(name) = document.at(&["metadata", "name"]).and_then(Node::text).map(Text::to_string) else { return };
    for resource in resources.iter_mut().filter(|own| own.kind() == kind && own.names.contains(&name)) {
        merge_object(resource, document);
    }
}

/// Applies the documents of a patch: to its target, or each to the object that it names.
pub(super) fn apply(resources: &mut [Resource], target: Option<&Node>, documents: &[Node]) {
    for document in documents {
        match target {
            None => merge_into_named(resources, document),
            Some(_) => {
                for resource in resources.iter_mut().filter(|resource| is_target(target, resource)) {
                    match &document.value {
                        Value::Sequence(operations) => {
                            operations.iter().for_each(|operation| operate(&mut resource.node, operation));
                        }
                        _ => merge_object(resource, document),
                    }
                }
            }
        }
    }
}

/// Whether a patch's target, or a replacement's, selects an object.
pub(super) fn is_target(target: Option<&Node>, resource: &Resource) -> bool {
    let Some(target) = target else { return false };
    let wanted = |key: &str| target.known_at(&[key]).filter(|text| !text.is_empty());
    let own = |path: &[&str]| resource.node.known_at(path).unwrap_or_default();
    wanted("kind").is_none_or(|kind| pattern(kind, resource.kind()))
        && wanted("name").is_none_or(|name| resource.names.iter().any(|own| pattern(name, own)))
        && wanted("namespace").is_none_or(|namespace| pattern(namespace, own(&["metadata", "namespace"])))
        && wanted("group").is_none_or(|group| own(&["apiVersion"]).starts_with(group))
        && selects(wanted("labelSelector"), resource.node.at(&["metadata", "labels"]))
        && selects(wanted("annotationSelector"), resource.node.at(&["metadata", "annotations"]))
}

/// Whether an anchored expression fits; only `.*` and `|` are understood as more than letters.
fn pattern(pattern: &str, text: &str) -> bool {
    let trimmed = pattern.trim_start_matches('^').trim_end_matches('$').trim_start_matches('(').trim_end_matches(')');
    trimmed.split('|').any(|pattern| {
        let mut parts = pattern.split(".*");
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
        let mut open = false;
        for part in parts {
            open = true;
            match rest.split_once(part) {
                Some((_, after)) if !part.is_empty() => rest = after,
                Some(_) => {}
                None => return false,
            }
        }
        rest.is_empty() || (open && pattern.ends_with(".*"))
    })
}

/// Whether `key=value,key` selects by labels; what is not understood selects nothing.
fn selects(selector: Option<&str>, labels: Option<&Node>) -> bool {
    let Some(selector) = selector else { return true };
    selector.split(',').all(|part| {
        let (key, value) = part.split_once('=').map_or((part, None), |(key, value)| (key, Some(value)));
        let own = labels.and_then(|labels| labels.get(key.trim()));
        own.is_some_and(|own| value.is_none_or(|value| own.known() == Some(value.trim_start_matches('=').trim())))
    })
}

fn merge_object(resource: &mut Resource, document: &Node) {
    if document.known_at(&["$patch"]) == Some("delete") {
        resource.node.value = Value::Null;
        return;
    }
    let name = resource.node.at(&["metadata", "name"]).cloned();
    merge(&mut resource.node, document, DEPTH);
    // A patch does not rename, whatever it is called itself.
    let metadata = edit::get_mut(&mut resource.node, "metadata").and_then(|metadata| edit::get_mut(metadata, "name"));
    if let (Some(own), Some(name)) = (metadata, name) {
        *own = name;
    }
}

fn merge(own: &mut Node, patch: &Node, depth: usize) {
    match (&mut own.value, &patch.value) {
        (Value::Mapping(entries), Value::Mapping(changes)) if depth > 0 => {
            for change in changes.iter().filter(|change| !change.key.starts_with('$')) {
                merge_entry(entries, change, depth);
            }
        }
        (Value::Sequence(items), Value::Sequence(changes)) if depth > 0 => merge_items(items, changes, depth),
        _ => *own = patch.clone(),
    }
}

fn merge_entry(entries: &mut Vec<Entry>, change: &Entry, depth: usize) {
    let deleted = change.value.is_null() || change.value.known_at(&["$patch"]) == Some("delete");
    match entries.iter().position(|entry| entry.key == change.key) {
        Some(at) if deleted => drop(entries.remove(at)),
        None if deleted => {}
        Some(at) => {
            if let Some(entry) = entries.get_mut(at) {
                merge(&mut entry.value, &change.value, depth - 1);
                // A value that is replaced is mended where the new one stands.
                if entry.value.place == change.value.place {
                    entry.key_place = change.key_place;
                }
            }
        }
        None => entries.push(change.clone()),
    }
}

fn merge_items(items: &mut Vec<Node>, changes: &[Node], depth: usize) {
    let key = MERGE_KEYS.iter().find(|key| changes.iter().all(|change| change.known_at(&[key]).is_some()));
    let Some(key) = key else {
        *items = changes.to_vec();
        return;
    };
    for change in changes {
        let wanted = change.known_at(&[key]);
        let at = items.iter().position(|item| item.known_at(&[key]) == wanted);
        let deleted = change.known_at(&["$patch"]) == Some("delete");
        match at {
            Some(at) if deleted => drop(items.remove(at)),
            None if deleted => {}
            Some(at) => {
                if let Some(item) = items.get_mut(at) {
                    merge(item, change, depth - 1);
                }
            }
            None => items.push(change.clone()),
        }
    }
}

/// One operation of a JSON patch.
fn operate(node: &mut Node, operation: &Node) {
    let Some(path) = operation.known_at(&["path"]) else { return };
    let unescaped = path.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"));
    let mut keys: Vec<String> = unescaped.collect();
    let Some(last) = keys.pop() else { return };
    let Some(parent) = at_mut(node, &keys) else { return };
    match operation.known_at(&["op"]) {
        Some("remove") => remove(parent, &last),
        Some(op @ ("add" | "replace")) => {
            if let Some(entry) = operation.entry("value") {
                put(parent, &last, entry, op == "add");
            }
        }
        _ => {}
    }
}

fn remove(parent: &mut Node, last: &str) {
    match &mut parent.value {
        Value::Sequence(items) => {
            if let Some(at) = last.parse().ok().filter(|at: &usize| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => edit::remove(parent, last),
    }
}

fn put(parent: &mut Node, last: &str, value: &Entry, insert: bool) {
    match &mut parent.value {
        Value::Sequence(items) => {
            let at = last.parse().unwrap_or(items.len()).min(items.len());
            match items.get_mut(at).filter(|_| !insert) {
                Some(item) => *item = value.value.clone(),
                None => items.insert(at, value.value.clone()),
            }
        }
        _ => edit::set(parent, Entry { key: last.to_owned(), ..value.clone() }),
    }
}

/// The value at the end of keys and positions, to be changed.
pub(super) fn at_mut<'a>(node: &'a mut Node, keys: &[String]) -> Option<&'a mut Node> {
    let mut node = node;
    for key in keys {
        node = match &mut node.value {
            Value::Sequence(items) => match key.split_once('=') {
                Some((name, value)) => items.iter_mut().find(|item| item.known_at(&[name]) == Some(value))?,
                None => items.get_mut(key.parse::<usize>().ok()?)?,
            },
            Value::Mapping(entries) => &mut entries.iter_mut().find(|entry| entry.key == *key)?.value,
            Value::Null | Value::Scalar { .. } => return None,
        };
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (written, text, fits) in [
            ("orders", "orders", true),
            ("orders", "orders-api", false),
            ("orders.*", "orders-api", true),
            (".*", "anything", true),
            (".*-api", "orders-api", true),
            ("^(orders|billing)$", "billing", true),
        ] {
            assert_eq!(pattern(written, text), fits, "{written} {text}");
        }
    }
}
