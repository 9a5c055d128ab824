//! How a workload is set up to sign in.

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
    /// The field and value that say so: `credentialType = OAuth2`.
    pub said_by: String,
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
