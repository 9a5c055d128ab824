//! Whose token a call, a credential or a request gives.

use fedlens_evidence::{Acquisition, acquired_by};

use super::Span;

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A user who signed in.
    User,
    /// A user, by a refresh token.
    RefreshToken,
    /// A user whose token came in, exchanged on behalf of them.
    OnBehalfOf,
    /// Whoever called, with the token that came in as it is.
    Incoming,
    /// An application, with its secret or certificate, or by a means that is not seen.
    Application,
    /// An application or managed identity, by a federated credential.
    Federated,
    /// A managed identity.
    ManagedIdentity,
    /// Whoever signed in to a developer tool.
    DeveloperTool,
    /// The file that Kubernetes renews.
    TokenFile,
}

/// A token, and how it was acquired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) source: Source,
    /// The call or the credential, as written.
    pub(super) call: String,
    pub(super) span: Span,
    /// The scope or resource, where it is known.
    pub(super) audience: Option<String>,
    /// When, in the order of the reading.
    pub(super) made_at: u32,
}

/// An object that acquires tokens: a credential, an MSAL application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Maker {
    /// Whose; `None` for an application of which it is not known yet.
    pub(super) source: Option<Source>,
    pub(super) call: String,
    pub(super) span: Span,
}

/// Credentials whose token came from a federated one itself.
const FEDERATED: &[&str] = &["WorkloadIdentityCredential", "AzurePipelinesCredential", "ClientAssertionCredential"];

/// Credentials of whoever signed in to a tool.
const TOOLS: &[&str] = &[
    "AzureCliCredential",
    "AzureCLICredential",
    "AzurePowerShellCredential",
    "AzureDeveloperCliCredential",
    "AzureDeveloperCLICredential",
    "VisualStudioCredential",
    "VisualStudioCodeCredential",
    "SharedTokenCacheCredential",
];

/// Calls that acquire a token by themselves; the other names of the table are of objects that do.
const CALLS: &[&str] = &["acquire", "Acquire", "GetAccessTokenFor", "login", "ssoSilent", "Initiate"];

/// Whether a call of that name acquires a token by itself.
pub(super) fn is_call(name: &str) -> bool {
    CALLS.iter().any(|start| name.starts_with(start))
}

/// Whose token a known name stands for.
pub(super) fn named(name: &str) -> Option<Source> {
    let class = name.strip_suffix("Builder").unwrap_or(name);
    let class = class.strip_prefix("New").unwrap_or(class);
    if FEDERATED.contains(&class) {
        return Some(Source::Federated);
    }
    if TOOLS.contains(&class) || matches!(name, "az_access_token") {
        return Some(Source::DeveloperTool);
    }
    if name.to_ascii_lowercase().replace('_', "").contains("refreshtoken") {
        return acquired_by(name).map(|_| Source::RefreshToken);
    }
    Some(match acquired_by(name)? {
        Acquisition::User => Source::User,
        Acquisition::OnBehalfOf => Source::OnBehalfOf,
        Acquisition::AppOnly => Source::Application,
        Acquisition::ManagedIdentity => Source::ManagedIdentity,
        Acquisition::None => return None,
    })
}

/// Whose token a form gets from the token endpoint.
pub(super) fn by_grant(grant: &str, with_assertion: bool) -> Option<Source> {
    Some(match grant {
        "password" | "authorization_code" | "device_code" | "urn:ietf:params:oauth:grant-type:device_code" => {
            Source::User
        }
        "refresh_token" => Source::RefreshToken,
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => Source::OnBehalfOf,
        "client_credentials" if with_assertion => Source::Federated,
        "client_credentials" => Source::Application,
        _ => return None,
    })
}

/// Whether a scope or resource is that of the exchange, in any cloud.
pub(super) fn is_exchange(audience: &str) -> bool {
    let audience = audience.to_ascii_lowercase();
    audience.contains("azureadtokenexchange") || audience.contains("fb60f99c-7a34-4190-8149-302f77469936")
}
