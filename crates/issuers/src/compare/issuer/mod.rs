//! How a presented issuer differs from the configured one.

mod entra;
mod surface;

use super::parts::{Named, differing};
use super::text::{described, quote};
use super::{Difference, LONGEST, Part};
use crate::platform::{Address, Platform, PlatformId, is_in_cluster, pattern, row};

/// Explains how the presented issuer differs from the configured one; `None` when they are equal.
pub fn compare_issuers(presented: &str, configured: &str) -> Option<Difference> {
    if presented == configured {
        return None;
    }
    let both = Both::of(presented, configured);
    // What is only written differently goes first, then what can never work, then the platforms.
    let found = both.map(|both| {
        surface::compare(both)
            .or_else(|| masked(both))
            .or_else(|| in_cluster(both))
            .or_else(|| between_platforms(both))
            .or_else(|| azure_devops_host(both))
            .or_else(|| enterprise_slug(both))
            .or_else(|| entra::compare(both))
            .unwrap_or_else(|| located(both))
    });
    Some(found.unwrap_or_else(|| mismatch("One of the issuers is empty or far too long.".to_owned(), Vec::new(), None)))
}

/// Two issuers with what is known of them.
#[derive(Clone, Copy)]
struct Both<'a> {
    sent: Side<'a>,
    expected: Side<'a>,
}

#[derive(Clone, Copy)]
struct Side<'a> {
    text: &'a str,
    address: Address<'a>,
    platform: Option<&'static Platform>,
}

impl<'a> Both<'a> {
    fn of(presented: &'a str, configured: &'a str) -> Option<Self> {
        Some(Self { sent: Side::of(presented)?, expected: Side::of(configured)? })
    }

    fn whole(&self) -> Vec<Part> {
        vec![part("issuer", self.sent.text, self.expected.text)]
    }

    fn ids(&self) -> (Option<PlatformId>, Option<PlatformId>) {
        (self.sent.platform.map(|platform| platform.id), self.expected.platform.map(|platform| platform.id))
    }

    /// The advice that always works.
    fn configure(&self) -> String {
        format!("Set the credential's issuer to {}.", quote(self.sent.text))
    }
}

impl<'a> Side<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let address = Address::of(text).filter(|_| text.len() <= LONGEST)?;
        Some(Self { text, address, platform: row(&address).map(|(platform, _)| platform) })
    }

    fn name(&self) -> &'static str {
        self.platform.map_or("a platform that is not known here", |platform| platform.name)
    }
}

fn part(name: &'static str, presented: &str, configured: &str) -> Part {
    Part { name, presented: presented.to_owned(), configured: configured.to_owned() }
}

fn mismatch(explanation: String, parts: Vec<Part>, hint: Option<String>) -> Difference {
    Difference { cause: "fic.issuer.mismatch", explanation, parts, hint }
}

/// Issuers of which a log shows too little to tell them apart.
fn masked(both: Both<'_>) -> Option<Difference> {
    pattern::agrees(both.sent.text, both.expected.text).then(|| {
        mismatch(
            "What can be seen of the issuers agrees; the log has masked the rest, so the difference cannot be shown."
                .to_owned(),
            Vec::new(),
            Some(
                "Look for the unmasked issuer: in the sign-in log, or by decoding the token where the workload runs."
                    .to_owned(),
            ),
        )
    })
}

/// A cluster that was never given a public issuer, on either side.
fn in_cluster(both: Both<'_>) -> Option<Difference> {
    let sent = is_in_cluster(both.sent.address.host);
    let from_cluster = both.sent.platform.is_none_or(|platform| platform.id.is_kubernetes());
    let expected = is_in_cluster(both.expected.address.host) && from_cluster;
    if !(sent || expected) {
        return None;
    }
    let explanation = if sent {
        "The token carries the in-cluster default issuer, which exists inside the cluster only; no credential can make it work."
    } else {
        "The credential names the in-cluster default issuer, and the cluster issues its tokens under a public one."
    };
    let hint = if sent { public_issuer(both.expected) } else { both.configure() };
    Some(Difference {
        cause: "k8s.issuer.in-cluster-default",
        explanation: explanation.to_owned(),
        parts: both.whole(),
        hint: Some(hint),
    })
}

/// How a cluster comes to issue tokens under an address that Entra can read.
fn public_issuer(expected: Side<'_>) -> String {
    let usable = !is_in_cluster(expected.address.host);
    match expected.platform.map(|platform| platform.id) {
        Some(PlatformId::Aks) => {
            "Switch on the cluster's OIDC issuer: `az aks update --enable-oidc-issuer`.".to_owned()
        }
        Some(id) if !(usable && id.is_kubernetes()) => {
            "Start the API server with a public `--service-account-issuer` and publish its documents there.".to_owned()
        }
        _ => {
            let issuer = expected.text.trim();
            format!("Start the API server with `--service-account-issuer={issuer}` and publish its documents there.")
        }
    }
}

/// Issuers of two different platforms, or of one that is known and one that is not.
fn between_platforms(both: Both<'_>) -> Option<Difference> {
    match both.ids() {
        (Some(PlatformId::AzureDevOps), Some(PlatformId::Entra)) => Some(azure_devops(
            both,
            "The token comes from Azure DevOps' own issuer, and the credential expects the tenant's Entra issuer.",
            "Convert the service connection to the Entra issuer, or give the credential the issuer and subject that the connection shows",
        )),
        (Some(PlatformId::Entra), Some(PlatformId::AzureDevOps)) => Some(azure_devops(
            both,
            "The token comes from Entra, and the credential still has Azure DevOps' own issuer: the service connection was converted, \
             or some other Entra token was presented.",
            "Give the credential the issuer and subject that the service connection shows now",
        )),
        (Some(sent), Some(expected)) if sent == expected && sent != PlatformId::Other => None,
        (None, None) => None,
        (Some(PlatformId::Other), Some(PlatformId::Other)) if both.sent.platform == both.expected.platform => None,
        _ => Some(mismatch(
            format!(
                "The assertion comes from {} and the credential is for {}.",
                both.sent.name(),
                both.expected.name()
            ),
            both.whole(),
            Some("Check that the credential is the one for this workload, or add one for it.".to_owned()),
        )),
    }
}

fn azure_devops(both: Both<'_>, explanation: &str, hint: &str) -> Difference {
    Difference {
        cause: "ado.issuer.vstoken-to-entra",
        explanation: explanation.to_owned(),
        parts: both.whole(),
        hint: Some(format!("{hint}; the presented issuer is {}.", quote(both.sent.text))),
    }
}

/// The same organisation under the older address of Azure DevOps.
fn azure_devops_host(both: Both<'_>) -> Option<Difference> {
    let (sent, expected) = (both.sent.address, both.expected.address);
    let same_organisation = sent.path.eq_ignore_ascii_case(expected.path);
    (both.ids().0 == Some(PlatformId::AzureDevOps) && same_organisation).then(|| {
        mismatch(
            format!(
                "Azure DevOps issues this token under {}; the credential has its other address {}.",
                quote(sent.host),
                quote(expected.host)
            ),
            vec![part("host", sent.host, expected.host)],
            Some(both.configure()),
        )
    })
}

/// The same GitHub with and without an enterprise's name at the end of the issuer.
fn enterprise_slug(both: Both<'_>) -> Option<Difference> {
    let (sent, expected) = (both.sent.address, both.expected.address);
    let github = both.ids().0.is_some_and(|id| id.is_github() && id != PlatformId::GitHubEnterpriseServer);
    if !github || !sent.host.eq_ignore_ascii_case(expected.host) {
        return None;
    }
    let explanation = match (sent.path, expected.path) {
        ("", slug) => format!(
            "The credential's issuer ends in the enterprise {}, and GitHub sends the plain issuer.",
            quote(slug)
        ),
        (slug, "") => format!(
            "The enterprise {} has GitHub put its name into the issuer; the credential has the plain one.",
            quote(slug)
        ),
        (slug, other) => {
            format!("The run belongs to the enterprise {}, and the credential is for {}.", quote(slug), quote(other))
        }
    };
    Some(Difference {
        cause: "github.issuer.enterprise-slug",
        explanation,
        parts: vec![part("enterprise", sent.path, expected.path)],
        hint: Some(format!(
            "{} The enterprise's setting `include_enterprise_slug` decides which one GitHub sends.",
            both.configure()
        )),
    })
}

/// Two issuers of one platform, or two unknown ones, by the parts that their addresses name.
fn located(both: Both<'_>) -> Difference {
    let id = both.ids().0;
    let mut parts = differing(&places(id, &both.sent.address), &places(id, &both.expected.address));
    if parts.is_empty() {
        parts = both.whole();
    }
    let (opening, advice) = match id {
        Some(id) if id.is_kubernetes() => {
            ("The assertion comes from another cluster", " A cluster that is built anew has a new issuer.")
        }
        Some(PlatformId::AzureDevOps) => ("The assertion comes from another Azure DevOps organisation", ""),
        Some(PlatformId::Aws) => ("The assertion comes from another AWS account", ""),
        Some(_) => ("The issuers are of one platform but not the same", ""),
        None => ("The issuers differ", ""),
    };
    mismatch(format!("{opening}: {}.", described(&parts)), parts, Some(format!("{}{advice}", both.configure())))
}

/// The named places of an address: a cluster's region and id, an organisation, or host and path.
fn places(id: Option<PlatformId>, address: &Address<'_>) -> Vec<Named> {
    let names: &[&'static str] = match id {
        Some(PlatformId::Aks) if !address.path.contains('/') => &["cluster"],
        Some(PlatformId::Aks) => &["tenant", "cluster"],
        Some(PlatformId::Eks) => &["", "cluster"],
        Some(PlatformId::Gke) => &["", "", "project", "", "location", "", "cluster"],
        Some(PlatformId::AzureDevOps) => &["organisation"],
        _ => return vec![("host", address.host.to_owned()), ("path", address.path.to_owned())],
    };
    let mut out = host_places(id, address.host);
    let segments = names.iter().zip(address.segments()).filter(|(name, _)| !name.is_empty());
    out.extend(segments.map(|(name, segment)| (*name, segment.to_owned())));
    out
}

fn host_places(id: Option<PlatformId>, host: &str) -> Vec<Named> {
    let region = match id {
        Some(PlatformId::Aks) => {
            host.split_once('.').filter(|(_, rest)| rest.starts_with("oic.")).map(|(region, _)| region)
        }
        Some(PlatformId::Eks) => host.split('.').nth(2),
        _ => None,
    };
    match region {
        Some(region) => vec![("region", region.to_owned()), ("host", host.replacen(region, "*", 1))],
        None => vec![("host", host.to_owned())],
    }
}

#[cfg(test)]
mod tests;
