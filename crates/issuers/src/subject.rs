//! Subjects taken apart and put together.

use serde::Serialize;

use crate::Eid1;

/// A subject, parsed by the grammar of its platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Subject {
    /// `repo:owner/name:context`, by name or with immutable ids.
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
        String::new()
    }
}

/// Parses a subject by its own shape; the issuer settles what the shape leaves open.
pub fn parse_subject(_issuer: Option<&str>, subject: &str) -> Subject {
    Subject::Opaque(subject.to_owned())
}
