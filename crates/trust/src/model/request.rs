//! A token request, the assertion in it, and the policy it is judged by.

use fedlens_issuers::Cloud;
use fedlens_token::{Claims, Decoded};
use serde::{Deserialize, Serialize};

use super::View;

/// A request to the token endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TokenRequest {
    /// Whether what is not set was not sent.
    pub view: View,
    /// Which token endpoint.
    pub endpoint: Endpoint,
    /// The HTTP method, `POST` where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The body could not be read as a form.
    pub malformed_body: bool,
    /// The tenant in the path: id, domain, `common`, `organizations` or `consumers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// `client_id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `grant_type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
    /// `scope`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `resource`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Whether a `client_secret` was sent.
    pub has_client_secret: bool,
    /// `client_assertion_type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_assertion_type: Option<String>,
    /// `client_assertion`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Assertion>,
}

/// A client assertion.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Assertion {
    /// Whether a claim that is not here was not in the token.
    pub view: View,
    /// The header; `None` where it could not be read or is unknown.
    pub header: Option<Claims>,
    /// The payload; `None` where it could not be read.
    pub claims: Option<Claims>,
    /// What is known of the signature.
    pub signature: Signature,
}

impl From<&Decoded> for Assertion {
    fn from(token: &Decoded) -> Self {
        Self {
            view: View::Whole,
            header: token.header.clone(),
            claims: token.claims.clone(),
            signature: Signature::Unchecked,
        }
    }
}

/// What is known of an assertion's signature and of the issuer's keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// Verified.
    Valid,
    /// The key is known and the signature is wrong.
    Invalid,
    /// No key of the issuer has this id.
    UnknownKey,
    /// The issuer's metadata or keys could not be fetched or used.
    MetadataUnreachable,
    /// The issuer's metadata lacks this field.
    MetadataMissingField(String),
    /// Nobody checked.
    #[default]
    Unchecked,
}

/// The two token endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `/oauth2/token`
    V1,
    /// `/oauth2/v2.0/token`
    #[default]
    V2,
}

/// How to judge, beside the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// The cloud whose endpoint was called.
    pub cloud: Cloud,
    /// How far clocks may be apart, in seconds.
    pub clock_skew: i64,
    /// Which generation of codes to answer with.
    pub wording: Wording,
}

impl Default for Policy {
    fn default() -> Self {
        Self { cloud: Cloud::Public, clock_skew: 300, wording: Wording::Current }
    }
}

/// Generations of the "no matching federated identity record" codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wording {
    /// 700211, 700212, 700213 and their kin.
    #[default]
    Current,
    /// 70021 with all three values, as until October 2023.
    Until2023,
}
