//! Rows of services that apply infrastructure code.

use super::{Platform, PlatformId, TrailingSlash};

/// The default audience is remembered rather than read; the rest is documented.
pub(super) const TERRAFORM: Platform = Platform {
    id: PlatformId::Terraform,
    name: "HCP Terraform",
    issuers: &["https://app.terraform.io", "https://app.eu.terraform.io"],
    slash: TrailingSlash::Forbidden,
    subject: "organization:{organisation}:project:{project}:workspace:{workspace}:run_phase:{plan | apply}",
    default_audience: Some("api://AzureADTokenExchange"),
    lifetime: None,
    mistake: "There is a credential for plan and none for apply; each phase has its own subject.",
    obtain: "Set TFC_AZURE_PROVIDER_AUTH=true on the workspace; the token is in TFC_WORKLOAD_IDENTITY_TOKEN.",
    basis: "documented",
    source: "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/azure-configuration",
    example: "https://app.terraform.io",
};

/// Recognised by the names that such servers usually have.
pub(super) const TERRAFORM_ENTERPRISE: Platform = Platform {
    id: PlatformId::Terraform,
    name: "Terraform Enterprise",
    issuers: &["https://tfe.*", "https://terraform.*", "https://tfe-*"],
    slash: TrailingSlash::Forbidden,
    subject: "organization:{organisation}:project:{project}:workspace:{workspace}:run_phase:{plan | apply}",
    default_audience: Some("api://AzureADTokenExchange"),
    lifetime: None,
    mistake: "The server has a self-signed certificate or no public address.",
    obtain: "Open https://<host>/.well-known/openid-configuration from the internet and read issuer.",
    basis: "inferred",
    source: "https://developer.hashicorp.com/terraform/enterprise/workspaces/dynamic-provider-credentials/azure-configuration",
    example: "https://tfe.contoso.example",
};

pub(super) const SPACELIFT: Platform = Platform {
    id: PlatformId::Other,
    name: "Spacelift",
    issuers: &["https://*.app.spacelift.io"],
    slash: TrailingSlash::Forbidden,
    subject: "space:{space}:{stack | module}:{id}:run_type:{run type}:scope:{read | write}",
    default_audience: Some("{account}.app.spacelift.io"),
    lifetime: None,
    mistake: "Each run type has a subject of its own, and only one of them has a credential.",
    obtain: "Read SPACELIFT_OIDC_TOKEN in the run.",
    basis: "third-party",
    source: "https://docs.spacelift.io/integrations/cloud-providers/oidc/",
    example: "https://contoso.app.spacelift.io",
};

pub(super) const PULUMI: Platform = Platform {
    id: PlatformId::Other,
    name: "Pulumi Cloud",
    issuers: &["https://api.pulumi.com/oidc"],
    slash: TrailingSlash::Forbidden,
    subject: "pulumi:deploy:org:{organisation}:project:{project}:stack:{stack}:operation:{operation}:scope:write",
    default_audience: Some("{organisation}"),
    lifetime: Some(3600),
    mistake: "Update, preview, refresh and destroy are four subjects; each operation that runs needs its credential.",
    obtain: "Open the ESC environment or the deployment and decode the token that it presents.",
    basis: "third-party",
    source: "https://www.pulumi.com/docs/pulumi-cloud/oidc/provider/",
    example: "https://api.pulumi.com/oidc",
};

pub(super) const SCALR: Platform = Platform {
    id: PlatformId::Other,
    name: "Scalr",
    issuers: &["https://scalr.io"],
    slash: TrailingSlash::Forbidden,
    subject: "not published; read it from a token",
    default_audience: None,
    lifetime: None,
    mistake: "One issuer serves every account, so only the subject tells accounts apart.",
    obtain: "Print the payload of the token that the run presents.",
    basis: "third-party",
    source: "https://scalr.io/.well-known/openid-configuration",
    example: "https://scalr.io",
};

pub(super) const ENV0: Platform = Platform {
    id: PlatformId::Other,
    name: "env0",
    issuers: &["https://login.app.env0.com/"],
    slash: TrailingSlash::Required,
    subject: "not published; take it from a deployment's token",
    default_audience: None,
    lifetime: None,
    mistake: "The issuer lost the slash at its end when it was copied.",
    obtain: "Decode the OIDC token that env0 hands to the deployment.",
    basis: "third-party",
    source: "https://login.app.env0.com/.well-known/openid-configuration",
    example: "https://login.app.env0.com/",
};
