//! What a configuration sets up on other platforms: secrets, subject templates, service connections.

use super::Platform;
use crate::source::{Place, Text};

/// Everything that configurations set up on other platforms.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Secrets and variables.
    pub stored: Vec<Stored>,
    /// Which claims make GitHub's subjects.
    pub subject_templates: Vec<SubjectTemplate>,
    /// Service connections of Azure DevOps to Azure.
    pub service_connections: Vec<ServiceConnection>,
    /// Service accounts of Kubernetes that stand for an identity.
    pub service_accounts: Vec<ServiceAccount>,
    /// Repositories on GitHub: their names, with the owner where it is known.
    pub repositories: Vec<Text>,
}

/// A secret or a variable that a platform keeps for its workloads.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Where it is defined.
    pub place: Place,
    /// Who keeps it.
    pub platform: Platform,
    /// Whether it is a secret; GitHub tells the two apart.
    pub secret: bool,
    /// `AZURE_CLIENT_ID`
    pub name: Text,
    /// The repository or project; none for what a whole organisation or group has.
    pub repository: Option<Text>,
    /// The environment that it is for.
    pub environment: Option<Text>,
    /// What is kept.
    pub value: Text,
}

/// Which claims make the subjects of a repository, or of all repositories of an organisation.
#[derive(Clone, Debug)]
pub struct SubjectTemplate {
    /// Where it is defined.
    pub place: Place,
    /// The repository; none for an organisation's.
    pub repository: Option<Text>,
    /// Whether GitHub's own form is used.
    pub use_default: Option<Text>,
    /// The claims, in order.
    pub claims: Vec<Text>,
}

/// A service connection of Azure DevOps to Azure.
#[derive(Clone, Debug)]
pub struct ServiceConnection {
    /// Where it is defined.
    pub place: Place,
    /// Its name in Azure DevOps.
    pub name: Option<Text>,
    /// Its project.
    pub project: Option<Text>,
    /// How it signs in: `WorkloadIdentityFederation`, `ServicePrincipal`, `ManagedServiceIdentity`.
    pub scheme: Option<Text>,
    /// Who it signs in as.
    pub client_id: Option<Text>,
    /// Its tenant.
    pub tenant: Option<Text>,
    /// The issuer that Azure DevOps gives it, by its address.
    pub issuer: Text,
    /// The subject that Azure DevOps gives it, by its address.
    pub subject: Text,
}

/// A service account of Kubernetes.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// Where it is defined.
    pub place: Place,
    /// Its name.
    pub name: Option<Text>,
    /// Its namespace.
    pub namespace: Option<Text>,
    /// Who its pods sign in as.
    pub client_id: Option<Text>,
    /// The tenant they ask.
    pub tenant: Option<Text>,
}

impl Settings {
    /// Takes in what another configuration sets up.
    pub(crate) fn extend(&mut self, other: Self) {
        self.stored.extend(other.stored);
        self.subject_templates.extend(other.subject_templates);
        self.service_connections.extend(other.service_connections);
        self.service_accounts.extend(other.service_accounts);
        self.repositories.extend(other.repositories);
    }
}
