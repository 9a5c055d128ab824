//! From an issuer to its row.

use serde::Serialize;

use super::{EntraIssuer, PLATFORMS, Platform, PlatformId, entra, oddity, pattern};

/// Entra stores at most 600 characters; what is far longer is no issuer.
const LONGEST: usize = 2048;
const METADATA: &str = "/.well-known/openid-configuration";

/// An issuer whose platform is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recognised {
    /// The platform.
    pub platform: &'static Platform,
    /// Set when the platform is Entra and the tenant is a GUID.
    pub entra: Option<EntraIssuer>,
    /// What the issuer is not: a trailing slash too many or too few, upper case, blanks, a host that
    /// Entra cannot reach. One sentence each.
    pub oddities: Vec<String>,
}

/// An issuer taken apart, with what was tolerated on the way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address<'a> {
    /// `https`, `http`, or empty where there is none.
    pub(crate) scheme: &'a str,
    /// The host, with its port where it has one.
    pub(crate) host: &'a str,
    /// What follows the host, without the slash before it and those at the end.
    pub(crate) path: &'a str,
    /// Whether it ends in a slash.
    pub(crate) slash: bool,
    /// Whether blanks or invisible characters stand around it.
    pub(crate) padded: bool,
    /// Whether it is the address of the metadata document rather than the issuer.
    pub(crate) metadata: bool,
    /// Host and path, as the patterns see them.
    location: &'a str,
}

impl<'a> Address<'a> {
    /// `None` for text that is too long to be an issuer, or blank.
    pub(crate) fn of(issuer: &'a str) -> Option<Self> {
        let trimmed = issuer.trim_matches(is_invisible);
        if trimmed.is_empty() || issuer.len() > LONGEST {
            return None;
        }
        let (scheme, rest) = trimmed.split_once("://").unwrap_or(("", trimmed));
        let bare = rest.trim_end_matches('/');
        let (location, metadata) = match strip_suffix_ignoring_case(bare, METADATA) {
            Some(issuer) => (issuer.trim_end_matches('/'), true),
            None => (bare, false),
        };
        let (host, path) = location.split_once('/').unwrap_or((location, ""));
        // Behind the metadata's address it cannot be told whether the issuer had a slash.
        let slash = !metadata && bare.len() < rest.len();
        Some(Self { scheme, host, path, slash, padded: trimmed.len() < issuer.len(), metadata, location })
    }

    /// The parts of the path.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.path.split('/')
    }

    /// Whether the address fits a pattern, trailing slashes and scheme aside.
    pub(super) fn fits(&self, pattern: &str, exact: bool) -> bool {
        let pattern = pattern.strip_prefix("https://").unwrap_or(pattern);
        pattern::fits(pattern.strip_suffix('/').unwrap_or(pattern), self.location, exact)
    }
}

/// Blanks, and the characters that come along unseen when text is copied from a web page.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Like `str::strip_suffix`, for ASCII text whose letter case does not matter.
fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    tail.eq_ignore_ascii_case(suffix).then_some(head)
}

/// Names the platform behind an issuer. Tolerates a wrong trailing slash, letter case and blanks, and says so.
pub fn recognise(issuer: &str) -> Option<Recognised> {
    let address = Address::of(issuer)?;
    let (platform, pattern) = row(&address)?;
    let entra = if platform.id == PlatformId::Entra { entra::read(&address) } else { None };
    Some(Recognised {
        platform,
        entra,
        oddities: oddity::list(&address, Some((platform, pattern))).into_iter().map(|oddity| oddity.sentence).collect(),
    })
}

/// The row of an address and the pattern that led to it. The first row wins, so a pattern such as
/// `https://gitlab.*` must stand behind `https://gitlab.com`.
pub(crate) fn row(address: &Address<'_>) -> Option<(&'static Platform, &'static str)> {
    PLATFORMS.iter().find_map(|platform| {
        let pattern = platform.issuers.iter().find(|pattern| address.fits(pattern, false))?;
        Some((platform, *pattern))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_the_platform_behind_variants_that_nobody_listed() {
        use PlatformId::{
            Aks, Aws, AzureDevOps, Eks, Entra, GitHub, GitHubDataResidency, GitHubEnterpriseServer, GitLab, Gke,
            Google, Kubernetes, OpenShift, Other, Terraform,
        };
        let cases = [
            ("https://token.actions.githubusercontent.com", GitHub),
            ("token.actions.githubusercontent.com", GitHub),
            (" HTTPS://Token.Actions.GitHubUserContent.com/fabrikam ", GitHub),
            ("https://token.actions.githubusercontent.com/.well-known/openid-configuration", GitHub),
            ("https://token.actions.fabrikam.ghe.com/fabrikam", GitHubDataResidency),
            ("https://git.fabrikam.example/_services/token/", GitHubEnterpriseServer),
            ("https://vstoken.dev.azure.com/<org_id>", AzureDevOps),
            ("https://app.vstoken.visualstudio.com/7f1d0c2e-3b4a-4c5d-8e6f-9a0b1c2d3e4f", AzureDevOps),
            ("https://login.microsoftonline.com/common/oauth2/v2.0/token", Entra),
            ("https://sts.windows.net/xxxxxxxxxxxx/", Entra),
            ("https://login.sovcloud-identity.fr/fabrikam/v2.0", Entra),
            ("https://swedencentral.oic.prod-aks.azure.com/a/b", Aks),
            ("https://usgovvirginia.oic.prod-aks.azure.us/a/b/", Aks),
            ("https://chinanorth2.oic.prod-aks.azure.cn/a/b/", Aks),
            ("https://oidc.prod-aks.azure.com/XXXXXX/", Aks),
            ("https://europe.oic.prod-arc.azure.com/a/b/", Kubernetes),
            ("https://oidc.eks.eu-north-1.amazonaws.com/id/0F1E2D", Eks),
            ("https://oidc.eks.cn-north-1.amazonaws.com.cn/id/0F1E2D", Eks),
            ("https://container.googleapis.com/v1/projects/p-1/locations/europe-west4/clusters/c", Gke),
            ("https://westeurope.oic.aro.azure.com/a/b", OpenShift),
            ("https://oidc.op1.openshiftapps.com/2abc", OpenShift),
            ("https://fabrikamoidc.blob.core.windows.net/fabrikamoidc", OpenShift),
            ("https://kubernetes.default.svc", Kubernetes),
            ("kubernetes/serviceaccount", Kubernetes),
            ("https://gitlab.com/", GitLab),
            ("https://gitlab.fabrikam.ca", GitLab),
            ("https://app.eu.terraform.io", Terraform),
            ("https://tfe.fabrikam.example", Terraform),
            ("accounts.google.com", Google),
            ("https://2f0c4f8e-1111-4222-8333-444455556666.tokens.sts.global.api.aws", Aws),
            ("https://cognito-identity.amazonaws.com", Other),
            ("https://api.bitbucket.org/2.0/workspaces/fabrikam/pipelines-config/identity/oidc", Other),
            ("https://vault.fabrikam.example:8200/v1/identity/oidc", Other),
            ("https://vault.fabrikam.example/v1/admin/identity/oidc/provider/default", Other),
            ("https://accounts.eu.harness.io/ng/api/oidc/account/Ab12", Other),
        ];
        for (issuer, id) in cases {
            let found = recognise(issuer).unwrap_or_else(|| panic!("{issuer} is not recognised"));
            assert_eq!(found.platform.id, id, "{issuer}: {}", found.platform.name);
        }
    }

    #[test]
    fn what_is_no_known_issuer_has_no_platform() {
        let long = format!("https://gitlab.com/{}", "a".repeat(LONGEST));
        for issuer in [
            "",
            "   ",
            "https://",
            "/",
            "https://example.org",
            "https://notgitlab.org",
            "https://evil.example/token.actions.githubusercontent.com",
            &long,
        ] {
            assert_eq!(recognise(issuer), None, "{issuer}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(issuer in ".{0,80}") {
            let _ = recognise(&issuer);
        }

        #[test]
        fn padding_slashes_and_case_do_not_hide_a_platform(row in 0..PLATFORMS.len(), before in "[ \t]{0,2}", after in "[/]{0,2}[ \n]{0,2}", upper in any::<bool>()) {
            let row = &PLATFORMS[row];
            let issuer = if upper { row.example.to_uppercase() } else { row.example.to_owned() };
            let found = recognise(&format!("{before}{issuer}{after}"));
            prop_assert_eq!(found.map(|found| found.platform.name), Some(row.name));
        }
    }
}
