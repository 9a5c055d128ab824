//! Jobs of GitHub Actions.

use fedlens_issuers::{GitHubContext, Subject, github_subject, github_template_subject};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::draft::{Times, claims};
use super::{Draft, IssuerError, commit, number, token_id};

/// The issuer of github.com.
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Five minutes, valid from when it is issued.
const TIMES: Times = Times { early: 0, lifetime: 300 };

/// A job of GitHub Actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHub {
    /// The issuer without the enterprise.
    pub issuer: String,
    /// The owner of the repository.
    pub owner: String,
    /// The repository's name.
    pub repository: String,
    /// The numeric ids of owner and repository; made from the names where they are left out.
    pub ids: Option<(String, String)>,
    /// Whether the subject holds the ids, as those of repositories do that were made after 2026-07-15.
    pub immutable: bool,
    /// The environment that the job names.
    pub environment: Option<String>,
    /// `push`, `pull_request`, …
    pub event: String,
    /// `refs/heads/main`, `refs/tags/v1`
    pub git_ref: String,
    /// The claims that the subject is made of (`include_claim_keys`); the default subject where it is empty.
    pub claim_keys: Vec<String>,
    /// The workflow that the job is defined in, where it is a reusable one:
    /// `contoso/workflows/.github/workflows/deploy.yml@refs/heads/main`.
    pub job_workflow: Option<String>,
    /// The slug of the enterprise that the repository belongs to.
    pub enterprise: Option<String>,
    /// Whether the issuer ends in that slug.
    pub enterprise_issuer: bool,
    /// What was asked for; `https://github.com/{owner}` where nothing was.
    pub audience: Option<String>,
}

impl Default for GitHub {
    /// A push to `main` of `contoso/app`.
    fn default() -> Self {
        Self {
            issuer: ISSUER.to_owned(),
            owner: "contoso".to_owned(),
            repository: "app".to_owned(),
            ids: None,
            immutable: false,
            environment: None,
            event: "push".to_owned(),
            git_ref: "refs/heads/main".to_owned(),
            claim_keys: Vec::new(),
            job_workflow: None,
            enterprise: None,
            enterprise_issuer: false,
            audience: None,
        }
    }
}

impl GitHub {
    /// A push to `main` of a repository.
    ///
    /// # Errors
    ///
    /// When `full_name` is not `OWNER/NAME`.
    pub fn new(full_name: &str) -> Result<Self, IssuerError> {
        match full_name.split_once('/') {
            Some((owner, name)) if !owner.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self { owner: owner.to_owned(), repository: name.to_owned(), ..Self::default() })
            }
            _ => Err(IssuerError::Repository(full_name.to_owned())),
        }
    }

    /// The token of the job.
    ///
    /// # Errors
    ///
    /// When the subject is to be made of a claim that the job does not have.
    pub fn draft(&self, now: Timestamp) -> Result<Draft, IssuerError> {
        let (owner_id, repository_id) = self.ids();
        let mut all = self.own_claims(&owner_id, &repository_id);
        let subject = self.subject(&all, (&owner_id, &repository_id))?.build();
        let audience = self.audience.clone().unwrap_or_else(|| format!("https://github.com/{}", self.owner));
        for (name, value) in [("jti", token_id()), ("sub", subject), ("aud", audience), ("iss", self.issuer())] {
            all.insert(name.to_owned(), value.into());
        }
        TIMES.put(&mut all, now);
        Ok(Draft::new(all).with_thumbprint())
    }

    fn ids(&self) -> (String, String) {
        let full_name = format!("{}/{}", self.owner, self.repository);
        self.ids.clone().unwrap_or_else(|| (number(&self.owner), number(&full_name)))
    }

    fn issuer(&self) -> String {
        match &self.enterprise {
            Some(slug) if self.enterprise_issuer => format!("{}/{slug}", self.issuer),
            _ => self.issuer.clone(),
        }
    }

    fn subject(
        &self,
        own: &Map<String, Value>,
        (owner_id, repository_id): (&str, &str),
    ) -> Result<Subject, IssuerError> {
        let context =
            GitHubContext { environment: self.environment.as_deref(), event: &self.event, git_ref: &self.git_ref };
        let ids = self.immutable.then_some((owner_id, repository_id));
        let default = github_subject(&self.owner, &self.repository, ids, &context);
        if self.claim_keys.is_empty() {
            return Ok(default);
        }
        let claim = |name: &str| own.get(name).and_then(Value::as_str).map(str::to_owned);
        github_template_subject(&self.claim_keys, &default, claim).map_err(IssuerError::ClaimKey)
    }

    /// What GitHub says of a job, beside the claims that all issuers have.
    fn own_claims(&self, owner_id: &str, repository_id: &str) -> Map<String, Value> {
        let full_name = format!("{}/{}", self.owner, self.repository);
        let is_pull_request = self.event == "pull_request";
        let git_ref = if is_pull_request { "refs/pull/1/merge" } else { &self.git_ref };
        let sha = commit(&format!("{full_name}@{git_ref}"));
        let workflow = format!("{full_name}/.github/workflows/deploy.yml@{git_ref}");
        let ref_type = if git_ref.starts_with("refs/tags/") { "tag" } else { "branch" };
        let branch = self.git_ref.strip_prefix("refs/heads/").unwrap_or("main");
        let run = number(&format!("run of {sha}"));
        claims(json!({
            "ref": git_ref,
            "sha": sha,
            "repository": full_name,
            "repository_owner": self.owner,
            "actor_id": number("octocat"),
            "repository_visibility": "private",
            "repository_id": repository_id,
            "repository_owner_id": owner_id,
            "run_id": run,
            "run_number": "10",
            "run_attempt": "1",
            "runner_environment": "github-hosted",
            "actor": "octocat",
            "workflow": "deploy",
            "head_ref": if is_pull_request { "feature" } else { "" },
            "base_ref": if is_pull_request { branch } else { "" },
            "event_name": self.event,
            "environment": self.environment,
            "environment_node_id": self.environment.as_ref().map(|name| format!("EN_{}", number(name))),
            "enterprise": self.enterprise,
            "enterprise_id": self.enterprise.as_deref().map(number),
            "ref_protected": "false",
            "ref_type": ref_type,
            "workflow_ref": workflow,
            "workflow_sha": sha,
            "job_workflow_ref": self.job_workflow.as_ref().unwrap_or(&workflow),
            "job_workflow_sha": self.job_workflow.as_deref().map_or_else(|| sha.clone(), commit),
            "check_run_id": number(&format!("check of {sha}")),
        }))
    }
}
