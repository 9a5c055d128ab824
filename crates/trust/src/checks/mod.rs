//! Every check of a token request, in Entra's order; one file each.
//!
//! The order is the one that public evidence shows or implies: request, assertion
//! shape, application, its secret or certificate, matching (no network until
//! here), the rules for Entra issuers, keys and time, tenant policy, what is
//! presented for a user, authorisation. A check answers `Ok` with what it was
//! seen to hold by, or `Err` with any other verdict, so that a missing
//! prerequisite ends it with `?`.

mod exchange;
mod grant;
mod matching;
mod source;

mod body;
mod client_credential;
mod client_identifier;
mod grant_type;
mod method;
mod scope;
mod single_client;
mod tenant_exists;
mod tenant_identifier;

mod assertion_algorithm;
mod assertion_claims;
mod assertion_header_type;
mod assertion_key_hint;
mod assertion_shape;

mod application_enabled;
mod application_exists;
mod certificate_assertion;
mod certificate_audience;
mod certificate_client;
mod certificate_signature;
mod client_secret;
mod client_type;

mod audience;
mod credential_exists;
mod issuer;
mod subject;

mod entra_app_only;
mod entra_credential_audience;
mod entra_issuer_allowed;
mod entra_managed_identity;
mod entra_not_federated;
mod entra_same_cloud;
mod entra_same_tenant;
mod entra_single_match;
mod entra_target_kind;
mod entra_token_audience;

mod issuer_metadata;
mod signature;
mod signing_key;
mod time_range;

mod tenant_enterprise;
mod tenant_federation;
mod tenant_issuers;

mod authorization_code;
mod device_code;
mod refresh_token;
mod user_assertion;
mod user_assertion_audience;
mod user_assertion_kind;
mod user_assertion_shape;
mod user_assertion_signature;
mod user_assertion_time;
mod user_enabled;
mod user_exists;
mod user_password;

mod assignment;
mod conditional_access;
mod resource;

pub(crate) use exchange::Exchange;
pub use matching::is_exchange_audience;
pub use tenant_identifier::is_alias;

use crate::Check;

/// Every check, in Entra's order.
pub static CHECKS: &[Check] = &[
    method::CHECK,
    body::CHECK,
    tenant_identifier::CHECK,
    tenant_exists::CHECK,
    grant_type::CHECK,
    client_identifier::CHECK,
    single_client::CHECK,
    client_credential::CHECK,
    scope::CHECK,
    assertion_shape::CHECK,
    assertion_header_type::CHECK,
    assertion_algorithm::CHECK,
    assertion_key_hint::CHECK,
    assertion_claims::CHECK,
    application_exists::CHECK,
    application_enabled::CHECK,
    client_type::CHECK,
    client_secret::CHECK,
    certificate_client::CHECK,
    certificate_assertion::CHECK,
    certificate_signature::CHECK,
    certificate_audience::CHECK,
    credential_exists::CHECK,
    issuer::CHECK,
    audience::CHECK,
    subject::CHECK,
    entra_credential_audience::CHECK,
    entra_single_match::CHECK,
    entra_issuer_allowed::CHECK,
    entra_app_only::CHECK,
    entra_managed_identity::CHECK,
    entra_token_audience::CHECK,
    entra_not_federated::CHECK,
    entra_same_tenant::CHECK,
    entra_same_cloud::CHECK,
    entra_target_kind::CHECK,
    issuer_metadata::CHECK,
    signing_key::CHECK,
    signature::CHECK,
    time_range::CHECK,
    tenant_federation::CHECK,
    tenant_issuers::CHECK,
    tenant_enterprise::CHECK,
    authorization_code::CHECK,
    device_code::CHECK,
    refresh_token::CHECK,
    user_assertion_shape::CHECK,
    user_assertion_signature::CHECK,
    user_assertion_time::CHECK,
    user_assertion_audience::CHECK,
    user_assertion_kind::CHECK,
    user_exists::CHECK,
    user_enabled::CHECK,
    user_password::CHECK,
    resource::CHECK,
    assignment::CHECK,
    conditional_access::CHECK,
];
