//! What the decision looks at: a directory, a token request with its assertion, and a policy.

mod client;
mod directory;
mod indexed;
mod request;
mod user;

pub use client::Client;
pub use directory::{
    Application, ClaimsMatchingExpression, Directory, FederatedIdentityCredential, ManagedIdentity,
    ManagedIdentityKind, Resource, ServicePrincipal, SignInAudience, Tenant, TenantPolicies,
};
pub use indexed::{Indexed, Keyed};
pub use request::{Assertion, ClientSecret, Code, Endpoint, Password, Policy, Signature, TokenRequest, Wording};
use serde::{Deserialize, Serialize};
pub use user::User;

/// Whether what is not mentioned is absent or merely unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// All of it is here: what is missing does not exist.
    #[default]
    Whole,
    /// Put together from evidence: what is missing is unknown.
    Partial,
}

/// Whether two GUIDs or domain names are the same; letter case does not count.
pub fn same_id(left: &str, right: &str) -> bool {
    left.trim().eq_ignore_ascii_case(right.trim())
}
