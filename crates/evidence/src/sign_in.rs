//! Entra sign-in records, from an export or from Graph.

use fedlens_catalog::Failure;
use serde::Serialize;

/// One sign-in, as far as it matters here. Names and addresses of people are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignIn {
    /// `ServicePrincipalSignInLogs`, `ManagedIdentitySignInLogs`, …
    pub category: Option<String>,
    /// When, as written.
    pub time: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The client.
    pub app_id: Option<String>,
    /// The client's service principal.
    pub service_principal_id: Option<String>,
    /// The resource asked for.
    pub resource_id: Option<String>,
    /// The federated identity credential used.
    pub federated_credential_id: Option<String>,
    /// The failure; `None` for a success.
    pub failure: Option<Failure>,
}
