//! Which platform stands behind an issuer. One row of [`PLATFORMS`] each.

mod data_ci;
mod data_cloud;
mod data_delivery;
mod data_kubernetes;
mod data_microsoft;
mod entra;
mod oddity;
pub(crate) mod pattern;
mod recognise;

use serde::Serialize;

pub use entra::{Cloud, EntraIssuer};
pub(crate) use entra::{guid, is_partner_host, read as read_entra};
pub(crate) use oddity::is_in_cluster;
pub use oddity::{Oddity, OddityKind, issuer_oddities, oddities};
pub(crate) use recognise::{Address, is_invisible, row};
pub use recognise::{Recognised, recognise};

/// A platform that issues assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformId {
    /// GitHub Actions on github.com, with or without an enterprise slug.
    #[serde(rename = "github")]
    GitHub,
    /// GitHub Enterprise Cloud with data residency (`*.ghe.com`).
    #[serde(rename = "github-data-residency")]
    GitHubDataResidency,
    /// GitHub Enterprise Server.
    #[serde(rename = "github-enterprise-server")]
    GitHubEnterpriseServer,
    /// Azure DevOps' own issuer (`vstoken`).
    #[serde(rename = "azure-devops")]
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
    #[serde(rename = "openshift")]
    OpenShift,
    /// Any other Kubernetes, and its unusable in-cluster default issuer.
    Kubernetes,
    /// GitLab.com or self-managed.
    #[serde(rename = "gitlab")]
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

impl PlatformId {
    /// Whether the issuer is a cluster, so that its subjects are service accounts.
    pub fn is_kubernetes(self) -> bool {
        matches!(self, Self::Aks | Self::Eks | Self::Gke | Self::OpenShift | Self::Kubernetes)
    }

    /// Whether the issuer is a GitHub of any kind.
    pub fn is_github(self) -> bool {
        matches!(self, Self::GitHub | Self::GitHubDataResidency | Self::GitHubEnterpriseServer)
    }
}

/// Whether the issuers of a platform end in a slash. Entra compares it like any other character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrailingSlash {
    /// Every issuer of the platform ends in one.
    Required,
    /// None does.
    Forbidden,
    /// Whoever sets the platform up decides.
    Either,
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
    /// Whether its issuers end in a slash.
    pub slash: TrailingSlash,
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
    /// How sure this row is: `documented`, `seen`, `third-party`, `inferred`, `assumed`.
    pub basis: &'static str,
    /// Where it is from.
    pub source: &'static str,
    /// An issuer of this platform, made up.
    pub example: &'static str,
}

/// Every platform, the most specific patterns first.
pub static PLATFORMS: &[Platform] = &[
    data_ci::GITHUB,
    data_ci::GITHUB_DATA_RESIDENCY,
    data_ci::GITHUB_ENTERPRISE_SERVER,
    data_microsoft::AZURE_DEVOPS,
    data_microsoft::ENTRA,
    data_microsoft::ENTRA_V1,
    data_microsoft::ENTRA_US_GOV,
    data_microsoft::ENTRA_CHINA,
    data_microsoft::ENTRA_NATIONAL_V1,
    data_microsoft::ENTRA_EXTERNAL_ID,
    data_microsoft::ENTRA_PARTNER,
    data_kubernetes::AKS,
    data_kubernetes::AKS_OLD,
    data_kubernetes::ARC,
    data_kubernetes::ARO,
    data_kubernetes::ROSA,
    data_kubernetes::EKS,
    data_kubernetes::GKE,
    data_kubernetes::IN_CLUSTER,
    data_ci::GITLAB,
    data_ci::GITLAB_SELF_MANAGED,
    data_delivery::TERRAFORM,
    data_delivery::TERRAFORM_ENTERPRISE,
    data_cloud::GOOGLE,
    data_cloud::AWS,
    data_cloud::COGNITO,
    data_ci::BITBUCKET,
    data_ci::CIRCLECI,
    data_ci::BUILDKITE,
    data_ci::SEMAPHORE,
    data_ci::CODEFRESH,
    data_ci::HARNESS,
    data_ci::DEPOT,
    data_ci::NAMESPACE,
    data_ci::JENKINS,
    data_delivery::SPACELIFT,
    data_delivery::PULUMI,
    data_delivery::SCALR,
    data_delivery::ENV0,
    data_cloud::VERCEL,
    data_cloud::FLY,
    data_cloud::MODAL,
    data_cloud::SNOWFLAKE,
    data_cloud::VAULT,
    data_cloud::SPIFFE,
    data_cloud::TELEPORT,
    data_cloud::CLOUDFLARE_ACCESS,
    data_cloud::CHAINGUARD,
    data_cloud::DEVIN,
    data_cloud::CURSOR,
    data_cloud::WARP,
    data_kubernetes::OBJECT_STORAGE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const BASES: [&str; 5] = ["documented", "seen", "third-party", "inferred", "assumed"];

    #[test]
    fn names_and_patterns_are_unique() {
        let mut seen = BTreeSet::new();
        for platform in PLATFORMS {
            assert!(seen.insert(platform.name), "two rows are called {}", platform.name);
            for pattern in platform.issuers {
                assert!(seen.insert(pattern), "{pattern} stands in two rows");
            }
        }
    }

    #[test]
    fn every_row_is_documented() {
        for row in PLATFORMS {
            for text in [row.name, row.subject, row.mistake, row.obtain, row.source, row.example] {
                assert!(!text.trim().is_empty(), "{} has an empty field", row.name);
            }
            assert!(!row.issuers.is_empty(), "{}", row.name);
            assert!(
                row.mistake.ends_with('.') && row.obtain.ends_with('.'),
                "{}: sentences end in a full stop",
                row.name
            );
            assert!(BASES.contains(&row.basis), "{}: {}", row.name, row.basis);
            assert!(row.source.contains('.'), "{}: {} names no place", row.name, row.source);
            assert!(row.lifetime.is_none_or(|seconds| (60..=86_700).contains(&seconds)), "{}", row.name);
        }
    }

    #[test]
    fn every_example_leads_to_its_row_without_an_oddity() {
        for row in PLATFORMS {
            let found = recognise(row.example).unwrap_or_else(|| panic!("{} is not recognised", row.example));
            assert_eq!(found.platform.name, row.name, "{}", row.example);
            let unusable = row.name.contains("in-cluster");
            assert_eq!(found.oddities.is_empty(), !unusable, "{}: {:?}", row.example, found.oddities);
        }
    }

    #[test]
    fn no_pattern_is_shadowed_by_an_earlier_row() {
        for row in PLATFORMS {
            for pattern in row.issuers {
                let issuer = pattern.replace("**", "some/where").replace('*', "some");
                let found = recognise(&issuer).unwrap_or_else(|| panic!("{issuer} is not recognised"));
                assert_eq!(found.platform.name, row.name, "{issuer}");
            }
        }
    }

    #[test]
    fn slashes_in_patterns_agree_with_the_rule_of_the_row() {
        for row in PLATFORMS {
            for text in row.issuers.iter().chain([&row.example]).filter(|text| !text.ends_with("**")) {
                match row.slash {
                    TrailingSlash::Required => assert!(text.ends_with('/'), "{text}"),
                    TrailingSlash::Forbidden => assert!(!text.ends_with('/'), "{text}"),
                    TrailingSlash::Either => {}
                }
            }
        }
    }
}
