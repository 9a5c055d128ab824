//! Rows of build services.

use super::{Platform, PlatformId, TrailingSlash};

/// With an enterprise slug behind the host where the enterprise asks for it.
pub(super) const GITHUB: Platform = Platform {
    id: PlatformId::GitHub,
    name: "GitHub Actions",
    issuers: &["https://token.actions.githubusercontent.com", "https://token.actions.githubusercontent.com/*"],
    slash: TrailingSlash::Forbidden,
    subject: "repo:{owner}/{repository}:{ref:refs/heads/… | ref:refs/tags/… | environment:… | pull_request}",
    default_audience: Some("https://github.com/{owner}"),
    lifetime: Some(300),
    mistake: "The job names an environment and the credential names a branch, or the other way round.",
    obtain: "In a job with permissions id-token: write, curl -H \"Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN\" \"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=<audience>\".",
    basis: "documented",
    source: "https://docs.github.com/actions/reference/security/oidc",
    example: "https://token.actions.githubusercontent.com",
};

pub(super) const GITHUB_DATA_RESIDENCY: Platform = Platform {
    id: PlatformId::GitHubDataResidency,
    name: "GitHub Enterprise Cloud with data residency",
    issuers: &["https://token.actions.*.ghe.com", "https://token.actions.*.ghe.com/*"],
    slash: TrailingSlash::Forbidden,
    subject: "repo:{owner}/{repository}:{context}",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The credential still names the issuer of github.com, which signs nothing for a ghe.com enterprise.",
    obtain: "Request the token in the job as on github.com and read iss.",
    basis: "documented",
    source: "https://docs.github.com/enterprise-cloud@latest/actions/reference/security/oidc",
    example: "https://token.actions.contoso.ghe.com",
};

pub(super) const GITHUB_ENTERPRISE_SERVER: Platform = Platform {
    id: PlatformId::GitHubEnterpriseServer,
    name: "GitHub Enterprise Server",
    issuers: &["https://*/_services/token", "https://*/_services/token/*"],
    slash: TrailingSlash::Forbidden,
    subject: "repo:{owner}/{repository}:{context}",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The server is not on the internet, so Entra cannot read its keys.",
    obtain: "curl https://<host>/_services/token/.well-known/openid-configuration from outside the network.",
    basis: "documented",
    source: "https://docs.github.com/enterprise-server@latest/actions/reference/security/oidc",
    example: "https://github.contoso.example/_services/token",
};

/// The lifetime is the job's timeout where it has one; 300 s were seen all the same.
pub(super) const GITLAB: Platform = Platform {
    id: PlatformId::GitLab,
    name: "GitLab.com",
    issuers: &["https://gitlab.com"],
    slash: TrailingSlash::Forbidden,
    subject: "project_path:{group}/{project}:ref_type:{branch | tag}:ref:{name}",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The ref was written as refs/heads/main; GitLab sends the bare name.",
    obtain: "Declare id_tokens with an aud in the job; the token is in the variable of that name.",
    basis: "documented",
    source: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
    example: "https://gitlab.com",
};

/// Recognised by the name that most instances have; any other host is not.
pub(super) const GITLAB_SELF_MANAGED: Platform = Platform {
    id: PlatformId::GitLab,
    name: "GitLab (self-managed)",
    issuers: &["https://gitlab.*"],
    slash: TrailingSlash::Forbidden,
    subject: "project_path:{group}/{project}:ref_type:{branch | tag}:ref:{name}",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The instance answers only inside the company network.",
    obtain: "Open https://<host>/.well-known/openid-configuration from outside the network and read issuer.",
    basis: "inferred",
    source: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
    example: "https://gitlab.contoso.example",
};

/// That no exact subject can match is inferred from the step's id in it.
pub(super) const BITBUCKET: Platform = Platform {
    id: PlatformId::Other,
    name: "Bitbucket Pipelines",
    issuers: &["https://api.bitbucket.org/2.0/workspaces/*/pipelines-config/identity/oidc"],
    slash: TrailingSlash::Forbidden,
    subject: "{repository uuid}[:{environment uuid}]:{step uuid}",
    default_audience: Some("ari:cloud:bitbucket::workspace/{workspace uuid}"),
    lifetime: None,
    mistake: "The step's UUID in the subject is new in every run, so an exact subject cannot match twice.",
    obtain: "Set oidc: true on the step; the token is in BITBUCKET_STEP_OIDC_TOKEN.",
    basis: "third-party",
    source: "https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/",
    example: "https://api.bitbucket.org/2.0/workspaces/contoso/pipelines-config/identity/oidc",
};

pub(super) const CIRCLECI: Platform = Platform {
    id: PlatformId::Other,
    name: "CircleCI",
    issuers: &["https://oidc.circleci.com/org/*"],
    slash: TrailingSlash::Forbidden,
    subject: "org/{organisation uuid}/project/{project uuid}/user/{user uuid}",
    default_audience: Some("{organisation uuid}"),
    lifetime: Some(3600),
    mistake: "The subject names the user who started the job, so each user needs a credential.",
    obtain: "circleci run oidc get --claims '{\"aud\":\"<audience>\"}' prints a token with the audience of your choice.",
    basis: "documented",
    source: "https://circleci.com/docs/openid-connect-tokens/",
    example: "https://oidc.circleci.com/org/5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718",
};

/// Subject and audience are those of a token request without options.
pub(super) const BUILDKITE: Platform = Platform {
    id: PlatformId::Other,
    name: "Buildkite",
    issuers: &["https://agent.buildkite.com"],
    slash: TrailingSlash::Forbidden,
    subject: "organization:{organisation}:pipeline:{pipeline}:ref:{ref}:commit:{commit}:step:{step}",
    default_audience: Some("https://buildkite.com/{organisation}"),
    lifetime: None,
    mistake: "The default subject holds the commit, so it changes with every push; ask for --subject-claim pipeline_id.",
    obtain: "buildkite-agent oidc request-token --audience <audience> --subject-claim pipeline_id prints the token.",
    basis: "third-party",
    source: "https://buildkite.com/docs/agent/v3/cli-oidc",
    example: "https://agent.buildkite.com",
};

pub(super) const SEMAPHORE: Platform = Platform {
    id: PlatformId::Other,
    name: "Semaphore",
    issuers: &["https://*.semaphoreci.com"],
    slash: TrailingSlash::Forbidden,
    subject: "org:{organisation}:project:{project id}:repo:{repository}:ref_type:{type}:ref:{ref}",
    default_audience: Some("https://{organisation}.semaphoreci.com"),
    lifetime: None,
    mistake: "The audience is fixed to the organisation's address, and the credential expects the exchange audience.",
    obtain: "Read the job's SEMAPHORE_OIDC_TOKEN variable.",
    basis: "third-party",
    source: "https://docs.semaphore.io/using-semaphore/openid",
    example: "https://contoso.semaphoreci.com",
};

pub(super) const CODEFRESH: Platform = Platform {
    id: PlatformId::Other,
    name: "Codefresh",
    issuers: &["https://oidc.codefresh.io"],
    slash: TrailingSlash::Forbidden,
    subject: "account:{account id}:pipeline:{pipeline id}:scm_repo_url:{url}:scm_user_name:{user}:scm_ref:{ref}",
    default_audience: Some("https://g.codefresh.io"),
    lifetime: None,
    mistake: "The subject names whoever pushed, so it differs between colleagues.",
    obtain: "Add the obtain-oidc-id-token step to the pipeline.",
    basis: "third-party",
    source: "https://codefresh.io/docs/docs/integrations/oidc-pipelines/",
    example: "https://oidc.codefresh.io",
};

pub(super) const HARNESS: Platform = Platform {
    id: PlatformId::Other,
    name: "Harness",
    issuers: &[
        "https://app.harness.io/ng/api/oidc/account/*",
        "https://app3.harness.io/ng/api/oidc/account/*",
        "https://accounts.harness.io/ng/api/oidc/account/*",
        "https://accounts.eu.harness.io/ng/api/oidc/account/*",
    ],
    slash: TrailingSlash::Forbidden,
    subject: "not published; decode a token",
    default_audience: None,
    lifetime: None,
    mistake: "The host depends on the cluster that holds the account, not on a vanity address.",
    obtain: "Run the plugins/azure-oidc image in a step and decode its token.",
    basis: "third-party",
    source: "https://developer.harness.io/cloud-cost-management/resources/oidc-auth",
    example: "https://app.harness.io/ng/api/oidc/account/Ab3dEf6hIjKlMnOpQrStUv",
};

pub(super) const DEPOT: Platform = Platform {
    id: PlatformId::Other,
    name: "Depot",
    issuers: &["https://identity.depot.dev"],
    slash: TrailingSlash::Forbidden,
    subject: "spiffe://identity.depot.dev/org/{organisation id}/ci/github/{owner}/{repository}/ref/{ref}/sandbox/{sandbox id}",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The sandbox id at the end of the subject is not the same in every run.",
    obtain: "Request a token in the job and decode it.",
    basis: "third-party",
    source: "https://depot.dev/docs/ci/oidc",
    example: "https://identity.depot.dev",
};

pub(super) const NAMESPACE: Platform = Platform {
    id: PlatformId::Other,
    name: "Namespace",
    issuers: &["https://federation.namespaceapis.com"],
    slash: TrailingSlash::Forbidden,
    subject: "{workspace id}/…",
    default_audience: None,
    lifetime: None,
    mistake: "One issuer serves every workspace, so the subject is all that keeps strangers out.",
    obtain: "Mint an ID token on the runner with the nsc tool and decode it.",
    basis: "third-party",
    source: "https://namespace.so/docs/federation/openid",
    example: "https://federation.namespaceapis.com",
};

/// Recognised where `jenkins` is in the address; the path is the plugin's.
pub(super) const JENKINS: Platform = Platform {
    id: PlatformId::Other,
    name: "Jenkins (OpenID Connect Provider plugin)",
    issuers: &[
        "https://jenkins.*/oidc",
        "https://jenkins.*/**/oidc",
        "https://*/jenkins/oidc",
        "https://*/jenkins/**/oidc",
    ],
    slash: TrailingSlash::Either,
    subject: "a template of the credential; the job's address unless changed",
    default_audience: None,
    lifetime: None,
    mistake: "The controller cannot be reached from the internet.",
    obtain: "Bind the id-token credential in the pipeline and decode it.",
    basis: "third-party",
    source: "https://plugins.jenkins.io/oidc-provider",
    example: "https://jenkins.contoso.example/oidc",
};
