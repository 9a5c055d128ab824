//! Entra issuers: the tenant, the cloud and the token version that an address names.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Address;

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
    pub const fn exchange_audience(self) -> &'static str {
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

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "the public cloud",
            Self::UsGov => "Azure US Government",
            Self::China => "Azure operated by 21Vianet",
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

impl EntraIssuer {
    /// The issuer as Entra writes it in a token. US Government tenants issue version 1 tokens as
    /// `sts.windows.net`, like the public cloud.
    pub fn issuer(&self) -> String {
        let tenant = self.tenant;
        match (self.version, self.cloud) {
            (1, Cloud::China) => format!("https://sts.chinacloudapi.cn/{tenant}/"),
            (1, _) => format!("https://sts.windows.net/{tenant}/"),
            (_, cloud) => format!("https://{}/{tenant}/v2.0", cloud.authority_host()),
        }
    }
}

/// The hosts that MSAL knows, and the cloud of each. `login.microsoftonline.com` and
/// `sts.windows.net` are what tokens carry; the aliases occur in credentials only.
const HOSTS: &[(&str, Cloud)] = &[
    ("login.microsoftonline.com", Cloud::Public),
    ("sts.windows.net", Cloud::Public),
    ("login.windows.net", Cloud::Public),
    ("login.microsoft.com", Cloud::Public),
    ("login.microsoftonline.us", Cloud::UsGov),
    ("login.usgovcloudapi.net", Cloud::UsGov),
    ("sts.microsoftonline.us", Cloud::UsGov),
    ("login.partner.microsoftonline.cn", Cloud::China),
    ("login.chinacloudapi.cn", Cloud::China),
    ("sts.chinacloudapi.cn", Cloud::China),
];

/// The tenant, cloud and version of an address on an Entra host; `None` where the tenant is a
/// placeholder, a domain name or missing, or where the cloud is none of [`Cloud`].
pub(crate) fn read(address: &Address<'_>) -> Option<EntraIssuer> {
    let cloud = cloud_of(address.host)?;
    let tenant = tenant_segment(address)?;
    Some(EntraIssuer { tenant: guid(tenant)?, cloud, version: version(address) })
}

/// External ID tenants live in the public cloud under hosts of their own.
fn cloud_of(host: &str) -> Option<Cloud> {
    let listed = HOSTS.iter().find(|(name, _)| host.eq_ignore_ascii_case(name)).map(|&(_, cloud)| cloud);
    listed.or_else(|| host.to_ascii_lowercase().ends_with(".ciamlogin.com").then_some(Cloud::Public))
}

/// Whether the host belongs to an Entra cloud that [`Cloud`] does not model.
pub(crate) fn is_partner_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.starts_with("login.sovcloud-identity.") || host == "login.microsoftonline.de"
}

/// The part of the path in which every Entra issuer names the tenant.
pub(super) fn tenant_segment<'a>(address: &Address<'a>) -> Option<&'a str> {
    address.segments().find(|segment| !segment.is_empty())
}

/// Tokens of the `sts` hosts are always version 1; elsewhere the path says it.
fn version(address: &Address<'_>) -> u8 {
    let sts = address.host.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sts."));
    if !sts && address.segments().any(|segment| segment.eq_ignore_ascii_case("v2.0")) { 2 } else { 1 }
}

/// A GUID in its hyphenated form only.
pub(crate) fn guid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise;

    const TENANT: &str = "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c";

    #[test]
    fn reads_tenant_cloud_and_version_of_every_host() {
        let cases = [
            ("https://login.microsoftonline.com/{t}/v2.0", Cloud::Public, 2),
            ("https://login.microsoftonline.com/{t}/v2.0/", Cloud::Public, 2),
            ("https://LOGIN.microsoftonline.com/{T}/V2.0", Cloud::Public, 2),
            ("https://login.microsoftonline.com/{t}", Cloud::Public, 1),
            ("https://login.windows.net/{t}/v2.0", Cloud::Public, 2),
            ("https://login.microsoft.com/{t}/v2.0", Cloud::Public, 2),
            ("https://sts.windows.net/{t}/", Cloud::Public, 1),
            ("https://sts.windows.net/{t}", Cloud::Public, 1),
            ("https://sts.windows.net/{t}/v2.0", Cloud::Public, 1),
            ("https://login.microsoftonline.us/{t}/v2.0", Cloud::UsGov, 2),
            ("https://login.usgovcloudapi.net/{t}/v2.0", Cloud::UsGov, 2),
            ("https://login.partner.microsoftonline.cn/{t}/v2.0", Cloud::China, 2),
            ("https://login.chinacloudapi.cn/{t}/v2.0", Cloud::China, 2),
            ("https://sts.chinacloudapi.cn/{t}/", Cloud::China, 1),
            ("https://{t}.ciamlogin.com/{t}/v2.0", Cloud::Public, 2),
        ];
        for (template, cloud, version) in cases {
            let issuer = template.replace("{t}", TENANT).replace("{T}", &TENANT.to_uppercase());
            let tenant = Uuid::try_parse(TENANT).unwrap();
            assert_eq!(recognise(&issuer).unwrap().entra, Some(EntraIssuer { tenant, cloud, version }), "{issuer}");
        }
    }

    #[test]
    fn placeholders_and_names_leave_the_tenant_open() {
        for tenant in ["<tenant>", "{tenantid}", "***", "XXXX-XXXX", "common", "contoso.onmicrosoft.com"] {
            for issuer in [
                format!("https://login.microsoftonline.com/{tenant}/v2.0"),
                format!("https://sts.windows.net/{tenant}/"),
            ] {
                let found = recognise(&issuer).unwrap();
                assert_eq!(found.platform.id, crate::PlatformId::Entra, "{issuer}");
                assert_eq!(found.entra, None, "{issuer}");
            }
        }
    }

    #[test]
    fn an_issuer_written_out_is_read_back() {
        for (cloud, version) in
            [(Cloud::Public, 1), (Cloud::Public, 2), (Cloud::UsGov, 2), (Cloud::China, 1), (Cloud::China, 2)]
        {
            let entra = EntraIssuer { tenant: Uuid::try_parse(TENANT).unwrap(), cloud, version };
            let found = recognise(&entra.issuer()).unwrap();
            assert_eq!(found.entra, Some(entra));
            assert_eq!(found.oddities, Vec::<String>::new(), "{}", entra.issuer());
        }
    }
}
