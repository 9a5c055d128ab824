//! A pipeline with the files that it includes and the jobs that its jobs extend.

use std::collections::BTreeSet;

use crate::source::{Entry, FileId, Node, Place, Sources, Value, folder, join};

use super::job::Job;

/// How deep files may include one another, and how deep jobs may extend one another, as in GitLab.
const MAX_INCLUDES: usize = 150;
const MAX_EXTENDS: usize = 11;
const DEPTH: usize = 32;

/// A pipeline.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// Its jobs, with all that they extend.
    pub(crate) jobs: Vec<Job>,
    /// Whether everything that it includes was found.
    pub(crate) complete: bool,
    /// When it runs.
    pub(super) workflow: Option<Node>,
}

/// Keywords at the top that are not jobs.
const GLOBAL: &[&str] = &[
    "default",
    "include",
    "stages",
    "types",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "pages:deploy",
];

/// The pipelines of a repository: those files that no other one includes.
pub(super) fn compose(sources: &Sources, documents: &[&[Node]]) -> Vec<Pipeline> {
    let mut included = BTreeSet::new();
    for (FileId(at), file) in sources.iter() {
        for document in documents.get(at as usize).copied().unwrap_or_default() {
            included.extend(local_includes(sources, &file.path, document));
        }
    }
    let files = sources.iter().map(|(file, _)| file).filter(|file| !included.contains(file));
    files
        .filter_map(|file| Composer { sources, documents, seen: BTreeSet::new(), complete: true }.pipeline(file))
        .collect()
}

impl Pipeline {
    /// Whether jobs give variables to later ones.
    pub(crate) fn passes_variables(&self) -> bool {
        self.jobs.iter().any(|job| job.node.at(&["artifacts", "reports", "dotenv"]).is_some())
    }
}

struct Composer<'a> {
    sources: &'a Sources,
    documents: &'a [&'a [Node]],
    seen: BTreeSet<FileId>,
    complete: bool,
}

impl Composer<'_> {
    fn pipeline(mut self, file: FileId) -> Option<Pipeline> {
        let place = self.documents.get(file.0 as usize)?.first()?.place;
        let mut whole = Node { place, value: Value::Mapping(Vec::new()) };
        self.file(file, &mut whole);
        let names = whole.entries().iter().filter(|entry| is_job(entry));
        let jobs = names.filter_map(|entry| {
            let mut complete = self.complete;
            let node = extended(&whole, entry, MAX_EXTENDS, &mut complete);
            let node = with_defaults(&whole, node);
            Job::new(&whole, entry, node, complete)
        });
        let jobs = jobs.collect();
        Some(Pipeline { jobs, complete: self.complete, workflow: whole.get("workflow").cloned() })
    }

    /// Merges a file over what it includes.
    fn file(&mut self, file: FileId, whole: &mut Node) {
        if self.seen.len() >= MAX_INCLUDES || !self.seen.insert(file) {
            return;
        }
        let path = &self.sources.file(file).path;
        for document in self.documents.get(file.0 as usize).copied().unwrap_or_default() {
            for included in local_includes(self.sources, path, document) {
                self.file(included, whole);
            }
            self.complete &= !includes_from_elsewhere(document);
            merge(whole, document, DEPTH);
        }
    }
}

/// Whether an entry at the top is a job that runs; those with a dot are only extended.
fn is_job(entry: &Entry) -> bool {
    !entry.key.starts_with('.') && !GLOBAL.contains(&&*entry.key) && !entry.value.entries().is_empty()
}

/// The files of the repository that a document includes.
fn local_includes(sources: &Sources, path: &str, document: &Node) -> Vec<FileId> {
    let includes = document.get("include").map(Node::one_or_many).unwrap_or_default();
    let local = includes.iter().filter_map(|include| include.known().or_else(|| include.known_at(&["local"])));
    let mut found = Vec::new();
    for include in local.filter(|include| !include.contains("://")) {
        let wanted = include.trim_start_matches('/');
        let near = join(folder(path), wanted).and_then(|path| sources.find(&path));
        let exact = sources.find(wanted).or(near);
        match exact {
            Some(file) => found.push(file),
            None if wanted.contains('*') => {
                found.extend(sources.iter().filter(|(_, file)| glob(wanted, &file.path)).map(|(file, _)| file));
            }
            None => {}
        }
    }
    found
}

/// Whether a path fits a pattern with `*`, which also goes over folders where it is `**`.
fn glob(pattern: &str, path: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == path };
    let Some(rest) = path.strip_prefix(before) else { return false };
    let deep = after.starts_with('*');
    let after = after.trim_start_matches('*');
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.filter_map(|end| rest.split_at_checked(end))
        .any(|(skipped, left)| (deep || !skipped.contains('/')) && after_glob(after, left))
}

/// What follows the first star; `/` after `**` may stand for no folder at all.
fn after_glob(after: &str, left: &str) -> bool {
    if after.contains('*') {
        let suffix = after.rsplit('*').next().unwrap_or_default();
        return left.ends_with(suffix);
    }
    left == after || after.strip_prefix('/') == Some(left)
}

/// Whether something is included that is not in the repository and may define anything.
fn includes_from_elsewhere(document: &Node) -> bool {
    let includes = document.get("include").map(Node::one_or_many).unwrap_or_default();
    includes.iter().any(|include| {
        let remote = include.known().is_some_and(|text| text.contains("://") || text.contains('$'));
        let variable = include.known_at(&["local"]).is_some_and(|local| local.contains('$'));
        remote || variable || ["remote", "project", "component", "file"].iter().any(|key| include.get(key).is_some())
    })
}

/// A job with what it extends.
fn extended(whole: &Node, entry: &Entry, depth: usize, complete: &mut bool) -> Node {
    let mut node = Node { place: entry.value.place, value: Value::Mapping(Vec::new()) };
    for parent in entry.value.get("extends").map(Node::one_or_many).unwrap_or_default() {
        match parent.known().and_then(|name| whole.entry(name)).filter(|_| depth > 0) {
            Some(parent) => {
                let parent = extended(whole, parent, depth - 1, complete);
                merge(&mut node, &parent, DEPTH);
            }
            None => *complete = false,
        }
    }
    merge(&mut node, &entry.value, DEPTH);
    node
}

/// What `default` and the top give to a job that says nothing else.
fn with_defaults(whole: &Node, mut node: Node) -> Node {
    let inherited = |key: &str| match node.at(&["inherit", "default"]) {
        Some(list) if !list.items().is_empty() => list.items().iter().any(|item| item.known() == Some(key)),
        Some(switch) => switch.boolean() != Some(false),
        None => true,
    };
    let given = |key: &&str| node.get(key).is_none() && inherited(key);
    let keys: Vec<&str> = ["id_tokens", "before_script", "after_script"].into_iter().filter(given).collect();
    for key in keys {
        let default = whole.get("default").and_then(|default| default.entry(key));
        let found = default.or_else(|| whole.entry(key).filter(|_| key != "id_tokens"));
        if let (Some(entry), Value::Mapping(entries)) = (found, &mut node.value) {
            entries.push(entry.clone());
        }
    }
    node
}

/// Puts one mapping over another; lists are replaced, as GitLab does.
fn merge(own: &mut Node, over: &Node, depth: usize) {
    match (&mut own.value, &over.value) {
        (Value::Mapping(entries), Value::Mapping(changes)) if depth > 0 => {
            for change in changes {
                match entries.iter_mut().find(|entry| entry.key == change.key) {
                    Some(entry) => {
                        merge(&mut entry.value, &change.value, depth - 1);
                        entry.key_place = change.key_place;
                    }
                    None => entries.push(change.clone()),
                }
            }
        }
        _ => *own = over.clone(),
    }
}

/// The place of a name in a stretch of text, or the stretch.
pub(crate) fn place_in(sources: &Sources, whole: Place, name: &str) -> Place {
    let found = sources.text(whole).find(name);
    found.map_or(whole, |at| {
        let start = whole.start as usize + at;
        Place::new(whole.file, start..start + name.len())
    })
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs() {
        for (pattern, path, fits) in [
            ("ci/*.yml", "ci/deploy.yml", true),
            ("ci/*.yml", "ci/azure/deploy.yml", false),
            ("ci/**/*.yml", "ci/azure/deploy.yml", true),
            ("ci/**.yml", "ci/azure/deploy.yml", true),
            ("ci/*.yml", "other/deploy.yml", false),
        ] {
            assert_eq!(glob(pattern, path), fits, "{pattern} {path}");
        }
    }
}
