//! Which platform stands behind an issuer. One row of [`PLATFORMS`] each.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A platform that issues assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformId {
    /// GitHub Actions on github.com, with or without an enterprise slug.
    GitHub,
    /// GitHub Enterprise Cloud with data residency (`*.ghe.com`).
    GitHubDataResidency,
    /// GitHub Enterprise Server.
    GitHubEnterpriseServer,
    /// Azure DevOps' own issuer (`vstoken`).
    AzureDevOps,
    /// A Microsoft Entra tenant, version 1 or 2.
    Entra,
    /// Azure Kubernetes Service.
    Aks,
    /// Amazon EKS.
    Eks,
    /// Google Kubernetes Engine.
    Gke,
    /// OpenShift, ROSA, ARO.
    OpenShift,
    /// Any other Kubernetes, and its unusable in-cluster default issuer.
    Kubernetes,
    /// GitLab.com or self-managed.
    GitLab,
    /// HCP Terraform and Terraform Enterprise.
    Terraform,
    /// Google accounts.
    Google,
    /// AWS outbound identity federation.
    Aws,
    /// A platform that is only a row of data; see [`Platform::name`].
    Other,
}

/// What is known of a platform.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    /// Which one.
    pub id: PlatformId,
    /// Its name, as its users say it.
    pub name: &'static str,
    /// Issuer patterns; `*` stands for one or more characters other than `/`, `**` for any.
    pub issuers: &'static [&'static str],
    /// The shape of its subjects, with `{placeholders}`.
    pub subject: &'static str,
    /// The audience it sends when nobody asks for another.
    pub default_audience: Option<&'static str>,
    /// How long an assertion lives, in seconds, where known.
    pub lifetime: Option<u32>,
    /// The commonest mistake, in a sentence.
    pub mistake: &'static str,
    /// How to read the issuer or the token where the workload runs.
    pub obtain: &'static str,
    /// How sure this row is: `documented`, `seen`, `inferred`, `assumed`.
    pub basis: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

/// Every platform, the most specific patterns first.
pub static PLATFORMS: &[Platform] = &[];

/// A sovereign cloud of Entra.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// Azure public.
    #[default]
    Public,
    /// Azure US Government.
    UsGov,
    /// Azure operated by 21Vianet.
    China,
}

impl Cloud {
    /// The audience that a federated identity credential names in this cloud.
    pub fn exchange_audience(self) -> &'static str {
        match self {
            Self::Public => "api://AzureADTokenExchange",
            Self::UsGov => "api://AzureADTokenExchangeUSGov",
            Self::China => "api://AzureADTokenExchangeChina",
        }
    }

    /// The host of its sign-in endpoint.
    pub fn authority_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::UsGov => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
        }
    }
}

/// An issuer that is an Entra tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EntraIssuer {
    /// The tenant that issued the token.
    pub tenant: Uuid,
    /// The cloud its host belongs to; `sts.windows.net` counts as public.
    pub cloud: Cloud,
    /// Token version, 1 or 2.
    pub version: u8,
}

/// An issuer whose platform is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recognised {
    /// The platform.
    pub platform: &'static Platform,
    /// Set when the platform is Entra.
    pub entra: Option<EntraIssuer>,
    /// What the issuer is not: a trailing slash too many or too few, upper case, blanks, a host that
    /// Entra cannot reach. One sentence each.
    pub oddities: Vec<String>,
}

/// Names the platform behind an issuer. Tolerates a wrong trailing slash, letter case and blanks, and says so.
pub fn recognise(_issuer: &str) -> Option<Recognised> {
    None
}
