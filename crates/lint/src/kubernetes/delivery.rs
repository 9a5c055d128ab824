//! What brings manifests to a cluster from a repository, and the namespace that it brings them to.

use super::deployment::{Deployment, Object};
use crate::source::{Node, Text, join};

use super::placeholder;

/// A Kustomization of Flux or an Application of Argo CD.
#[derive(Debug)]
struct Delivery {
    /// The folder that it delivers.
    folder: String,
    namespace: Text,
    /// Whether the namespace is given to objects that say another one.
    overrides: bool,
}

/// Gives objects the namespace that Flux or Argo CD delivers them to.
pub(super) fn apply(documents: &[&[Node]], deployments: &mut [Deployment]) {
    let all = documents.iter().flat_map(|documents| documents.iter());
    let found: Vec<Delivery> = all.filter_map(|node| of_flux(node).or_else(|| of_argo(node))).collect();
    if found.is_empty() {
        return;
    }
    for deployment in deployments {
        let overlay = deployment.folder.clone();
        for object in &mut deployment.objects {
            let folder = overlay.as_deref().unwrap_or(&object.folder);
            let fitting: Vec<&Delivery> =
                found.iter().filter(|delivery| delivery.reaches(folder, overlay.is_some())).collect();
            deliver(object, &fitting);
        }
    }
}

fn deliver(object: &mut Object, by: &[&Delivery]) {
    let Some((first, rest)) = by.split_first() else { return };
    if !first.overrides && object.namespace.is_some() {
        return;
    }
    let same = rest.iter().all(|other| other.namespace == first.namespace);
    // What is delivered several times stays open where it says no namespace of its own.
    object.namespace = same.then(|| first.namespace.clone());
}

impl Delivery {
    /// Whether it delivers a folder: an overlay by its own path, loose files from any folder below.
    fn reaches(&self, folder: &str, overlay: bool) -> bool {
        let below =
            folder.strip_prefix(&*self.folder).is_some_and(|rest| self.folder.is_empty() || rest.starts_with('/'));
        folder == self.folder || (!overlay && below)
    }
}

fn of_flux(node: &Node) -> Option<Delivery> {
    let own = node.known_at(&["apiVersion"])?.starts_with("kustomize.toolkit.fluxcd.io/");
    let spec = node.get("spec").filter(|_| own)?;
    let namespace = placeholder::read(spec.get("targetNamespace")?.text()?);
    let folder = join("", spec.known_at(&["path"]).unwrap_or_default())?;
    Some(Delivery { folder, namespace, overrides: true })
}

fn of_argo(node: &Node) -> Option<Delivery> {
    let own =
        node.known_at(&["apiVersion"])?.starts_with("argoproj.io/") && node.known_at(&["kind"]) == Some("Application");
    let spec = node.get("spec").filter(|_| own)?;
    let namespace = placeholder::read(spec.at(&["destination", "namespace"])?.text()?);
    let folder = join("", spec.known_at(&["source", "path"])?)?;
    Some(Delivery { folder, namespace, overrides: false })
}
