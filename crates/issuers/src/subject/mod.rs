//! Subjects taken apart and put together.

mod fault;
pub(crate) mod github;
mod mention;
mod mint;
mod pairs;

use serde::Serialize;

use crate::platform::guid;
use crate::{Eid1, PlatformId, recognise};

pub use fault::{SubjectFault, SubjectFaultKind, subject_fault};
pub use mention::mentioned_subjects;
pub use mint::{
    AzureDevOpsSubjects, GitHubContext, ServiceConnectionIds, azure_devops_subjects, github_subject,
    github_template_subject, gitlab_subject, kubernetes_subject, terraform_subject,
};
pub(crate) use pairs::{GITHUB_KEYS, GITLAB_KEYS, known};

/// A subject, parsed by the grammar of its platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "form", content = "value", rename_all = "kebab-case")]
pub enum Subject {
    /// `repo:owner/name:context`, by name or with immutable ids.
    #[serde(rename = "github")]
    GitHub {
        /// The owner's login.
        owner: String,
        /// The repository's name.
        repository: String,
        /// The owner's and the repository's numeric id, in the immutable form.
        ids: Option<(String, String)>,
        /// What follows the repository: `ref:refs/heads/main`, `environment:prod`, `pull_request`.
        context: String,
    },
    /// A customised GitHub template: `key:value` pairs in order, the context last where it has one.
    #[serde(rename = "github-template")]
    GitHubTemplate {
        /// The pairs; a context such as `pull_request` has an empty value.
        pairs: Vec<(String, String)>,
    },
    /// `sc://organisation/project/connection`.
    ServiceConnection {
        /// The Azure DevOps organisation.
        organisation: String,
        /// The project.
        project: String,
        /// The service connection's name.
        connection: String,
    },
    /// `p://organisation/project/pipeline`.
    Pipeline {
        /// The Azure DevOps organisation.
        organisation: String,
        /// The project.
        project: String,
        /// The pipeline's name.
        pipeline: String,
    },
    /// `/eid1/c/pub/t/…/a/…/…`.
    Eid1(Eid1),
    /// `system:serviceaccount:namespace:name`.
    ServiceAccount {
        /// The Kubernetes namespace.
        namespace: String,
        /// The service account's name.
        name: String,
    },
    /// `project_path:group/project:ref_type:branch:ref:main`, and its `project_id` form, as pairs.
    #[serde(rename = "gitlab")]
    GitLab {
        /// The pairs, in order.
        pairs: Vec<(String, String)>,
    },
    /// `organization:o:project:p:workspace:w:run_phase:plan`.
    Terraform {
        /// The organisation.
        organisation: String,
        /// The project.
        project: String,
        /// The workspace.
        workspace: String,
        /// `plan` or `apply`.
        run_phase: String,
    },
    /// The object id of a managed identity or service principal.
    ObjectId(String),
    /// Anything else, unparsed.
    Opaque(String),
}

impl Subject {
    /// The subject as the platform writes it; parsing it gives `self` again.
    pub fn build(&self) -> String {
        match self {
            Self::GitHub { owner, repository, ids, context } => github::build(owner, repository, ids.as_ref(), context),
            Self::GitHubTemplate { pairs } | Self::GitLab { pairs } => pairs::join(pairs),
            Self::ServiceConnection { organisation, project, connection } => {
                format!("sc://{organisation}/{project}/{connection}")
            }
            Self::Pipeline { organisation, project, pipeline } => format!("p://{organisation}/{project}/{pipeline}"),
            Self::Eid1(eid1) => eid1.build(),
            Self::ServiceAccount { namespace, name } => format!("{SERVICE_ACCOUNT}{namespace}:{name}"),
            Self::Terraform { organisation, project, workspace, run_phase } => {
                format!("organization:{organisation}:project:{project}:workspace:{workspace}:run_phase:{run_phase}")
            }
            Self::ObjectId(text) | Self::Opaque(text) => text.clone(),
        }
    }

    /// The platform whose grammar this is; `None` for an opaque subject.
    pub fn platform(&self) -> Option<PlatformId> {
        Some(match self {
            Self::GitHub { .. } | Self::GitHubTemplate { .. } => PlatformId::GitHub,
            Self::ServiceConnection { .. } | Self::Pipeline { .. } => PlatformId::AzureDevOps,
            Self::Eid1(eid1) if eid1.application == crate::eid1::AZURE_DEVOPS => PlatformId::AzureDevOps,
            Self::Eid1(_) | Self::ObjectId(_) => PlatformId::Entra,
            Self::ServiceAccount { .. } => PlatformId::Kubernetes,
            Self::GitLab { .. } => PlatformId::GitLab,
            Self::Terraform { .. } => PlatformId::Terraform,
            Self::Opaque(_) => return None,
        })
    }
}

const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// Parses a subject by its own shape; the issuer settles what the shape leaves open.
///
/// A customised GitHub template begins with any of many words, so a known issuer
/// other than GitHub rules it out.
pub fn parse_subject(issuer: Option<&str>, subject: &str) -> Subject {
    by_prefix(subject)
        .or_else(|| terraform(subject))
        .or_else(|| {
            pairs::split(subject, GITLAB_KEYS)
                .filter(|pairs| pairs::names_gitlab_project(pairs))
                .map(|pairs| Subject::GitLab { pairs })
        })
        .or_else(|| template(issuer, subject))
        .or_else(|| object_id(issuer, subject))
        .unwrap_or_else(|| Subject::Opaque(subject.to_owned()))
}

/// The forms that begin with something no other platform writes.
fn by_prefix(subject: &str) -> Option<Subject> {
    if let Some(rest) = subject.strip_prefix("repo:") {
        return github::parse(rest);
    }
    if let Some(rest) = subject.strip_prefix(SERVICE_ACCOUNT) {
        return service_account(rest);
    }
    if let Some(rest) = subject.strip_prefix("sc://") {
        let (organisation, project, connection) = three(rest)?;
        return Some(Subject::ServiceConnection { organisation, project, connection });
    }
    if let Some(rest) = subject.strip_prefix("p://") {
        let (organisation, project, pipeline) = three(rest)?;
        return Some(Subject::Pipeline { organisation, project, pipeline });
    }
    Eid1::parse(subject).map(Subject::Eid1)
}

/// Three names between slashes; the last may hold more of them, as pipelines in folders do.
fn three(rest: &str) -> Option<(String, String, String)> {
    let (first, rest) = rest.split_once('/')?;
    let (second, third) = rest.split_once('/')?;
    let complete = ![first, second, third].contains(&"");
    complete.then(|| (first.to_owned(), second.to_owned(), third.to_owned()))
}

fn service_account(rest: &str) -> Option<Subject> {
    let (namespace, name) = rest.split_once(':')?;
    let plain = !namespace.is_empty() && !name.is_empty() && !name.contains(':');
    plain.then(|| Subject::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
}

/// Project names may hold blanks, so the words between the names are what is looked for.
fn terraform(subject: &str) -> Option<Subject> {
    let (organisation, rest) = subject.strip_prefix("organization:")?.split_once(":project:")?;
    let (project, rest) = rest.split_once(":workspace:")?;
    let (workspace, run_phase) = rest.split_once(":run_phase:")?;
    Some(Subject::Terraform {
        organisation: organisation.to_owned(),
        project: project.to_owned(),
        workspace: workspace.to_owned(),
        run_phase: run_phase.to_owned(),
    })
}

fn template(issuer: Option<&str>, subject: &str) -> Option<Subject> {
    let pairs = pairs::split(subject, GITHUB_KEYS)?;
    may_come_from(issuer, PlatformId::is_github).then_some(Subject::GitHubTemplate { pairs })
}

/// Some other platforms send GUIDs too, such as Vault for its entities.
fn object_id(issuer: Option<&str>, subject: &str) -> Option<Subject> {
    guid(subject).filter(|_| may_come_from(issuer, |id| id == PlatformId::Entra))?;
    Some(Subject::ObjectId(subject.to_owned()))
}

/// An unknown issuer rules nothing out: GitLab or GitHub may run under any host.
fn may_come_from(issuer: Option<&str>, wanted: fn(PlatformId) -> bool) -> bool {
    issuer.and_then(recognise).is_none_or(|found| wanted(found.platform.id))
}

#[cfg(test)]
mod tests;
