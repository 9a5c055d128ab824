//! FL410.

use crate::Finding;
use crate::definitions::{CredentialObject, Service, is_given};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Node, Place, folder};

rule! {
    /// A linked service refers to a credential that the factory does not have, or to one of another kind.
    ///
    /// A factory's files name a credential by its name, and the file of that name stands in the folder `credential`.
    /// Where there is none, the linked service cannot be published; where the credential is a service principal and
    /// the linked service asks for a managed identity, or the other way round, it cannot sign in.
    ///
    /// ## Wrong
    ///
    /// `factory/credential/uami-orders.json`
    ///
    /// ```json
    /// {"name": "uami-orders", "properties": {"type": "ManagedIdentity", "typeProperties": {
    ///   "resourceId": "/subscriptions/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/uami-orders"}}}
    /// ```
    ///
    /// `factory/linkedService/lake.json`
    ///
    /// ```json
    /// {"name": "lake", "properties": {"type": "AzureBlobFS", "typeProperties": {
    ///   "url": "https://contosolake.dfs.core.windows.net",
    ///   "credential": {"referenceName": "uami-order", "type": "CredentialReference"}}}}
    /// ```
    ///
    /// ## Right
    ///
    /// `factory/credential/uami-orders.json`
    ///
    /// ```json
    /// {"name": "uami-orders", "properties": {"type": "ManagedIdentity", "typeProperties": {
    ///   "resourceId": "/subscriptions/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/uami-orders"}}}
    /// ```
    ///
    /// `factory/linkedService/lake.json`
    ///
    /// ```json
    /// {"name": "lake", "properties": {"type": "AzureBlobFS", "typeProperties": {
    ///   "url": "https://contosolake.dfs.core.windows.net",
    ///   "credential": {"referenceName": "uami-orders", "type": "CredentialReference"}}}}
    /// ```
    FL410 "credential-reference"
    title: "a linked service refers to a credential that does not fit",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/data-factory/credentials",
    help: "refer to a credential of the same factory and of the kind that the linked service asks for",
    check: check,
}

/// A credential and the path of its file.
type Defined<'m> = (&'m str, &'m CredentialObject);

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let objects = model.facts.iter().flat_map(|facts| &facts.definitions.credentials);
    let defined: Vec<Defined<'_>> =
        objects.map(|credential| (model.sources.path(credential.node.place), credential)).collect();
    for service in model.facts.iter().flat_map(|facts| &facts.definitions.services) {
        out.extend(judge(model.sources.path(service.node.place), service, &defined));
    }
}

fn judge(path: &str, service: &Service, defined: &[Defined<'_>]) -> Option<Finding> {
    let settings = service.settings()?;
    let reference = settings.at(&["credential", "referenceName"])?;
    let name = reference.known().filter(|name| is_given(name))?;
    let root = factory(path, "linkedService")?;
    let mut own = defined.iter().filter(|(path, _)| factory(path, "credential") == Some(root)).map(|(_, found)| *found);
    match own.find(|credential| credential.name.eq_ignore_ascii_case(name)) {
        Some(credential) => other_kind(service, settings, reference.place, credential),
        None => Some(missing(service, name, reference.place, root, defined)),
    }
}

/// The folder of a factory, from the path of one of its files.
fn factory<'p>(path: &'p str, kind: &str) -> Option<&'p str> {
    let own = folder(path);
    let last = own.rsplit('/').next().unwrap_or(own);
    last.eq_ignore_ascii_case(kind).then(|| folder(own))
}

fn missing(service: &Service, name: &str, place: Place, root: &str, defined: &[Defined<'_>]) -> Finding {
    let message = format!("{} refers to the credential `{name}`, which its factory does not define", service.title());
    let finding = Finding::new(&RULE, message, place, "no file of the folder `credential` has this name");
    let near = defined
        .iter()
        .filter(|(path, _)| factory(path, "credential") == Some(root))
        .map(|(_, found)| (strsim::damerau_levenshtein(&found.name, name), *found))
        .min_by_key(|(distance, found)| (*distance, &found.name));
    match near {
        Some((distance, found)) if distance <= 3 => finding.and(found.node.place, format!("this one is `{}`", found.name)),
        _ => finding,
    }
}

/// The kind of credential that the linked service's own setting asks for.
fn other_kind(service: &Service, settings: &Node, place: Place, credential: &CredentialObject) -> Option<Finding> {
    let method = settings.known_at(&["authenticationType"])?.to_ascii_lowercase();
    let expected = match method.as_str() {
        "serviceprincipal" | "aadserviceprincipal" => "ServicePrincipal",
        "userassignedmanagedidentity" | "managedserviceidentity" | "managedidentity" => "ManagedIdentity",
        _ => return None,
    };
    let differs = matches!(&*credential.kind, "ServicePrincipal" | "ManagedIdentity") && credential.kind != expected;
    differs.then(|| {
        let message = format!(
            "{} asks for a credential of the kind {expected}, and `{}` is of the kind {}",
            service.title(),
            credential.name,
            credential.kind
        );
        Finding::new(&RULE, message, place, "this credential is of another kind").and(credential.node.place, "defined here")
    })
}
