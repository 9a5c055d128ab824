//! Rows of Microsoft's own issuers: Azure DevOps and Entra.

use super::{Platform, PlatformId, TrailingSlash};

/// The lifetime is seen (300 s; the documentation speaks of ten minutes), the rest is documented.
pub(super) const AZURE_DEVOPS: Platform = Platform {
    id: PlatformId::AzureDevOps,
    name: "Azure DevOps",
    issuers: &[
        "https://vstoken.dev.azure.com/*",
        "https://app.vstoken.visualstudio.com/*",
        "https://vstoken.dev.azure.com",
        "https://app.vstoken.visualstudio.com",
    ],
    slash: TrailingSlash::Forbidden,
    subject: "sc://{organisation}/{project}/{service connection}",
    default_audience: Some("api://AzureADTokenExchange"),
    lifetime: Some(300),
    mistake: "The token was asked for without the service connection's id, so the subject names the pipeline (p://) instead of the connection (sc://).",
    obtain: "POST $(System.OidcRequestUri)?api-version=7.1&serviceConnectionId=<id> with the job's System.AccessToken; the answer holds oidcToken.",
    basis: "documented",
    source: "https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity",
    example: "https://vstoken.dev.azure.com/5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718",
};

/// The audience is that of tokens for the exchange; a credential names `api://AzureADTokenExchange` for it.
pub(super) const ENTRA: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra ID",
    issuers: &[
        "https://login.microsoftonline.com/*/v2.0",
        "https://login.microsoftonline.com",
        "https://login.microsoftonline.com/**",
        "https://login.windows.net/**",
        "https://login.microsoft.com/**",
    ],
    slash: TrailingSlash::Forbidden,
    subject: "{object id of the managed identity}, or /eid1/c/{cloud}/t/{tenant}/a/{application}/{path}",
    default_audience: Some("fb60f99c-7a34-4190-8149-302f77469936"),
    lifetime: None,
    mistake: "The credential names the identity's client id; the subject that Entra sends is its object (principal) id.",
    obtain: "Ask the managed identity endpoint for a token of resource api://AzureADTokenExchange and decode it.",
    basis: "documented",
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    example: "https://login.microsoftonline.com/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/v2.0",
};

/// That version 1 tokens never match is inferred: tokens of the exchange resource are version 2.
pub(super) const ENTRA_V1: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra ID (version 1 tokens)",
    issuers: &["https://sts.windows.net/*/", "https://sts.windows.net/", "https://sts.windows.net/**"],
    slash: TrailingSlash::Required,
    subject: "{object id of the managed identity}",
    default_audience: None,
    lifetime: None,
    mistake: "Tokens of the exchange audience are version 2 and carry the login.microsoftonline.com issuer, so a credential for this issuer does not match them.",
    obtain: "Decode the token that is presented and read iss and ver.",
    basis: "inferred",
    source: "https://learn.microsoft.com/entra/identity-platform/access-tokens",
    example: "https://sts.windows.net/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/",
};

pub(super) const ENTRA_US_GOV: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra ID (US Government)",
    issuers: &[
        "https://login.microsoftonline.us/*/v2.0",
        "https://login.microsoftonline.us",
        "https://login.microsoftonline.us/**",
        "https://login.usgovcloudapi.net/**",
    ],
    slash: TrailingSlash::Forbidden,
    subject: "{object id of the managed identity}",
    default_audience: None,
    lifetime: None,
    mistake: "The federated credential stands in another cloud; Entra does not accept tokens across clouds.",
    obtain: "Ask the managed identity endpoint for a token of resource api://AzureADTokenExchangeUSGov and decode it.",
    basis: "documented",
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    example: "https://login.microsoftonline.us/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/v2.0",
};

/// The audience is documented; the host of the issuer is inferred from the sign-in endpoint.
pub(super) const ENTRA_CHINA: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra ID (21Vianet)",
    issuers: &[
        "https://login.partner.microsoftonline.cn/*/v2.0",
        "https://login.partner.microsoftonline.cn",
        "https://login.partner.microsoftonline.cn/**",
        "https://login.chinacloudapi.cn/**",
    ],
    slash: TrailingSlash::Forbidden,
    subject: "{object id of the managed identity}",
    default_audience: None,
    lifetime: None,
    mistake: "The credential has the audience of the public cloud; here it is api://AzureADTokenExchangeChina.",
    obtain: "Ask the managed identity endpoint for a token of resource api://AzureADTokenExchangeChina and decode it.",
    basis: "inferred",
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    example: "https://login.partner.microsoftonline.cn/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/v2.0",
};

/// Nobody has shown such a token; the hosts follow the pattern of the public cloud.
pub(super) const ENTRA_NATIONAL_V1: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra ID (version 1 tokens of a national cloud)",
    issuers: &[
        "https://sts.chinacloudapi.cn/*/",
        "https://sts.chinacloudapi.cn/**",
        "https://sts.microsoftonline.us/**",
    ],
    slash: TrailingSlash::Required,
    subject: "{object id of the managed identity}",
    default_audience: None,
    lifetime: None,
    mistake: "The token is version 1 while the credential expects the version 2 issuer of its cloud.",
    obtain: "Decode the token and compare iss, ver and tid with the credential.",
    basis: "assumed",
    source: "https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud",
    example: "https://sts.chinacloudapi.cn/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/",
};

/// One public report shows the issuer; what Entra makes of it is open.
pub(super) const ENTRA_EXTERNAL_ID: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra External ID",
    issuers: &["https://*.ciamlogin.com/*/v2.0", "https://*.ciamlogin.com", "https://*.ciamlogin.com/**"],
    slash: TrailingSlash::Forbidden,
    subject: "{object id of the service principal}",
    default_audience: None,
    lifetime: None,
    mistake: "The token is meant for an app of the external tenant, so its audience is an app id; whether Entra accepts such a token as an assertion is not documented.",
    obtain: "Decode the token that the external tenant issued.",
    basis: "seen",
    source: "https://github.com/Azure/azure-workload-identity/issues/1613",
    example: "https://3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c.ciamlogin.com/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/v2.0",
};

/// The hosts are in MSAL's list; nothing is known of federation there.
pub(super) const ENTRA_PARTNER: Platform = Platform {
    id: PlatformId::Entra,
    name: "Microsoft Entra ID (other national cloud)",
    issuers: &["https://login.sovcloud-identity.*/**", "https://login.microsoftonline.de/**"],
    slash: TrailingSlash::Forbidden,
    subject: "{object id of the managed identity}",
    default_audience: None,
    lifetime: None,
    mistake: "Its tokens mean nothing to another cloud; the German cloud (login.microsoftonline.de) is closed.",
    obtain: "Decode the token where the workload runs.",
    basis: "assumed",
    source: "https://github.com/AzureAD/microsoft-authentication-library-for-python",
    example: "https://login.sovcloud-identity.de/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/v2.0",
};
