//! Jobs of GitLab CI/CD.

use fedlens_issuers::gitlab_subject;
use jiff::Timestamp;
use serde_json::json;

use super::draft::{Times, claims};
use super::{Draft, EXCHANGE_AUDIENCE, commit, number, token_id};

/// Five minutes, valid from five seconds before it is issued.
const TIMES: Times = Times { early: 5, lifetime: 300 };

/// A job of GitLab CI/CD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitLab {
    /// The instance.
    pub issuer: String,
    /// Groups and project: `contoso/app`.
    pub project: String,
    /// Whether the subject names the project by its id.
    pub by_id: bool,
    /// The branch or tag.
    pub name: String,
    /// Whether it is a tag.
    pub is_tag: bool,
    /// The environment that the job names; the subject does not.
    pub environment: Option<String>,
    /// What the job asked for.
    pub audience: String,
}

impl Default for GitLab {
    /// A push to `main` of `contoso/app` on gitlab.com.
    fn default() -> Self {
        Self {
            issuer: "https://gitlab.com".to_owned(),
            project: "contoso/app".to_owned(),
            by_id: false,
            name: "main".to_owned(),
            is_tag: false,
            environment: None,
            audience: EXCHANGE_AUDIENCE.to_owned(),
        }
    }
}

impl GitLab {
    /// The token of the job.
    pub fn draft(&self, now: Timestamp) -> Draft {
        let (namespace, _) = self.project.rsplit_once('/').unwrap_or((&self.project, ""));
        let (kind, path) = if self.is_tag { ("tag", "refs/tags/") } else { ("branch", "refs/heads/") };
        let path = format!("{path}{}", self.name);
        let (id, sha) = (number(&self.project), commit(&format!("{}@{path}", self.project)));
        let host = self.issuer.strip_prefix("https://").unwrap_or(&self.issuer);
        let mut all = claims(json!({
            "namespace_id": number(namespace),
            "namespace_path": namespace,
            "project_id": id,
            "project_path": self.project,
            "user_id": number("gitlab user"),
            "user_login": "deployer",
            "user_email": "deployer@contoso.example",
            "user_access_level": "maintainer",
            "pipeline_id": number(&format!("pipeline of {sha}")),
            "pipeline_source": "push",
            "job_id": number(&format!("job of {sha}")),
            "ref": self.name,
            "ref_type": kind,
            "ref_path": path,
            "ref_protected": "true",
            "environment": self.environment,
            "environment_protected": self.environment.as_ref().map(|_| "false"),
            "deployment_tier": self.environment.as_ref().map(|_| "other"),
            "runner_id": 1,
            "runner_environment": "gitlab-hosted",
            "sha": sha,
            "project_visibility": "private",
            "ci_config_ref_uri": format!("{host}/{}//.gitlab-ci.yml@{path}", self.project),
            "ci_config_sha": sha,
            "jti": token_id(),
            "iss": self.issuer,
            "sub": gitlab_subject(&self.project, self.by_id.then_some(&id), kind, &self.name).build(),
            "aud": self.audience,
        }));
        TIMES.put(&mut all, now);
        Draft::new(all)
    }
}
