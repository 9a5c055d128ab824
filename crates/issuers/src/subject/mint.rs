//! The subjects that a platform would send.

use uuid::Uuid;

use super::Subject;
use crate::eid1::AZURE_DEVOPS;
use crate::{Cloud, Eid1};

/// What GitHub knows about a job when it writes the subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GitHubContext<'a> {
    /// The environment that the job names.
    pub environment: Option<&'a str>,
    /// The event that started the run, such as `push` or `pull_request`.
    pub event: &'a str,
    /// The full git ref, such as `refs/heads/main`.
    pub git_ref: &'a str,
}

/// The default subject of a GitHub job: an environment wins over the pull request event, that over the ref.
///
/// `ids` are the numeric ids of owner and repository, for repositories that send the immutable form.
/// A run of `pull_request_target` belongs to the base branch and sends its ref.
pub fn github_subject(
    owner: &str,
    repository: &str,
    ids: Option<(&str, &str)>,
    context: &GitHubContext<'_>,
) -> Subject {
    let context = match context.environment.filter(|name| !name.is_empty()) {
        Some(name) => format!("environment:{}", escape(name)),
        None if context.event == "pull_request" => "pull_request".to_owned(),
        None => format!("ref:{}", escape(context.git_ref)),
    };
    Subject::GitHub {
        owner: owner.to_owned(),
        repository: repository.to_owned(),
        ids: ids.map(|(owner, repository)| (owner.to_owned(), repository.to_owned())),
        context,
    }
}

/// The subject of a GitHub job whose repository or organisation has a template of claims (`include_claim_keys`).
///
/// `repo` and `context` stand for the two parts of the default subject; any other key takes its value from `claim`.
///
/// # Errors
///
/// The key that the job has no claim for.
pub fn github_template_subject(
    keys: &[String],
    default: &Subject,
    claim: impl Fn(&str) -> Option<String>,
) -> Result<Subject, String> {
    let whole = default.build();
    let context = match default {
        Subject::GitHub { context, .. } => context.as_str(),
        _ => "",
    };
    let repository = whole.strip_prefix("repo:").unwrap_or(&whole);
    let repository = repository.strip_suffix(context).unwrap_or(repository).trim_end_matches(':');
    let pair = |key: &String| match key.as_str() {
        "repo" => Ok((key.clone(), repository.to_owned())),
        "context" => {
            let (name, value) = context.split_once(':').unwrap_or((context, ""));
            Ok((name.to_owned(), value.to_owned()))
        }
        name => claim(name).map(|value| (key.clone(), escape(&value))).ok_or_else(|| key.clone()),
    };
    keys.iter().map(pair).collect::<Result<_, _>>().map(|pairs| Subject::GitHubTemplate { pairs })
}

/// The subject of a GitLab job: the project by its path, or by its id where the project's subjects are made of ids.
///
/// `ref_type` is `branch` or `tag`, `name` the bare name without `refs/heads/`.
pub fn gitlab_subject(path: &str, id: Option<&str>, ref_type: &str, name: &str) -> Subject {
    let project = id.map_or(("project_path", path), |id| ("project_id", id));
    let pairs = [project, ("ref_type", ref_type), ("ref", name)];
    Subject::GitLab { pairs: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec() }
}

/// The subject of a run of HCP Terraform; `run_phase` is `plan` or `apply`.
pub fn terraform_subject(organisation: &str, project: &str, workspace: &str, run_phase: &str) -> Subject {
    Subject::Terraform {
        organisation: organisation.to_owned(),
        project: project.to_owned(),
        workspace: workspace.to_owned(),
        run_phase: run_phase.to_owned(),
    }
}

/// GitHub writes a colon inside a value as `%3A`, github.com and Enterprise Server after 3.18.
fn escape(value: &str) -> String {
    value.replace(':', "%3A")
}

/// The subject of a Kubernetes service account.
pub fn kubernetes_subject(namespace: &str, service_account: &str) -> Subject {
    Subject::ServiceAccount { namespace: namespace.to_owned(), name: service_account.to_owned() }
}

/// What names an Azure DevOps service connection, by name and by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceConnectionIds<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// The project's name.
    pub project: &'a str,
    /// The connection's name.
    pub connection: &'a str,
    /// The tenant that the organisation is connected to.
    pub tenant: Uuid,
    /// The organisation's id.
    pub organisation_id: Uuid,
    /// The connection's id.
    pub connection_id: Uuid,
}

/// The issuer and subject of a service connection before and after its conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureDevOpsSubjects {
    /// Azure DevOps' own issuer, which is withdrawn on 2027-07-01 in the public cloud.
    pub old_issuer: String,
    /// `sc://organisation/project/connection`.
    pub old: Subject,
    /// The tenant's Entra issuer.
    pub new_issuer: String,
    /// `/eid1/c/pub/t/…/a/…/sc/organisation id/connection id`.
    pub new: Subject,
}

/// What Azure DevOps sends for a service connection of the public cloud, in its old and its new form.
pub fn azure_devops_subjects(ids: &ServiceConnectionIds<'_>) -> AzureDevOpsSubjects {
    let entra = crate::EntraIssuer { tenant: ids.tenant, cloud: Cloud::Public, version: 2 };
    AzureDevOpsSubjects {
        old_issuer: format!("https://vstoken.dev.azure.com/{}", ids.organisation_id),
        old: Subject::ServiceConnection {
            organisation: ids.organisation.to_owned(),
            project: ids.project.to_owned(),
            connection: ids.connection.to_owned(),
        },
        new_issuer: entra.issuer(),
        new: Subject::Eid1(Eid1 {
            cloud: "pub".to_owned(),
            tenant: ids.tenant,
            application: AZURE_DEVOPS,
            path: format!("sc/{}/{}", ids.organisation_id, ids.connection_id),
        }),
    }
}
