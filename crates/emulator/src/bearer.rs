//! Who calls Graph or Azure Resource Manager: the bearer of a token that this emulator signed.

use axum::http::HeaderMap;
use fedlens_token::{Claims, decode};
use jiff::Timestamp;
use thiserror::Error;

use crate::crypto::is_signed_by;
use crate::{Emulator, http};

/// The audiences of Graph and Azure Resource Manager in all clouds.
const AUDIENCES: [&str; 12] = [
    MICROSOFT_GRAPH,
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net",
    "https://management.chinacloudapi.cn",
    "https://management.core.chinacloudapi.cn",
];

/// The app id of Microsoft Graph, under which the emulator's own addresses are listed.
pub(crate) const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The tenant of the token.
    pub(crate) tenant_id: String,
    /// The object id of the user, where a user is signed in.
    pub(crate) user_id: Option<String>,
}

/// A token that does not tell who calls.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum BearerError {
    /// There is none.
    #[error("there is no bearer token")]
    Missing,
    /// It is not a signed token.
    #[error("this is no token of three parts")]
    Malformed,
    /// Someone else signed it.
    #[error("this emulator did not sign the token")]
    Signature,
    /// Its time is over.
    #[error("the token has expired at {0}")]
    Expired(Timestamp),
    /// It is for another API.
    #[error("the token is for {0}")]
    Audience(String),
    /// Its tenant is unknown.
    #[error("the token is of the tenant {0}")]
    Tenant(String),
}

/// The bearer of a request's token.
pub(crate) fn caller(emulator: &Emulator, headers: &HeaderMap) -> Result<Caller, BearerError> {
    let (scheme, token) =
        http::header(headers, "authorization").and_then(|value| value.split_once(' ')).ok_or(BearerError::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(BearerError::Missing);
    }
    let decoded = decode(token);
    let (Some(header), Some(claims)) = (&decoded.header, &decoded.claims) else { return Err(BearerError::Malformed) };
    let algorithm = header.text("alg").unwrap_or_default();
    if !is_signed_by(emulator.keys.entra().public(), algorithm, decoded.compact.reveal()) {
        return Err(BearerError::Signature);
    }
    let expires = Timestamp::from_second(claims.seconds("exp").unwrap_or_default()).unwrap_or_default();
    if expires <= emulator.now() {
        return Err(BearerError::Expired(expires));
    }
    judge(emulator, claims)
}

fn judge(emulator: &Emulator, claims: &Claims) -> Result<Caller, BearerError> {
    let registry = emulator.registry();
    let directory = &registry.directory;
    let audience = claims.text("aud").unwrap_or_default();
    let bare = audience.trim_end_matches('/');
    let own = directory.resources.find(audience).is_some_and(|resource| resource.app_id == MICROSOFT_GRAPH);
    if !own && !AUDIENCES.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
        return Err(BearerError::Audience(audience.to_owned()));
    }
    let tenant = claims.text("tid").unwrap_or_default();
    let tenant = directory.tenant(tenant).ok_or_else(|| BearerError::Tenant(tenant.to_owned()))?;
    let is_delegated = claims.contains("scp");
    let user_id = claims.text("oid").filter(|_| is_delegated).map(str::to_owned);
    Ok(Caller { tenant_id: tenant.id.clone(), user_id })
}
