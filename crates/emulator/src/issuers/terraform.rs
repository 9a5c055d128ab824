//! Runs of HCP Terraform and Terraform Enterprise.

use fedlens_issuers::terraform_subject;
use jiff::Timestamp;
use serde_json::json;

use super::draft::{Times, claims};
use super::{Draft, EXCHANGE_AUDIENCE, random_text, token_id};

/// The default time limit of a phase, which the token lives for.
const TIMES: Times = Times { early: 5, lifetime: 7_200 };

/// A phase of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terraform {
    /// HCP Terraform, or an instance of Terraform Enterprise.
    pub issuer: String,
    /// The organisation.
    pub organisation: String,
    /// The project.
    pub project: String,
    /// The workspace.
    pub workspace: String,
    /// `plan` or `apply`.
    pub run_phase: String,
    /// `TFC_AZURE_WORKLOAD_IDENTITY_AUDIENCE`
    pub audience: String,
}

impl Default for Terraform {
    /// An apply in the workspace `app` of `contoso`.
    fn default() -> Self {
        Self {
            issuer: "https://app.terraform.io".to_owned(),
            organisation: "contoso".to_owned(),
            project: "Default Project".to_owned(),
            workspace: "app".to_owned(),
            run_phase: "apply".to_owned(),
            audience: EXCHANGE_AUDIENCE.to_owned(),
        }
    }
}

impl Terraform {
    /// The token of the phase.
    pub fn draft(&self, now: Timestamp) -> Draft {
        let Self { organisation, project, workspace, run_phase, .. } = self;
        let subject = terraform_subject(organisation, project, workspace, run_phase).build();
        let id = |kind: &str, name: &str| format!("{kind}-{}", super::short_id(&format!("{kind} {name}")));
        let mut all = claims(json!({
            "jti": token_id(),
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "terraform_run_phase": run_phase,
            "terraform_workspace_id": id("ws", &format!("{organisation}/{workspace}")),
            "terraform_workspace_name": workspace,
            "terraform_project_id": id("prj", &format!("{organisation}/{project}")),
            "terraform_project_name": project,
            "terraform_organization_id": id("org", organisation),
            "terraform_organization_name": organisation,
            "terraform_run_id": format!("run-{}", super::short_id(&random_text::<16>())),
            "terraform_full_workspace": subject.rsplit_once(":run_phase:").map(|(workspace, _)| workspace),
        }));
        TIMES.put(&mut all, now);
        Draft::new(all)
    }
}
