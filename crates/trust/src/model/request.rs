//! A token request, the assertion in it, and the policy it is judged by.

use fedlens_issuers::Cloud;
use fedlens_token::{Claims, Decoded};
use jiff::Timestamp;
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
    /// What is known of the `client_secret`, where one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<ClientSecret>,
    /// `client_assertion_type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_assertion_type: Option<String>,
    /// `client_assertion`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Assertion>,
    /// Where the request arrived: `https://localhost:8443/contoso.onmicrosoft.com/oauth2/v2.0/token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Several client ids were sent, in the body or in body and header.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ambiguous_client: bool,
    /// `assertion` of the on-behalf-of grant: the user's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_assertion: Option<Assertion>,
    /// `requested_token_use`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_token_use: Option<String>,
    /// `username`; of a code or a refresh token, the user whom it was issued for, where that was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What is known of the `password`, where one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// What is known of the `code`, `device_code` or `refresh_token`, where the one that the grant takes was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// What is known of a client secret; the secret itself is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientSecret {
    /// Nobody compared it.
    #[default]
    Unchecked,
    /// The client has no such secret.
    Wrong,
    /// It is one of the client's secrets.
    Registered {
        /// When it expires; `None` where it does not.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
    },
}

/// What is known of a user's password; the password itself is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// Nobody compared it.
    #[default]
    Unchecked,
    /// It is the user's.
    Right,
    /// It is not the user's.
    Wrong,
}

/// What is known of an authorization code, a device code or a refresh token; the text itself is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Nobody looked it up.
    #[default]
    Unchecked,
    /// It was issued to this client and can be redeemed now.
    Valid,
    /// A device code whose user has not signed in yet.
    Pending,
    /// It was issued, but too long ago.
    Expired,
    /// It was never issued, or to another client.
    Unknown,
    /// It was redeemed before.
    Redeemed,
    /// An authorization code whose `code_challenge` the `code_verifier` does not answer.
    WrongVerifier,
    /// A device code whose user refused.
    Declined,
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
    /// Judge an issuer at a private address by what its `Signature` says, as an emulator can that fetches it.
    /// Entra itself cannot.
    pub private_issuers: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { cloud: Cloud::Public, clock_skew: 300, wording: Wording::Current, private_issuers: false }
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
