//! Directories and exchange cases from the JSON that people have.
//!
//! Every reader tells what it read; a document that is really an error body,
//! or of another kind, is refused with a sentence that says so.

mod cloud;
mod credentials;
mod directory;
mod error_body;
mod exchange_case;
mod fields;
mod members;
mod owner;
mod presented;
mod principals;
mod problems;
pub(crate) mod thumbprint;
mod write;

pub use credentials::credentials;
pub use directory::directory;
pub use exchange_case::exchange_case;
use fedlens_issuers::Cloud;
use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;
pub use write::{EXCHANGE_CASE_SCHEMA, write_exchange_case};

use crate::{Directory, FederatedIdentityCredential, TokenRequest};

/// Federated identity credentials and what the document says of their owner.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CredentialList {
    /// The credentials.
    pub credentials: Vec<FederatedIdentityCredential>,
    /// The owner, where the document names it (`@odata.context`, an ARM id).
    pub owner: Option<CredentialOwner>,
    /// Whether more pages follow (`@odata.nextLink`, `nextLink`), so that the list is incomplete.
    pub truncated: bool,
    /// What is wrong with the list or with single credentials, one sentence each, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// Whose credentials they are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialOwner {
    /// An application, by object id.
    ApplicationObject(String),
    /// An application, by client id.
    ApplicationClient(String),
    /// A user-assigned managed identity, by ARM id.
    ManagedIdentity(String),
}

/// A token request with its directory, and the expected answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExchangeCase {
    /// Its name.
    pub case: String,
    /// What it shows.
    pub note: String,
    /// When.
    pub now: Timestamp,
    /// The cloud whose endpoint is called.
    pub cloud: Cloud,
    /// The request, its assertion included.
    pub request: TokenRequest,
    /// The directory.
    pub directory: Directory,
    /// The expected answer, where one is given.
    pub expect: Option<Expectation>,
}

/// The answer that an exchange case expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expectation {
    /// `accepted`, `rejected` or `cannot-tell`.
    pub outcome: String,
    /// The code.
    pub code: Option<String>,
    /// Codes that count as well.
    pub alternatives: Vec<String>,
    /// How sure the expectation is.
    pub basis: Option<String>,
}

/// Why a document could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// It is an error body of Graph, ARM or Entra: its code and message.
    #[error("this is an error answer, not a list: {0}")]
    ErrorBody(String),
    /// It is JSON of another kind.
    #[error("{0}")]
    Shape(String),
}
