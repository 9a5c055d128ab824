//! The one decision: what Entra would answer to a token request.
//!
//! [`decide`] is pure: it performs no I/O and takes the time as an argument.
//! It evaluates every check of [`CHECKS`] in Entra's order and reports all that
//! fail; the first failed one is the answer that Entra would give.

mod checks;
mod decide;
mod decision;
pub mod flexible;
mod model;
pub mod read;

pub use checks::{CHECKS, is_alias, is_exchange_audience};
pub use decide::decide;
pub use decision::{Basis, Check, CheckResult, Decision, ErrorSpec, Outcome, Refusal, Sentence, Verdict};
pub use model::{
    Application, Assertion, ClaimsMatchingExpression, Client, ClientSecret, Code, Directory, Endpoint,
    FederatedIdentityCredential, Indexed, Keyed, ManagedIdentity, ManagedIdentityKind, Password, Policy, Resource,
    ServicePrincipal, SignInAudience, Signature, Tenant, TenantPolicies, TokenRequest, User, View, Wording, same_id,
};
