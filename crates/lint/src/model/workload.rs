//! Whatever presents an assertion.

use fedlens_issuers::{Cloud, PlatformId, Subject, parse_subject};

use super::Credential;
use crate::source::{Place, Text};

/// Something that signs in with an assertion of its platform.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Where it runs.
    pub platform: Platform,
    /// What to call it: ``job `deploy` ``, ``service account `orders` ``.
    pub name: String,
    /// Where it signs in: the step, the task, the pod.
    pub place: Place,
    /// The `iss` of its assertions.
    pub issuer: Text,
    /// The `aud` of its assertions, and where it is asked for.
    pub audience: Text,
    /// The subjects it can come with.
    pub candidates: Vec<Candidate>,
    /// Who it signs in as.
    pub client_id: Option<Text>,
    /// The tenant it asks.
    pub tenant: Option<Text>,
    /// The cloud it asks.
    pub cloud: Cloud,
}

/// Where a workload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// GitHub Actions.
    GitHub,
    /// Azure Pipelines.
    AzurePipelines,
    /// GitLab CI.
    GitLab,
    /// A pod of Kubernetes.
    Kubernetes,
    /// A run of HCP Terraform.
    Terraform,
    /// A managed identity whose token is the assertion.
    ManagedIdentity,
}

impl Platform {
    /// Whether a credential is for this platform, as far as its issuer and the form of its subject tell.
    pub(super) fn may_be_trusted_by(self, credential: &Credential) -> bool {
        let subject = credential.subject.as_ref().map(|text| parse_subject(None, &text.to_string()));
        let by_subject = subject.as_ref().and_then(Subject::platform);
        match (self, credential.platform()) {
            (Self::Kubernetes, _) => by_subject == Some(PlatformId::Kubernetes) || is_of_cluster(credential),
            (Self::AzurePipelines, _) => by_subject == Some(PlatformId::AzureDevOps),
            (Self::GitLab, Some(PlatformId::GitLab)) | (Self::Terraform, Some(PlatformId::Terraform)) => true,
            (Self::GitLab, None) => by_subject == Some(PlatformId::GitLab),
            (Self::GitHub, Some(platform)) => platform.is_github(),
            (Self::GitHub, None) => by_subject.is_some_and(PlatformId::is_github),
            (Self::ManagedIdentity, Some(PlatformId::Entra)) => true,
            _ => false,
        }
    }
}

/// Whether a credential is for a cluster, although its subject is written wrongly: by the output that its issuer is
/// taken from, or by a subject that is right but for its letter case.
fn is_of_cluster(credential: &Credential) -> bool {
    const ISSUERS: &[&str] = &[".oidc_issuer_url", "oidcissuerprofile.issuerurl"];
    let begins = |text: &Text| text.to_string().to_ascii_lowercase().starts_with("system:serviceaccount:");
    let issuer = credential.issuer.symbol().map(str::to_ascii_lowercase);
    issuer.is_some_and(|symbol| ISSUERS.iter().any(|end| symbol.ends_with(end)))
        || credential.subject.as_ref().is_some_and(begins)
}

/// A subject that a workload can come with.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The subject in every form that the platform may send; one of them has to be trusted.
    pub subjects: Vec<Text>,
    /// What makes it this one: the environment, the trigger, the service account.
    pub place: Place,
    /// When it is sent: `when a pull request runs it`.
    pub when: String,
}
