//! Which user sign-ins are Entra's: a database login or an account of another company is none of its business.

use fedlens_evidence::{CredentialUse, DefinitionKind};

use super::Service;
use crate::source::Node;

/// Beginnings of the names of connectors to services that only Entra lets in.
const ENTRA_CONNECTORS: &[&str] = &[
    "azure",
    "commondataservice",
    "dataverse",
    "dynamics",
    "fabric",
    "lakehouse",
    "office365",
    "powerbi",
    "powerplatform",
    "sharepoint",
    "warehouse",
];

/// Connectors that take an account and a password of Entra where they take any.
const ENTRA_PASSWORDS: &[&str] = &[
    "commondataservice",
    "dataverse",
    "dynamics",
    "office365",
    "powerbi",
    "powerplatform",
    "sharepointonline",
    "azuredatalakestore",
    "azuredatalakeanalytics",
];

/// Words in the names of connectors to services with a sign-in of their own.
const FOREIGN: &[&str] = &[
    "adobe",
    "amazon",
    "asana",
    "athena",
    "box",
    "bigquery",
    "concur",
    "dropbox",
    "eloqua",
    "facebook",
    "github",
    "gitlab",
    "google",
    "hubspot",
    "intuit",
    "jira",
    "magento",
    "mailchimp",
    "marketo",
    "netsuite",
    "oracle",
    "paypal",
    "quickbase",
    "quickbooks",
    "redshift",
    "salesforce",
    "sap",
    "servicenow",
    "shopify",
    "smartsheet",
    "square",
    "stripe",
    "surveymonkey",
    "twilio",
    "workday",
    "xero",
    "zendesk",
    "zoho",
];

/// Hosts, or ends of hosts, that take nothing but tokens of Entra.
const ENTRA_HOSTS: &[&str] = &[
    "graph.microsoft.com",
    "management.azure.com",
    "api.powerbi.com",
    "api.fabric.microsoft.com",
    ".dynamics.com",
    ".sharepoint.com",
];

/// Names of methods by which a person signs in to Entra.
const INTERACTIVE: &[&str] =
    &["oauth2", "oauth", "organizationalaccount", "office365", "user", "usercredential", "userauthentication"];

/// Whether it signs in to Entra as a user.
pub(crate) fn is_entra_user(service: &Service) -> bool {
    let definition = &service.definition;
    if definition.credential != CredentialUse::User {
        return false;
    }
    let connector = definition.connector.as_deref().unwrap_or_default().to_ascii_lowercase();
    match definition.definition {
        DefinitionKind::LinkedService => linked_service(service, &connector),
        DefinitionKind::FabricConnection | DefinitionKind::PowerBiDatasource => connection(service, &connector),
        DefinitionKind::ServiceConnection => connector == "azurerm",
    }
}

fn linked_service(service: &Service, connector: &str) -> bool {
    let by_connection_string = service.definition.said_by.contains("Authentication =")
        || service.settings().and_then(|settings| settings.known_at(&["connectionString"])).is_some_and(signs_in_user);
    let to_entra = service.settings().is_some_and(is_at_entra);
    by_connection_string
        || to_entra
        || match method(service) {
            Some(method) => INTERACTIVE.contains(&method.as_str()) && begins(ENTRA_CONNECTORS, connector),
            None => begins(ENTRA_PASSWORDS, connector),
        }
}

/// Whether a connection string has a method by which a user signs in to Entra; the password may be kept elsewhere.
fn signs_in_user(connection: &str) -> bool {
    connection.split(';').filter_map(|part| part.split_once('=')).any(|(key, value)| {
        let value: String = value.chars().filter(char::is_ascii_alphabetic).collect();
        let method = value.to_ascii_lowercase();
        key.trim().eq_ignore_ascii_case("authentication")
            && matches!(method.strip_prefix("activedirectory"), Some("password" | "integrated" | "interactive"))
    })
}

fn connection(service: &Service, connector: &str) -> bool {
    let extension = service.node.at_ignoring_case(&["connectionDetails", "kind"]).and_then(Node::known);
    let kinds = [connector.to_owned(), extension.unwrap_or_default().to_ascii_lowercase()];
    let foreign = kinds.iter().any(|kind| FOREIGN.iter().any(|word| kind.contains(word)));
    match method(service) {
        Some(method) if INTERACTIVE.contains(&method.as_str()) => !foreign,
        Some(_) => begins(ENTRA_PASSWORDS, connector),
        // Each reader's own sign-in is used: that one is interactive.
        None => !foreign,
    }
}

/// The method that the deciding member names, letters and digits only; none where it names no method.
fn method(service: &Service) -> Option<String> {
    let key = *service.definition.path.last()?;
    if !["authenticationType", "authentication", "credentialType"].contains(&key) {
        return None;
    }
    let name = service.node.at(&service.definition.path)?.known()?;
    Some(name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())
}

/// Whether an address among the settings is one that only takes tokens of Entra.
fn is_at_entra(settings: &Node) -> bool {
    let addresses = settings.entries().iter().filter_map(|entry| entry.value.known());
    addresses
        .filter_map(host)
        .any(|host| ENTRA_HOSTS.iter().any(|known| host == *known || (known.starts_with('.') && host.ends_with(known))))
}

/// The host of an `https` address, in lower case.
fn host(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find(['/', ':', '?']).unwrap_or(rest.len());
    scheme.eq_ignore_ascii_case("https").then(|| rest.split_at(end).0.to_ascii_lowercase())
}

fn begins(names: &[&str], connector: &str) -> bool {
    names.iter().any(|name| connector.starts_with(name))
}
