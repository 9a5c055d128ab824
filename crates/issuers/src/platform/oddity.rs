//! What is odd about an issuer: everything that recognition tolerates and Entra does not.

use std::net::IpAddr;

use serde::Serialize;

use super::recognise::{Address, row};
use super::{Platform, PlatformId, TrailingSlash, entra};

/// Ends of host names that exist only inside a network.
const PRIVATE_ENDS: &[&str] =
    &[".local", ".internal", ".localhost", ".localdomain", ".lan", ".intranet", ".home.arpa", ".svc"];

/// What is odd about an issuer, one sentence each; for an unknown platform as well.
pub fn oddities(issuer: &str) -> Vec<String> {
    issuer_oddities(issuer).into_iter().map(|oddity| oddity.sentence).collect()
}

/// The kinds of oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OddityKind {
    /// Blanks or invisible characters around it.
    Padding,
    /// No `https://` at its beginning.
    Scheme,
    /// The address of the metadata document.
    Metadata,
    /// A trailing slash too many or too few.
    TrailingSlash,
    /// Upper-case letters.
    LetterCase,
    /// Azure DevOps' organisation id is missing.
    Organisation,
    /// The tenant of Entra, or what follows it.
    Tenant,
    /// The default of a cluster, which exists inside of it only.
    InCluster,
    /// A host that cannot be reached over the internet.
    Unreachable,
}

/// One thing that is odd about an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Oddity {
    /// Its kind.
    pub kind: OddityKind,
    /// What is odd, in a sentence.
    pub sentence: String,
}

/// As [`oddities`], with the kind of each.
///
/// ```
/// use fedlens_issuers::{OddityKind, issuer_oddities};
///
/// assert_eq!(issuer_oddities("https://gitlab.com/")[0].kind, OddityKind::TrailingSlash);
/// ```
pub fn issuer_oddities(issuer: &str) -> Vec<Oddity> {
    Address::of(issuer).map_or_else(Vec::new, |address| list(&address, row(&address)))
}

/// The oddities of an address; those that depend on the platform only where it is known.
pub(super) fn list(address: &Address<'_>, row: Option<(&'static Platform, &'static str)>) -> Vec<Oddity> {
    use OddityKind::{LetterCase, Metadata, Organisation, Padding, Scheme, Tenant};
    let mut out = Vec::new();
    let mut add = |kind, sentence: Option<String>| out.extend(sentence.map(|sentence| Oddity { kind, sentence }));
    add(Padding, padding(address));
    add(Scheme, scheme(address));
    add(Metadata, metadata(address));
    if let Some((platform, pattern)) = row {
        add(OddityKind::TrailingSlash, slash(address, platform));
        add(LetterCase, letter_case(address, platform, pattern));
        add(Organisation, organisation(address, platform));
        add(Tenant, tenant(address, platform));
    }
    out.extend(reach(address, row.map(|(platform, _)| platform)));
    out
}

fn padding(address: &Address<'_>) -> Option<String> {
    address
        .padded
        .then(|| "A blank or an invisible character stands before or after it, and Entra compares that too.".to_owned())
}

/// Entra fetches the keys over TLS and compares the scheme with the rest.
fn scheme(address: &Address<'_>) -> Option<String> {
    match address.scheme {
        "https" => None,
        "" => Some("It does not begin with `https://`.".to_owned()),
        scheme if scheme.eq_ignore_ascii_case("https") => {
            Some(format!("It begins with `{scheme}://`; platforms write `https://`."))
        }
        scheme => Some(format!("It begins with `{scheme}://` instead of `https://`.")),
    }
}

/// The address of the metadata document is easily pasted in place of the issuer in it.
fn metadata(address: &Address<'_>) -> Option<String> {
    address.metadata.then(|| {
        "It is the address of the metadata document; the issuer is what stands before `/.well-known`.".to_owned()
    })
}

fn slash(address: &Address<'_>, platform: &Platform) -> Option<String> {
    match platform.slash {
        TrailingSlash::Required if !address.slash && !address.metadata => {
            Some(format!("Issuers of {} end in a slash; this one does not.", platform.name))
        }
        TrailingSlash::Forbidden if address.slash => {
            Some(format!("Issuers of {} do not end in a slash; this one does.", platform.name))
        }
        _ => None,
    }
}

/// Upper case in the fixed text of the platform, in the host, or in a GUID: no platform writes any of them so.
fn letter_case(address: &Address<'_>, platform: &Platform, pattern: &str) -> Option<String> {
    let in_guid = || address.segments().any(|segment| has_upper_case(segment) && entra::guid(segment).is_some());
    (!address.fits(pattern, true) || has_upper_case(address.host) && !is_placeholder(address.host) || in_guid())
        .then(|| format!("It has upper-case letters where {} writes lower-case ones.", platform.name))
}

fn has_upper_case(text: &str) -> bool {
    text.bytes().any(|c| c.is_ascii_uppercase())
}

/// What documentation, masked logs and templates write in place of a value.
fn is_placeholder(text: &str) -> bool {
    let shouted = || text.contains('_') && !text.contains(|c: char| c.is_ascii_lowercase());
    text.contains(['<', '>', '{', '}', '$', '*', '…'])
        || text.trim_matches(['x', 'X', '-', '.']).is_empty()
        || shouted()
}

/// Azure DevOps puts the organisation's id into its issuer; the bare host issues nothing.
fn organisation(address: &Address<'_>, platform: &Platform) -> Option<String> {
    let missing = platform.id == PlatformId::AzureDevOps && address.path.is_empty();
    missing.then(|| "It lacks the organisation's id, with which issuers of Azure DevOps end.".to_owned())
}

/// An Entra issuer whose path is not what tokens carry.
fn tenant(address: &Address<'_>, platform: &Platform) -> Option<String> {
    if platform.id != PlatformId::Entra || super::is_partner_host(address.host) {
        return None;
    }
    let Some(tenant) = entra::tenant_segment(address) else {
        return Some(
            "It names no tenant; Entra writes `https://login.microsoftonline.com/{tenant id}/v2.0`.".to_owned(),
        );
    };
    if is_placeholder(tenant) {
        return None;
    }
    if entra::guid(tenant).is_none() {
        return Some(format!("It names the tenant as `{tenant}`; a token always carries the tenant's GUID."));
    }
    let rest = address.path.split_once('/').map_or("", |(_, rest)| rest);
    let expected = if platform.slash == TrailingSlash::Required { "" } else { "v2.0" };
    (!rest.eq_ignore_ascii_case(expected))
        .then(|| format!("After the tenant comes `/{rest}`; issuers of {} have `/{expected}` there.", platform.name))
}

/// Entra reads metadata and keys over the internet, so a private host makes every exchange fail.
fn reach(address: &Address<'_>, platform: Option<&Platform>) -> Option<Oddity> {
    if platform.is_some_and(|platform| platform.id == PlatformId::Kubernetes) && is_in_cluster(address.host) {
        let sentence =
            "It is the in-cluster default; it exists inside the cluster only, so Entra can never read its keys.";
        return Some(Oddity { kind: OddityKind::InCluster, sentence: sentence.to_owned() });
    }
    let host = address
        .host
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or_else(|| address.host.split_once(':').map_or(address.host, |(name, _)| name), |(inside, _)| inside);
    let why = unreachable(host)?;
    let sentence = format!(
        "Entra cannot reach `{host}`, because {why}; it must be able to read the issuer's keys over the internet."
    );
    Some(Oddity { kind: OddityKind::Unreachable, sentence })
}

/// Whether a host is the API server's name inside a cluster, or the name in tokens of old clusters.
pub(crate) fn is_in_cluster(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "kubernetes" || host == "kubernetes.default" || host.starts_with("kubernetes.default.svc")
}

/// Why a host cannot be reached from outside; `None` for a public name and for a placeholder.
fn unreachable(host: &str) -> Option<&'static str> {
    let name = host.trim_end_matches('.');
    unreachable_name(name).filter(|_| !is_placeholder(name))
}

fn unreachable_name(name: &str) -> Option<&'static str> {
    if name.eq_ignore_ascii_case("localhost") {
        return Some("that is the machine itself");
    }
    let numeric = name.starts_with(|c: char| c.is_ascii_digit()) || name.contains(':');
    if numeric && name.parse::<IpAddr>().is_ok() {
        return Some("it is an IP address, not a public name with a certificate");
    }
    if !name.contains('.') {
        return Some("it is a name without a domain");
    }
    let private = PRIVATE_ENDS.iter().any(|end| {
        name.len()
            .checked_sub(end.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    });
    private.then_some("names of that kind exist only inside a network")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718";

    fn only(issuer: &str) -> String {
        let found = oddities(&issuer.replace("{g}", GUID));
        assert_eq!(found.len(), 1, "{issuer}: {found:?}");
        found.concat()
    }

    #[test]
    fn each_deviation_is_one_sentence() {
        let cases = [
            ("https://token.actions.githubusercontent.com/", "do not end in a slash"),
            ("https://token.actions.githubusercontent.com/contoso/", "do not end in a slash"),
            ("https://westeurope.oic.prod-aks.azure.com/{g}/{g}", "end in a slash; this one does not"),
            ("https://sts.windows.net/{g}", "end in a slash; this one does not"),
            ("https://Token.Actions.githubusercontent.com", "upper-case"),
            ("https://WestEurope.oic.prod-aks.azure.com/{g}/{g}/", "upper-case"),
            ("https://vstoken.dev.azure.com/5D0F6F0E-9C1B-4E8D-A1B2-C3D4E5F60718", "upper-case"),
            (" https://gitlab.com", "blank"),
            ("https://gitlab.com\u{200b}", "blank"),
            ("http://gitlab.com", "instead of `https://`"),
            ("HTTPS://gitlab.com", "platforms write"),
            ("gitlab.com", "does not begin"),
            ("https://gitlab.com/.well-known/openid-configuration", "metadata"),
            ("https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0", "GUID"),
            ("https://login.microsoftonline.com/organizations/v2.0", "`organizations`"),
            ("https://login.microsoftonline.com/{g}", "have `/v2.0` there"),
            ("https://login.microsoftonline.com/{g}/oauth2/v2.0/token", "`/oauth2/v2.0/token`"),
            ("https://sts.windows.net/{g}/v2.0/", "`/v2.0`"),
            ("https://login.microsoftonline.com", "names no tenant"),
            ("https://vstoken.dev.azure.com", "organisation's id"),
            ("https://kubernetes.default.svc.cluster.local", "in-cluster"),
            ("https://kubernetes.default.svc.contoso.internal", "in-cluster"),
            ("https://localhost:8443", "the machine itself"),
            ("https://10.1.2.3/oidc", "IP address"),
            ("https://[fd00::1]:443", "IP address"),
            ("https://issuer", "without a domain"),
            ("https://idp.contoso.local/x", "inside a network"),
            ("https://idp.contoso.INTERNAL.", "inside a network"),
            ("https://ghes/_services/token", "without a domain"),
        ];
        for (issuer, expected) in cases {
            let sentence = only(issuer);
            assert!(sentence.contains(expected), "{issuer}: {sentence}");
        }
    }

    #[test]
    fn several_deviations_are_several_sentences() {
        let found = oddities(" http://Token.actions.githubusercontent.com/ ");
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn upper_case_is_right_where_the_platform_writes_it() {
        for issuer in [
            "https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E",
            "https://app.harness.io/ng/api/oidc/account/Ab3xYz",
        ] {
            assert_eq!(oddities(issuer), Vec::<String>::new(), "{issuer}");
        }
    }

    #[test]
    fn placeholders_are_no_oddity() {
        for issuer in [
            "https://login.microsoftonline.com/<tenant>/v2.0",
            "https://login.microsoftonline.com/XXXX/v2.0",
            "https://login.microsoftonline.com/TENANT_ID/v2.0",
            "https://<region>.oic.prod-aks.azure.com/<tenant>/<uuid>/",
            "https://<HOSTNAME>/_services/token",
        ] {
            assert_eq!(oddities(issuer), Vec::<String>::new(), "{issuer}");
        }
    }

    #[test]
    fn an_unknown_public_issuer_is_not_odd() {
        assert_eq!(oddities("https://idp.contoso.example/realms/ci"), Vec::<String>::new());
    }
}
