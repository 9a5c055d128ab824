//! What can be typed behind `fedlens emulate token`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use uuid::Uuid;

use super::Keys;

const EXAMPLES: &str = "\
Examples, which the directory of `fedlens emulate sample` trusts:
  fedlens emulate token --as github --repo contoso/app --environment prod
  fedlens emulate token --as azure-devops --organization contoso --project app --connection deployer
  fedlens emulate token --as kubernetes --namespace default --service-account deployer
  fedlens emulate token --as gitlab --project contoso/app --ref main
  fedlens emulate token --as terraform --organization contoso --workspace app --run-phase apply
  fedlens emulate token --as managed-identity --identity deployer-identity

And others:
  fedlens emulate token --as github --repo contoso/app --event pull_request
  fedlens emulate token --as github --repo contoso/app --claim-keys repository_owner_id,repository_id,context
  fedlens emulate token --as azure-devops --old
  fedlens emulate token --as generic --issuer https://ci.example --subject job:1 --claim team=core --claim run:=7
  fedlens emulate token --as generic --claims claims.json --header typ=at+jwt
  fedlens emulate token --as kubernetes --expired
  fedlens emulate token --as user --user user@contoso.onmicrosoft.com --decode";

/// Print a token as a platform would issue it, to present as a client assertion.
///
/// It is signed with the kept keys, so an emulator with the same keys takes it; the emulator need not run. Without
/// options it is one that the sample directory trusts.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TokenArguments {
    /// Who issues it.
    #[arg(long = "as", value_enum, value_name = "PLATFORM", required = true)]
    pub(crate) platform: PlatformName,

    /// GitHub: the repository.
    #[arg(long, value_name = "OWNER/NAME", help_heading = "Job, workload or person")]
    pub(crate) repo: Option<String>,

    /// GitHub, GitLab: the environment that the job names.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) environment: Option<String>,

    /// GitHub, GitLab: the branch, or a full ref such as refs/heads/main.
    #[arg(long = "ref", value_name = "REF", conflicts_with = "tag", help_heading = "Job, workload or person")]
    pub(crate) git_ref: Option<String>,

    /// GitHub, GitLab: the tag.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) tag: Option<String>,

    /// GitHub: the event that started the run, such as pull_request.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) event: Option<String>,

    /// GitHub: the subject holds the ids of owner and repository; GitLab: that of the project.
    #[arg(long, help_heading = "Job, workload or person")]
    pub(crate) immutable: bool,

    /// GitHub: the owner's id.
    #[arg(long, value_name = "NUMBER", requires = "repository_id", help_heading = "Job, workload or person")]
    pub(crate) owner_id: Option<String>,

    /// GitHub: the repository's id.
    #[arg(long, value_name = "NUMBER", requires = "owner_id", help_heading = "Job, workload or person")]
    pub(crate) repository_id: Option<String>,

    /// GitHub: the claims that the subject is made of (include_claim_keys); repo and context are the default's parts.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "Job, workload or person")]
    pub(crate) claim_keys: Vec<String>,

    /// GitHub: the reusable workflow, such as contoso/workflows/.github/workflows/deploy.yml@refs/heads/main.
    #[arg(long, value_name = "REF", help_heading = "Job, workload or person")]
    pub(crate) job_workflow: Option<String>,

    /// GitHub: the enterprise's slug, for the claim `enterprise`.
    #[arg(long, value_name = "SLUG", help_heading = "Job, workload or person")]
    pub(crate) enterprise: Option<String>,

    /// GitHub: the issuer ends in the enterprise's slug.
    #[arg(long, requires = "enterprise", help_heading = "Job, workload or person")]
    pub(crate) enterprise_issuer: bool,

    /// Azure DevOps, Terraform: the organisation.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) organization: Option<String>,

    /// Azure DevOps, Terraform: the project; GitLab: groups and project.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) project: Option<String>,

    /// Azure DevOps: the service connection's name.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) connection: Option<String>,

    /// Azure DevOps: the organisation's id.
    #[arg(long, value_name = "GUID", help_heading = "Job, workload or person")]
    pub(crate) organization_id: Option<Uuid>,

    /// Azure DevOps: the service connection's id.
    #[arg(long, value_name = "GUID", help_heading = "Job, workload or person")]
    pub(crate) connection_id: Option<Uuid>,

    /// Azure DevOps: the tenant that the organisation is connected to.
    #[arg(long, value_name = "GUID", help_heading = "Job, workload or person")]
    pub(crate) tenant: Option<Uuid>,

    /// Azure DevOps: the issuer is Azure DevOps itself, as before 2025, and the subject holds names.
    #[arg(long, help_heading = "Job, workload or person")]
    pub(crate) old: bool,

    /// Azure DevOps: the token of a pipeline that named no service connection.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) pipeline: Option<String>,

    /// Kubernetes: the namespace.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) namespace: Option<String>,

    /// Kubernetes: the service account.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) service_account: Option<String>,

    /// Terraform: the workspace.
    #[arg(long, value_name = "NAME", help_heading = "Job, workload or person")]
    pub(crate) workspace: Option<String>,

    /// Terraform: plan or apply.
    #[arg(long, value_name = "PHASE", help_heading = "Job, workload or person")]
    pub(crate) run_phase: Option<String>,

    /// Managed identity: its name or id.
    #[arg(long, value_name = "NAME|ID", help_heading = "Job, workload or person")]
    pub(crate) identity: Option<String>,

    /// Managed identity: it got the token through a federated credential of its own.
    #[arg(long, help_heading = "Job, workload or person")]
    pub(crate) chained: bool,

    /// Application: its name or client id.
    #[arg(long, value_name = "NAME|ID", help_heading = "Job, workload or person")]
    pub(crate) application: Option<String>,

    /// User: sign-in name or id.
    #[arg(long, value_name = "NAME|ID", help_heading = "Job, workload or person")]
    pub(crate) user: Option<String>,

    /// Managed identity, application, user, Azure DevOps: the directory file to look them and the tenant up in, instead
    /// of the sample.
    #[arg(long, value_name = "FILE")]
    pub(crate) directory: Option<PathBuf>,

    /// `iss`
    #[arg(long, value_name = "URL", help_heading = "Claims")]
    pub(crate) issuer: Option<String>,

    /// `sub`
    #[arg(long, value_name = "TEXT", help_heading = "Claims")]
    pub(crate) subject: Option<String>,

    /// `aud`; several make a list.
    #[arg(long, value_name = "TEXT", help_heading = "Claims")]
    pub(crate) audience: Vec<String>,

    /// Any other claim: NAME=TEXT or NAME:=JSON.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Claims")]
    pub(crate) claim: Vec<String>,

    /// Leave a claim out.
    #[arg(long, value_name = "NAME", help_heading = "Claims")]
    pub(crate) without: Vec<String>,

    /// Generic: all claims, as a JSON object or a file that holds one; `-` is standard input.
    #[arg(long, value_name = "JSON|FILE|-", help_heading = "Claims")]
    pub(crate) claims: Option<String>,

    /// A field of the header: NAME=TEXT or NAME:=JSON; null leaves it out.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Claims")]
    pub(crate) header: Vec<String>,

    /// How long it lives, in seconds.
    #[arg(long, value_name = "SECONDS", help_heading = "Claims")]
    pub(crate) lifetime: Option<u32>,

    /// When it is issued, instead of now.
    #[arg(long, value_name = "TIME", help_heading = "Claims")]
    pub(crate) at: Option<Timestamp>,

    /// It expired an hour ago.
    #[arg(long, conflicts_with = "not_yet_valid", help_heading = "What is wrong with it")]
    pub(crate) expired: bool,

    /// It becomes valid in an hour.
    #[arg(long, help_heading = "What is wrong with it")]
    pub(crate) not_yet_valid: bool,

    /// The header says this algorithm; with `none` there is no signature.
    #[arg(long, value_name = "NAME", help_heading = "What is wrong with it")]
    pub(crate) alg: Option<String>,

    /// The header names this key.
    #[arg(long, value_name = "ID", help_heading = "What is wrong with it")]
    pub(crate) kid: Option<String>,

    /// The signature is not the key's.
    #[arg(long, help_heading = "What is wrong with it")]
    pub(crate) invalid_signature: bool,

    /// Keep the signing keys where an emulator with --data keeps them.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) keys: Keys,

    /// Show the token decoded on standard error too.
    #[arg(long)]
    pub(crate) decode: bool,

    /// The form of the output.
    #[arg(long, value_enum, default_value_t = TokenForm::Jwt)]
    pub(crate) format: TokenForm,
}

/// Who issues a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlatformName {
    /// GitHub Actions.
    #[value(name = "github")]
    GitHub,
    /// A service connection of Azure DevOps.
    AzureDevops,
    /// A Kubernetes service account.
    Kubernetes,
    /// GitLab CI/CD.
    #[value(name = "gitlab")]
    GitLab,
    /// HCP Terraform.
    Terraform,
    /// Any other OIDC issuer.
    Generic,
    /// Entra, to a managed identity.
    ManagedIdentity,
    /// Entra, to an application with a secret.
    Application,
    /// Entra, to a user: a delegated token, which is no assertion.
    User,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenForm {
    /// The token and a newline.
    Jwt,
    /// Header, claims and token.
    Json,
}

impl TokenArguments {
    /// The options that were given although they say nothing about this platform.
    pub(crate) fn strays(&self) -> Vec<&'static str> {
        use PlatformName::{
            Application, AzureDevops, Generic, GitHub, GitLab, Kubernetes, ManagedIdentity, Terraform, User,
        };
        let options: [(&str, bool, &[PlatformName]); 28] = [
            ("--repo", self.repo.is_some(), &[GitHub]),
            ("--environment", self.environment.is_some(), &[GitHub, GitLab]),
            ("--ref", self.git_ref.is_some(), &[GitHub, GitLab]),
            ("--tag", self.tag.is_some(), &[GitHub, GitLab]),
            ("--event", self.event.is_some(), &[GitHub]),
            ("--immutable", self.immutable, &[GitHub, GitLab]),
            ("--owner-id", self.owner_id.is_some(), &[GitHub]),
            ("--claim-keys", !self.claim_keys.is_empty(), &[GitHub]),
            ("--job-workflow", self.job_workflow.is_some(), &[GitHub]),
            ("--enterprise", self.enterprise.is_some(), &[GitHub]),
            ("--organization", self.organization.is_some(), &[AzureDevops, Terraform]),
            ("--project", self.project.is_some(), &[AzureDevops, GitLab, Terraform]),
            ("--connection", self.connection.is_some(), &[AzureDevops]),
            ("--organization-id", self.organization_id.is_some(), &[AzureDevops]),
            ("--connection-id", self.connection_id.is_some(), &[AzureDevops]),
            ("--tenant", self.tenant.is_some(), &[AzureDevops]),
            ("--old", self.old, &[AzureDevops]),
            ("--pipeline", self.pipeline.is_some(), &[AzureDevops]),
            ("--namespace", self.namespace.is_some(), &[Kubernetes]),
            ("--service-account", self.service_account.is_some(), &[Kubernetes]),
            ("--workspace", self.workspace.is_some(), &[Terraform]),
            ("--run-phase", self.run_phase.is_some(), &[Terraform]),
            ("--identity", self.identity.is_some(), &[ManagedIdentity]),
            ("--chained", self.chained, &[ManagedIdentity]),
            ("--application", self.application.is_some(), &[Application]),
            ("--user", self.user.is_some(), &[User]),
            ("--directory", self.directory.is_some(), &[AzureDevops, ManagedIdentity, Application, User]),
            ("--claims", self.claims.is_some(), &[Generic]),
        ];
        let is_stray =
            |(_, given, platforms): &&(_, bool, &[PlatformName])| *given && !platforms.contains(&self.platform);
        options.iter().filter(is_stray).map(|(name, ..)| *name).collect()
    }
}
