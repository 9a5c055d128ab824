//! What is deployed together: an overlay with all that it brings in, or the manifests that no kustomization lists.

use std::collections::HashMap;

use super::delivery;
use super::kustomize;
use super::placeholder;
use super::{Pod, ServiceAccount};
use crate::source::{Agreement, FileId, Node, Place, Sources, Text, folder};

/// All manifests of a repository.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    /// Each of what is deployed together.
    pub(crate) deployments: Vec<Deployment>,
    /// The service accounts of a name: in which deployment, and which object of it.
    accounts_of: HashMap<String, Vec<(usize, usize)>>,
}

/// What is deployed together.
#[derive(Debug, Default)]
pub(crate) struct Deployment {
    /// Whether all of it was found.
    pub(crate) complete: bool,
    /// Whether it is changed by something that is not worked out here.
    pub(crate) open: bool,
    /// The folder of the overlay; none for what no kustomization lists.
    pub(crate) folder: Option<String>,
    /// Its objects, as they come to the cluster.
    pub(crate) objects: Vec<Object>,
}

/// An object as it comes to the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    /// What it is.
    pub(crate) kind: String,
    /// What it is called.
    pub(crate) name: Text,
    /// Its namespace; none where whoever deploys it says so.
    pub(crate) namespace: Option<Text>,
    /// Where its name stands.
    pub(crate) place: Place,
    /// The folder of its file, for finding what is near to it.
    pub(crate) folder: String,
    /// All of it.
    pub(crate) node: Node,
}

impl Object {
    pub(super) fn of(sources: &Sources, node: Node) -> Option<Self> {
        let kind = node.known_at(&["kind"])?.to_owned();
        let metadata = node.get("metadata")?;
        let named = metadata.get("name").or_else(|| metadata.get("generateName"))?;
        let name = placeholder::read(named.text()?);
        let namespace = metadata.get("namespace").and_then(Node::text).map(placeholder::read);
        let namespace = namespace.filter(|namespace| namespace.known() != Some(""));
        let folder = folder(sources.path(node.place)).to_owned();
        Some(Self { kind, name, namespace, place: named.place, folder, node })
    }

    /// What to call it: ``Deployment `orders` ``.
    pub(crate) fn title(&self) -> String {
        format!("{} `{}`", self.kind, self.name)
    }

    /// Whether two are in one namespace; open where one says none and the other does.
    pub(crate) fn shares_namespace(&self, other: &Self) -> Agreement {
        match (&self.namespace, &other.namespace) {
            (None, None) => Agreement::Equal,
            (Some(own), Some(other)) => own.agrees(other),
            _ => Agreement::Open,
        }
    }
}

impl Manifests {
    /// Builds what is deployed from the documents of every file.
    pub(super) fn new(sources: &Sources, documents: &[&[Node]]) -> Self {
        let kustomizations = kustomize::read(sources, documents);
        let mut deployments = kustomizations.build();
        let loose = sources.iter().filter(|(file, _)| !kustomizations.lists(*file));
        let of_file = |FileId(at): FileId| documents.get(at as usize).copied().unwrap_or_default();
        let nodes = loose.flat_map(|(file, _)| of_file(file));
        let objects = nodes.filter_map(|node| Object::of(sources, node.clone())).collect();
        deployments.push(Deployment { complete: true, open: false, folder: None, objects });
        delivery::apply(documents, &mut deployments);
        let mut accounts_of: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (deployment, objects) in deployments.iter().map(|deployment| &deployment.objects).enumerate() {
            for (at, object) in objects.iter().enumerate().filter(|(_, object)| ServiceAccount::of(object).is_some()) {
                accounts_of.entry(object.name.to_string()).or_default().push((deployment, at));
            }
        }
        Self { deployments, accounts_of }
    }

    /// Every pod with what it is deployed in.
    pub(crate) fn pods(&self) -> impl Iterator<Item = (&Deployment, Pod<'_>)> {
        self.deployments.iter().flat_map(|deployment| deployment.pods().map(move |pod| (deployment, pod)))
    }

    /// Every service account with what it is deployed in.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (&Deployment, ServiceAccount<'_>)> {
        self.deployments.iter().flat_map(|deployment| deployment.accounts().map(move |account| (deployment, account)))
    }

    /// The definitions of the service account that an object names; of several, those nearest to it.
    pub(crate) fn account<'a>(&'a self, within: &'a Deployment, by: &Object, name: &Text) -> Vec<ServiceAccount<'a>> {
        let same = self.accounts_of.get(&name.to_string()).map(Vec::as_slice).unwrap_or_default();
        let found = same.iter().filter_map(|(deployment, at)| {
            let deployment = self.deployments.get(*deployment)?;
            Some((deployment, ServiceAccount::of(deployment.objects.get(*at)?)?))
        });
        let fitting: Vec<_> = found
            .filter(|(_, account)| {
                account.object.name.agrees(name) == Agreement::Equal
                    && account.object.shares_namespace(by) != Agreement::Different
            })
            .collect();
        let own: Vec<_> = fitting
            .iter()
            .filter(|(deployment, _)| std::ptr::eq(*deployment, within))
            .map(|(_, account)| *account)
            .collect();
        if own.is_empty() {
            return fitting.into_iter().map(|(_, account)| account).collect();
        }
        let nearness = |account: &ServiceAccount<'_>| nearness(by, account.object);
        let most = own.iter().map(nearness).max();
        own.into_iter().filter(|account| Some(nearness(account)) == most).collect()
    }
}

/// How near two objects are: in one namespace for sure, in one file, in folders with much in common.
fn nearness(a: &Object, b: &Object) -> (bool, bool, usize) {
    let common = a.folder.split('/').zip(b.folder.split('/')).take_while(|(a, b)| a == b).count();
    (a.shares_namespace(b) == Agreement::Equal, a.node.place.file == b.node.place.file, common)
}

impl Deployment {
    /// Its pods.
    pub(crate) fn pods(&self) -> impl Iterator<Item = Pod<'_>> {
        self.objects.iter().flat_map(Pod::of)
    }

    /// Its service accounts.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = ServiceAccount<'_>> {
        self.objects.iter().filter_map(ServiceAccount::of)
    }

    /// Its objects of a kind.
    pub(crate) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.kind == kind)
    }
}
