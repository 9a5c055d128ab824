//! How data platforms are set up to sign in: linked services, connections, data sources, and the pipelines beside them.

mod entra;
mod pipeline;
mod rewrite;
mod secret;
mod template;

use fedlens_evidence::{DefinitionKind, WorkloadDefinition};

use crate::source::{Node, Place};
use crate::{azure_devops, facts};

pub(crate) use entra::is_entra_user;
pub(crate) use pipeline::{TokenRequest, token_requests};
pub(crate) use rewrite::towards;
pub(crate) use secret::{is_given, secrets};
pub(crate) use template::read_template;

/// How many entries of one list are read.
const MAX_ENTRIES: usize = 10_000;

/// How deep linked services inside of a pipeline are looked for.
const MAX_DEPTH: usize = 64;

/// The definitions of one file.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Linked services, connections and data sources.
    pub(crate) services: Vec<Service>,
    /// Credential objects, which linked services refer to by name.
    pub(crate) credentials: Vec<CredentialObject>,
    /// Pipelines.
    pub(crate) pipelines: Vec<Node>,
}

impl Facts {
    /// Everything that says how to sign in, with what to call it.
    pub(crate) fn titled(&self) -> impl Iterator<Item = (String, &Node)> {
        let services = self.services.iter().map(|service| (service.title(), &service.node));
        let object = |credential: &'_ CredentialObject| format!("credential `{}`", credential.name);
        services.chain(self.credentials.iter().map(move |credential| (object(credential), &credential.node)))
    }
}

/// A linked service, connection or data source.
#[derive(Debug)]
pub(crate) struct Service {
    /// The entry as a whole.
    pub(crate) node: Node,
    /// What it says.
    pub(crate) definition: WorkloadDefinition,
}

/// A credential of a factory or workspace: `credential/uami.json`.
#[derive(Debug)]
pub(crate) struct CredentialObject {
    /// Its name.
    pub(crate) name: String,
    /// `ManagedIdentity` or `ServicePrincipal`.
    pub(crate) kind: String,
    /// The entry as a whole.
    pub(crate) node: Node,
}

impl Service {
    /// Reads an entry, if it is one.
    fn read(node: &Node) -> Option<Self> {
        let definition = WorkloadDefinition::read(&node.to_json())?;
        Some(Self { node: node.clone(), definition })
    }

    /// The settings of the connector; the command line prints them one level higher.
    pub(crate) fn settings(&self) -> Option<&Node> {
        self.node.at(&["properties", "typeProperties"]).or_else(|| self.node.get("properties"))
    }

    /// The member that says whom it signs in as.
    pub(crate) fn decided_at(&self) -> Place {
        self.node.at(&self.definition.path).map_or(self.node.place, |node| node.place)
    }

    /// ``linked service `lake` (AzureBlobFS)``
    pub(crate) fn title(&self) -> String {
        let kind = match self.definition.definition {
            DefinitionKind::LinkedService => "linked service",
            DefinitionKind::FabricConnection => "connection",
            DefinitionKind::PowerBiDatasource => "data source",
            DefinitionKind::ServiceConnection => "service connection",
        };
        let name = self.definition.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        let connector = self.definition.connector.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{kind}{name}{connector}")
    }
}

/// Whether a document is one, or a list of them.
pub(crate) fn is_definition(_path: &str, document: &Node) -> bool {
    entries(document).any(|entry| {
        credential_object(entry).is_some()
            || pipeline::is_pipeline(entry)
            || WorkloadDefinition::read(&entry.to_json()).is_some()
    })
}

/// Reads it.
pub(crate) fn read(document: &Node, facts: &mut facts::Facts) {
    for entry in entries(document).take(MAX_ENTRIES) {
        read_entry(entry, facts);
    }
}

/// Reads one credential object, pipeline, linked service, connection or data source.
fn read_entry(entry: &Node, facts: &mut facts::Facts) {
    if let Some(credential) = credential_object(entry) {
        facts.is("data platform credential");
        facts.definitions.credentials.push(credential);
    } else if pipeline::is_pipeline(entry) {
        facts.is("data pipeline");
        embedded(entry, MAX_DEPTH, facts);
        facts.definitions.pipelines.push(entry.clone());
    } else {
        read_service(entry, facts);
    }
}

/// Reads one linked service, connection or data source: an entry with its `name` and `properties`, as a file of the
/// repository or a resource of a template has them. One that is none says nothing.
fn read_service(entry: &Node, facts: &mut facts::Facts) {
    let Some(service) = Service::read(entry) else { return };
    if service.definition.definition == DefinitionKind::ServiceConnection {
        facts.is("service connections");
        azure_devops::read_connection(entry, facts);
    } else {
        facts.is("data platform connection");
    }
    facts.definitions.services.push(service);
}

/// The entries of a list or of a page; a single object is its own only entry.
fn entries(document: &Node) -> impl Iterator<Item = &Node> {
    let list = document.get("value").filter(|value| !value.items().is_empty()).unwrap_or(document);
    list.one_or_many().iter()
}

/// A credential object: of a folder `credential`, or as the API lists it.
fn credential_object(entry: &Node) -> Option<CredentialObject> {
    let kind = entry.known_at(&["properties", "type"])?;
    let named = |key: &str| entry.known_at(&[key]).unwrap_or_default().to_ascii_lowercase();
    let resource = named("type").ends_with("/credentials") || named("id").contains("/credentials/");
    let bare = entry.get("type").is_none() && matches!(kind, "ManagedIdentity" | "ServicePrincipal");
    let name = entry.known_at(&["name"])?.to_owned();
    (resource || bare).then(|| CredentialObject { name, kind: kind.to_owned(), node: entry.clone() })
}

/// The linked services inside of a Fabric pipeline.
fn embedded(node: &Node, depth: usize, facts: &mut facts::Facts) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for entry in node.entries() {
        if entry.key == "linkedService" && entry.value.get("properties").is_some() {
            read_service(&entry.value, facts);
        } else {
            embedded(&entry.value, depth, facts);
        }
    }
    node.items().iter().for_each(|item| embedded(item, depth, facts));
}
