//! How a workload is set up to sign in.
//!
//! One file for each kind of definition. None keeps a secret: [`WorkloadDefinition::said_by`]
//! names a field and only repeats the value of one that names a method.

mod connection_string;
mod correction;
mod fabric_connection;
mod linked_service;
mod power_bi_datasource;
mod service_connection;

use serde::Serialize;
use serde_json::Value;

/// A linked service, connection or data source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkloadDefinition {
    /// What defines it.
    pub definition: DefinitionKind,
    /// Its name.
    pub name: Option<String>,
    /// The connector or data source type: `AzureSqlDatabase`.
    pub connector: Option<String>,
    /// Whom it signs in as.
    pub credential: CredentialUse,
    /// The field and value that say so: `credentialType = OAuth2`. Never a secret.
    pub said_by: String,
    /// The members that lead to that field; to the settings as a whole where no field says it.
    #[serde(skip)]
    pub path: Vec<&'static str>,
    /// The client id that it signs in with, where the definition names it.
    pub client_id: Option<String>,
    /// The tenant that it asks, where the definition names it.
    pub tenant: Option<String>,
    /// The issuer that it presents, where the definition names it (Azure DevOps).
    pub issuer: Option<String>,
    /// The subject that it presents, where the definition names it (Azure DevOps).
    pub subject: Option<String>,
    /// The same definition changed to a managed or workspace identity, where that can be said.
    pub corrected: Option<Value>,
}

/// Kinds of definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionKind {
    /// Azure Data Factory or Synapse linked service.
    LinkedService,
    /// Fabric connection.
    FabricConnection,
    /// Power BI data source or gateway data source.
    PowerBiDatasource,
    /// Azure DevOps service connection.
    ServiceConnection,
}

/// Whom a workload signs in as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialUse {
    /// A managed identity or Fabric workspace identity.
    ManagedIdentity,
    /// A service principal with a secret or certificate.
    ServicePrincipal,
    /// Workload identity federation.
    WorkloadIdentity,
    /// A person's or service account's sign-in: OAuth2, basic, Windows.
    User,
    /// A key or signature, no identity at all.
    Key,
    /// It does not say.
    Unknown,
}

/// How one kind of definition is recognised and read.
struct Reader {
    /// Whether an entry is of this kind.
    matches: fn(&Value) -> bool,
    /// Reads one that is.
    read: fn(&Value) -> WorkloadDefinition,
}

/// Every kind, the most specific first.
const READERS: &[Reader] = &[
    Reader { matches: linked_service::matches, read: linked_service::read },
    Reader { matches: service_connection::matches, read: service_connection::read },
    Reader { matches: power_bi_datasource::matches, read: power_bi_datasource::read },
    Reader { matches: fabric_connection::matches, read: fabric_connection::read },
];

impl WorkloadDefinition {
    /// The definition in an entry: a file of its own, or one of a list.
    pub fn read(entry: &Value) -> Option<Self> {
        READERS.iter().find(|reader| (reader.matches)(entry)).map(|reader| (reader.read)(entry))
    }

    /// `linked service sales (AzureSqlDatabase), signs in as a user`.
    pub(crate) fn taken_for(&self) -> String {
        let kind = match self.definition {
            DefinitionKind::LinkedService => "linked service",
            DefinitionKind::FabricConnection => "Fabric connection",
            DefinitionKind::PowerBiDatasource => "Power BI data source",
            DefinitionKind::ServiceConnection => "Azure DevOps service connection",
        };
        let name = self.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let connector = self.connector.as_ref().map(|connector| format!(" ({connector})")).unwrap_or_default();
        format!("{kind}{name}{connector}, {}", self.credential.words())
    }
}

impl CredentialUse {
    /// What it means, after the name of the definition.
    fn words(self) -> &'static str {
        match self {
            Self::ManagedIdentity => "signs in as a managed identity",
            Self::ServicePrincipal => "signs in as a service principal",
            Self::WorkloadIdentity => "signs in by workload identity federation",
            Self::User => "signs in as a user",
            Self::Key => "uses a key",
            Self::Unknown => "does not say whom it signs in as",
        }
    }

    /// The use that a `credentialType` or `authenticationType` names, in any letter case.
    fn of_type(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        let table: &[(Self, &[&str])] = &[
            (
                Self::ManagedIdentity,
                &[
                    "managedidentity",
                    "managedserviceidentity",
                    "msi",
                    "systemassignedmanagedidentity",
                    "userassignedmanagedidentity",
                    "workspaceidentity",
                ],
            ),
            (
                Self::ServicePrincipal,
                &[
                    "serviceprincipal",
                    "aadserviceprincipal",
                    "serviceprincipalkey",
                    "serviceprincipalcert",
                    "oauth2clientcredential",
                    "clientcredential",
                    "clientcredentials",
                ],
            ),
            (
                Self::User,
                &[
                    "basic",
                    "windows",
                    "windowswithoutimpersonation",
                    "oauth2",
                    "oauth",
                    "user",
                    "usercredential",
                    "userauthentication",
                    "organizationalaccount",
                    "office365",
                    "ifd",
                    "ldap",
                    "digest",
                    "sql",
                    "activedirectory",
                ],
            ),
            (
                Self::Key,
                &["key", "accountkey", "sharedkey", "sharedaccesssignature", "sas", "sasuri", "apikey", "keypair"],
            ),
        ];
        table.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(credential, _)| *credential)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_understood_in_any_spelling() {
        for (name, credential) in [
            ("SystemAssignedManagedIdentity", Some(CredentialUse::ManagedIdentity)),
            ("MSI", Some(CredentialUse::ManagedIdentity)),
            ("AadServicePrincipal", Some(CredentialUse::ServicePrincipal)),
            ("OAuth2", Some(CredentialUse::User)),
            ("Windows", Some(CredentialUse::User)),
            ("SharedAccessSignature", Some(CredentialUse::Key)),
            ("Anonymous", None),
            ("", None),
        ] {
            assert_eq!(CredentialUse::of_type(name), credential, "{name}");
        }
    }
}
