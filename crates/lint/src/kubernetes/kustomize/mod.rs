//! Kustomizations: what each overlay brings to the cluster.

mod patch;
mod transform;

use std::collections::{BTreeMap, BTreeSet};

use super::deployment::{Deployment, Object};
use crate::recognise::is_kustomization;
use crate::source::{FileId, Node, Sources, Text, folder, join};

/// How deep kustomizations may include one another, and how many objects and inclusions there may be in all.
const MAX_DEPTH: usize = 16;
const MAX_OBJECTS: usize = 20_000;

/// The kustomizations of a repository.
pub(super) struct Kustomizations<'a> {
    sources: &'a Sources,
    documents: &'a [&'a [Node]],
    /// By folder.
    all: BTreeMap<String, &'a Node>,
    /// The folders that others include.
    included: BTreeSet<String>,
    /// The files that any of them lists, and the kustomizations themselves.
    listed: BTreeSet<FileId>,
}

/// An object on its way through kustomizations.
#[derive(Clone, Debug)]
struct Resource {
    node: Node,
    /// What it has been called, which patches may still call it.
    names: Vec<String>,
}

/// What a kustomization makes.
#[derive(Default)]
struct Built {
    resources: Vec<Resource>,
    /// Whether everything that it names was found.
    complete: bool,
    /// Whether something that is not worked out changes it.
    open: bool,
}

/// Finds the kustomizations and what they list.
pub(super) fn read<'a>(sources: &'a Sources, documents: &'a [&'a [Node]]) -> Kustomizations<'a> {
    let mut found =
        Kustomizations { sources, documents, all: BTreeMap::new(), included: BTreeSet::new(), listed: BTreeSet::new() };
    for (file, source) in sources.iter().filter(|(_, source)| is_kustomization(&source.path)) {
        found.listed.insert(file);
        if let Some(node) = documents.get(file.0 as usize).and_then(|documents| documents.first()) {
            found.all.insert(folder(&source.path).to_owned(), node);
        }
    }
    for (folder, node) in found.all.clone() {
        for path in paths(node).filter_map(|path| join(&folder, path)) {
            match found.sources.find(&path) {
                Some(file) => drop(found.listed.insert(file)),
                None => drop(found.included.insert(path)),
            }
        }
    }
    found
}

/// Every path that a kustomization names.
fn paths(node: &Node) -> impl Iterator<Item = &str> {
    const LISTS: &[&str] = &["resources", "bases", "components", "patchesStrategicMerge", "transformers", "generators"];
    let plain = LISTS.iter().flat_map(|key| items(node, key)).filter_map(Node::known);
    let patches = ["patches", "patchesJson6902"].into_iter().flat_map(|key| items(node, key));
    let patches = patches.filter_map(|patch| patch.known_at(&["path"]));
    plain.chain(patches).filter(|path| !path.contains('\n') && !is_remote(path))
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn is_remote(path: &str) -> bool {
    path.contains("://") || path.contains("?ref=") || path.starts_with("git@") || path.starts_with("github.com/")
}

impl Kustomizations<'_> {
    /// Whether a file comes to the cluster by a kustomization, or is none of its own.
    pub(super) fn lists(&self, file: FileId) -> bool {
        self.listed.contains(&file)
    }

    /// What every overlay brings to the cluster: a kustomization that no other one includes.
    pub(super) fn build(&self) -> Vec<Deployment> {
        let mut left = MAX_OBJECTS;
        let overlays = self.all.keys().filter(|folder| !self.included.contains(*folder));
        let mut deployments = Vec::new();
        for folder in overlays.filter(|folder| !self.is_component(folder)) {
            let built = self.build_folder(folder, Built { complete: true, ..Built::default() }, MAX_DEPTH, &mut left);
            let nodes = built.resources.iter().map(|resource| resource.node.clone());
            let objects = nodes.filter_map(|node| Object::of(self.sources, node)).collect();
            let Built { complete, open, .. } = built;
            deployments.push(Deployment { complete, open, folder: Some(folder.clone()), objects });
        }
        deployments
    }

    fn is_component(&self, folder: &str) -> bool {
        self.all.get(folder).is_some_and(|node| node.known_at(&["kind"]) == Some("Component"))
    }

    /// What a kustomization makes of what is already there and of what it includes.
    fn build_folder(&self, folder: &str, mut built: Built, depth: usize, left: &mut usize) -> Built {
        let Some(node) = self.all.get(folder).filter(|_| depth > 0 && *left > 0) else {
            return Built { complete: false, ..built };
        };
        *left -= 1;
        for key in ["resources", "bases"] {
            for item in items(node, key) {
                self.include(folder, item, &mut built, depth, left);
            }
        }
        if ["helmCharts", "helmChartInflationGenerator", "generators"].iter().any(|key| !items(node, key).is_empty()) {
            built.complete = false;
        }
        let transformed = !items(node, "transformers").is_empty();
        built.open |= transformed || items(node, "replacements").iter().any(|item| item.get("path").is_some());
        for item in items(node, "components") {
            built = self.component(folder, item, built, depth, left);
        }
        transform::apply(self.sources, node, &mut built.resources, &|path| self.documents_at(folder, path));
        built
    }

    /// Adds what an entry of `resources` names: a file, or another kustomization.
    fn include(&self, folder: &str, item: &Node, built: &mut Built, depth: usize, left: &mut usize) {
        let path = item.known().filter(|path| !is_remote(path)).and_then(|path| join(folder, path));
        let Some(path) = path else {
            built.complete = false;
            return;
        };
        if let Some(file) = self.sources.find(&path) {
            let documents = self.documents.get(file.0 as usize).copied().unwrap_or_default();
            let taken = documents.len().min(*left);
            *left -= taken;
            built.resources.extend(documents.iter().take(taken).cloned().map(Resource::new));
        } else if self.all.contains_key(&path) {
            let inner = self.build_folder(&path, Built { complete: true, ..Built::default() }, depth - 1, left);
            built.complete &= inner.complete;
            built.open |= inner.open;
            built.resources.extend(inner.resources);
        } else {
            // A file that says nothing of sign-ins is not among the sources.
            built.complete &= path.ends_with(".yaml") || path.ends_with(".yml");
        }
    }

    /// A component changes what is already there.
    fn component(&self, folder: &str, item: &Node, built: Built, depth: usize, left: &mut usize) -> Built {
        let path = item.known().filter(|path| !is_remote(path)).and_then(|path| join(folder, path));
        match path {
            Some(path) => self.build_folder(&path, built, depth - 1, left),
            None => Built { complete: false, open: true, ..built },
        }
    }

    /// The documents of a file that a kustomization in `folder` names.
    fn documents_at(&self, folder: &str, path: &str) -> &[Node] {
        let file = join(folder, path).and_then(|path| self.sources.find(&path));
        file.and_then(|file| self.documents.get(file.0 as usize)).copied().unwrap_or_default()
    }
}

impl Resource {
    fn new(node: Node) -> Self {
        let name = node.at(&["metadata", "name"]).and_then(Node::text).map(Text::to_string);
        Self { node, names: name.into_iter().collect() }
    }

    fn kind(&self) -> &str {
        self.node.known_at(&["kind"]).unwrap_or_default()
    }
}
