//! Pods, and what makes them.

use super::deployment::Object;
use super::keys::{self, Key};
use super::placeholder;
use crate::source::{Entry, Node, Place, Text};

/// How deep in an object a pod template is looked for.
const DEPTH: usize = 8;

/// A pod, or the template of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pod<'a> {
    /// What makes it, or itself.
    pub(crate) object: &'a Object,
    /// Its metadata.
    pub(crate) metadata: Option<&'a Node>,
    /// Its specification.
    pub(crate) spec: &'a Node,
    /// The key that it stands under, or its first line.
    pub(crate) place: Place,
}

impl<'a> Pod<'a> {
    /// Every pod that an object makes.
    pub(super) fn of(object: &'a Object) -> Vec<Self> {
        if object.kind == "Pod" {
            let spec = object.node.get("spec");
            return spec
                .map(|spec| Self { object, metadata: object.node.get("metadata"), spec, place: object.place })
                .into_iter()
                .collect();
        }
        if object.kind == "CustomResourceDefinition" {
            return Vec::new();
        }
        let mut templates = Vec::new();
        if let Some(spec) = object.node.get("spec") {
            find(spec, DEPTH, &mut templates);
        }
        let pod = |entry: &'a Entry| {
            let spec = entry.value.get("spec")?;
            Some(Self { object, metadata: entry.value.get("metadata"), spec, place: entry.key_place })
        };
        templates.into_iter().filter_map(pod).collect()
    }

    /// Whether what makes it is something else, which has labels of its own.
    pub(crate) fn is_template(self) -> bool {
        self.object.kind != "Pod"
    }

    /// The entry of a label.
    pub(crate) fn label(self, key: Key) -> Option<&'a Entry> {
        keys::entry(self.metadata?, "labels", key)
    }

    /// The entry of an annotation.
    pub(crate) fn annotation(self, key: Key) -> Option<&'a Entry> {
        keys::entry(self.metadata?, "annotations", key)
    }

    /// Whether the webhook acts on it.
    pub(crate) fn is_labelled(self) -> bool {
        self.label(Key::USE).is_some_and(|entry| keys::is_true(&entry.value))
    }

    /// The service account that it names; none where it is `default` because nothing else is written.
    pub(crate) fn service_account(self) -> Option<Text> {
        let named = self.spec.get("serviceAccountName").or_else(|| self.spec.get("serviceAccount"))?;
        let text = placeholder::read(named.text()?);
        text.known().is_none_or(|known| !known.is_empty()).then_some(text)
    }

    /// Its containers, those that run before it included.
    pub(crate) fn containers(self) -> impl Iterator<Item = &'a Node> {
        let list = |key: &str| self.spec.get(key).map(Node::items).unwrap_or_default();
        list("initContainers").iter().chain(list("containers"))
    }

    /// The variables of a name in its containers.
    pub(crate) fn variables(self, name: &str) -> impl Iterator<Item = &'a Node> {
        let all = self.containers().flat_map(|container| container.get("env").map(Node::items).unwrap_or_default());
        all.filter(move |variable| variable.known_at(&["name"]) == Some(name))
    }

    /// The first value that a variable is given in it.
    pub(super) fn variable(self, name: &str) -> Option<Text> {
        let text = self.variables(name).find_map(|variable| variable.get("value")?.text())?;
        Some(placeholder::read(text))
    }

    /// Whether it may get variables that are not written in it.
    pub(crate) fn takes_variables_from_elsewhere(self) -> bool {
        self.containers().any(|container| container.get("envFrom").is_some_and(|list| !list.items().is_empty()))
    }

    /// Whether anything in it seems to say a client id.
    pub(crate) fn mentions_client_id(self) -> bool {
        let mut found = false;
        let says = |text: &str| {
            let lower = text.to_ascii_lowercase().replace(['-', '_'], "");
            lower.contains("clientid")
        };
        self.spec.walk(&mut |node| found |= node.text().is_some_and(|text| says(&text.to_string())));
        found
    }

    /// The secret provider classes that it mounts.
    pub(super) fn secret_provider_classes(self) -> impl Iterator<Item = &'a Node> {
        let volumes = self.spec.get("volumes").map(Node::items).unwrap_or_default();
        volumes.iter().filter_map(|volume| volume.at(&["csi", "volumeAttributes", "secretProviderClass"]))
    }

    /// Whether the driver of the secrets store mounts something in it; the driver asks for tokens of its own.
    pub(crate) fn mounts_secrets_store(self) -> bool {
        self.secret_provider_classes().next().is_some()
    }
}

/// Every `template` of pods in a tree.
fn find<'a>(node: &'a Node, depth: usize, found: &mut Vec<&'a Entry>) {
    if depth == 0 {
        return;
    }
    for entry in node.entries() {
        if entry.key == "template" && is_template(&entry.value) {
            found.push(entry);
        } else {
            find(&entry.value, depth - 1, found);
        }
    }
    for item in node.items() {
        find(item, depth - 1, found);
    }
}

/// Whether a node has the shape of a pod template.
pub(super) fn is_template(node: &Node) -> bool {
    node.at(&["spec", "containers"]).is_some_and(|containers| !containers.items().is_empty())
}
