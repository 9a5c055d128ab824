//! What a kustomization changes of the objects that it includes, in Kustomize's order.

use super::Resource;
use super::items;
use super::patch;
use crate::kubernetes::edit;
use crate::source::{Entry, Node, Place, Sources, Text, Value, Why, yaml};

/// How deep templates are looked for.
const DEPTH: usize = 8;

/// Kinds that have no namespace.
const CLUSTER_WIDE: &[&str] = &[
    "Namespace",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "CustomResourceDefinition",
    "PersistentVolume",
    "StorageClass",
];

/// Applies patches, namespace, prefix, suffix, labels, annotations and replacements.
pub(super) fn apply<'a>(
    sources: &Sources,
    kustomization: &'a Node,
    resources: &mut Vec<Resource>,
    file: &dyn Fn(&str) -> &'a [Node],
) {
    for item in items(kustomization, "patchesStrategicMerge") {
        for document in inline_or_file(sources, item, file) {
            patch::merge_into_named(resources, &document);
        }
    }
    for key in ["patches", "patchesJson6902"] {
        for item in items(kustomization, key) {
            let documents = match (item.get("patch"), item.known_at(&["path"])) {
                (Some(inline), _) => inline_or_file(sources, inline, file),
                (None, Some(path)) => file(path).to_vec(),
                (None, None) => Vec::new(),
            };
            patch::apply(resources, item.get("target"), &documents);
        }
    }
    resources.retain(|resource| !resource.node.is_null());
    namespace(kustomization, resources);
    rename(kustomization, resources);
    labels(kustomization, resources);
    annotations(kustomization, resources);
    for replacement in items(kustomization, "replacements") {
        replace(replacement, resources);
    }
}

/// A patch that is written in the kustomization, or the documents of the file that it names.
fn inline_or_file<'a>(sources: &Sources, item: &Node, file: &dyn Fn(&str) -> &'a [Node]) -> Vec<Node> {
    let Some(text) = item.known() else { return Vec::new() };
    if !text.trim().contains('\n') && !text.trim_start().starts_with(['[', '{']) {
        return file(text.trim()).to_vec();
    }
    let (documents, _) = yaml::read(item.place.file, text);
    let mut placing = Placing { text: sources.text(item.place), whole: item.place, from: 0 };
    documents.into_iter().map(|document| placing.node(document)).flat_map(flattened).collect()
}

fn flattened(document: Node) -> Vec<Node> {
    let is_list = document.known_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
    if is_list { items(&document, "items").to_vec() } else { vec![document] }
}

/// Gives a tree that was read from within a text the places that its words have there, found one after the other.
struct Placing<'t> {
    text: &'t str,
    whole: Place,
    from: usize,
}

impl Placing<'_> {
    fn node(&mut self, node: Node) -> Node {
        match node.value {
            Value::Null => Node { place: self.whole, value: Value::Null },
            Value::Scalar { text, quoted } => {
                let place = self.find(&text.to_string());
                Node { place, value: Value::Scalar { text: text.at(place), quoted } }
            }
            Value::Sequence(items) => {
                let items = items.into_iter().map(|item| self.node(item)).collect();
                Node { place: self.whole, value: Value::Sequence(items) }
            }
            Value::Mapping(entries) => {
                let entries = entries.into_iter().map(|entry| self.entry(entry)).collect();
                Node { place: self.whole, value: Value::Mapping(entries) }
            }
        }
    }

    fn entry(&mut self, entry: Entry) -> Entry {
        let key_place = self.find(&entry.key);
        Entry { key: entry.key, key_place, value: self.node(entry.value) }
    }

    /// The next place of a word, with the quotes around it; the whole text where it is written otherwise.
    fn find(&mut self, word: &str) -> Place {
        let found = self.text.get(self.from..).and_then(|rest| rest.find(word)).filter(|_| !word.is_empty());
        let Some(at) = found.map(|at| at + self.from) else { return self.whole };
        let end = at + word.len();
        self.from = end;
        let bytes = self.text.as_bytes();
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let is_quoted = matches!(before, Some(b'"' | b'\'')) && bytes.get(end) == before;
        let (at, end) = if is_quoted { (at - 1, end + 1) } else { (at, end) };
        let start = self.whole.start as usize;
        Place::new(self.whole.file, start + at..start + end)
    }
}

fn namespace(kustomization: &Node, resources: &mut [Resource]) {
    let Some(entry) = kustomization.entry("namespace").filter(|entry| !entry.value.is_null()) else { return };
    for resource in resources.iter_mut().filter(|resource| !CLUSTER_WIDE.contains(&resource.kind())) {
        if let Some(metadata) = edit::mapping_mut(&mut resource.node, "metadata", entry.key_place) {
            edit::set(metadata, entry.clone());
        }
    }
}

/// Prefix and suffix; pods follow the service accounts that they name.
fn rename(kustomization: &Node, resources: &mut [Resource]) {
    let text = |key: &str| kustomization.get(key).and_then(Node::text);
    let (prefix, suffix) = (text("namePrefix"), text("nameSuffix"));
    if prefix.is_none() && suffix.is_none() {
        return;
    }
    let renamed = |name: &Text| {
        let begun = prefix.map_or_else(|| name.clone(), |prefix| prefix.then(name));
        suffix.map_or_else(|| begun.clone(), |suffix| begun.then(suffix)).at(name.place)
    };
    let mut accounts = Vec::new();
    for resource in
        resources.iter_mut().filter(|resource| !matches!(resource.kind(), "Namespace" | "CustomResourceDefinition"))
    {
        let is_account = resource.kind() == "ServiceAccount";
        let Some(name) =
            edit::get_mut(&mut resource.node, "metadata").and_then(|metadata| edit::get_mut(metadata, "name"))
        else {
            continue;
        };
        let Some(old) = name.text().cloned() else { continue };
        let new = renamed(&old);
        resource.names.push(new.to_string());
        *name = Node::scalar(new.clone(), true);
        if is_account {
            accounts.push((old, new));
        }
    }
    for resource in resources.iter_mut() {
        follow(&mut resource.node, &accounts, DEPTH + 4);
    }
}

/// Gives every `serviceAccountName` the account's new name.
fn follow(node: &mut Node, accounts: &[(Text, Text)], depth: usize) {
    if depth == 0 {
        return;
    }
    match &mut node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                let names = matches!(&*entry.key, "serviceAccountName" | "serviceAccount");
                let renamed = entry.value.text().filter(|_| names).and_then(|name| {
                    let (_, new) = accounts.iter().find(|(old, _)| old == name)?;
                    Some(new.clone().at(name.place))
                });
                match renamed {
                    Some(new) => entry.value = Node::scalar(new, true),
                    None => follow(&mut entry.value, accounts, depth - 1),
                }
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| follow(item, accounts, depth - 1)),
        Value::Null | Value::Scalar { .. } => {}
    }
}

fn labels(kustomization: &Node, resources: &mut [Resource]) {
    if let Some(common) = kustomization.get("commonLabels") {
        add(resources, "labels", common, true);
    }
    for group in items(kustomization, "labels") {
        let on = |key: &str| group.get(key).and_then(Node::boolean) == Some(true);
        if let Some(pairs) = group.get("pairs") {
            add(resources, "labels", pairs, on("includeTemplates") || on("includeSelectors"));
        }
    }
}

fn annotations(kustomization: &Node, resources: &mut [Resource]) {
    if let Some(common) = kustomization.get("commonAnnotations") {
        add(resources, "annotations", common, true);
    }
}

/// Adds labels or annotations to every object, and to pod templates too.
fn add(resources: &mut [Resource], group: &str, pairs: &Node, templates: bool) {
    let add = |owner: &mut Node| {
        let metadata = edit::mapping_mut(owner, "metadata", pairs.place);
        if let Some(own) = metadata.and_then(|metadata| edit::mapping_mut(metadata, group, pairs.place)) {
            pairs.entries().iter().for_each(|entry| edit::set(own, entry.clone()));
        }
    };
    for resource in resources {
        add(&mut resource.node);
        if templates {
            edit::each_template(&mut resource.node, DEPTH, &mut |template| add(template));
        }
    }
}

/// A replacement's targets get what another object says, which is not worked out.
fn replace(replacement: &Node, resources: &mut [Resource]) {
    for target in items(replacement, "targets") {
        let select = target.get("select");
        for resource in resources.iter_mut().filter(|resource| patch::is_target(select, resource)) {
            for path in items(target, "fieldPaths").iter().filter_map(Node::known) {
                let keys = field_path(path);
                if let Some(value) = patch::at_mut(&mut resource.node, &keys) {
                    let unknown = Text::unknown(path, Why::Expression, value.place);
                    *value = Node::scalar(unknown, true);
                }
            }
        }
    }
}

/// The keys of `metadata.annotations.[azure.workload.identity/client-id]`.
fn field_path(path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']').unwrap_or((bracketed, "")),
            None => rest.split_once('.').map_or((rest, ""), |(key, after)| (key, after)),
        };
        if !key.is_empty() {
            keys.push(key.to_owned());
        }
        rest = after.trim_start_matches('.');
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_paths() {
        let path = "metadata.annotations.[azure.workload.identity/client-id]";
        assert_eq!(field_path(path), ["metadata", "annotations", "azure.workload.identity/client-id"]);
        assert_eq!(field_path("spec.template.spec.serviceAccountName").len(), 4);
    }
}
