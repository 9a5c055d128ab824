//! Directories and exchange cases from the JSON that people have.
//!
//! Every reader tells what it read; a document that is really an error body,
//! or of another kind, is refused with a sentence that says so.

use fedlens_issuers::Cloud;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

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
    /// It is an error body of Graph, ARM or Entra.
    #[error("this is an error answer, not a list: {0}")]
    ErrorBody(String),
    /// It is JSON of another kind.
    #[error("{0}")]
    Shape(String),
}

/// Reads federated identity credentials: Graph v1.0 and beta, `az ad app federated-credential list|show`,
/// ARM and `az identity federated-credential list|show`; a list, a page or a single one.
///
/// # Errors
///
/// When the document is an error body or holds no credential shape.
pub fn credentials(_json: &Value) -> Result<CredentialList, ReadError> {
    Err(ReadError::Shape("not implemented".to_owned()))
}

/// Reads applications, service principals and managed identities: Graph, `az ad app show|list`,
/// `az identity show|list`, ARM; with their embedded credentials where present.
///
/// # Errors
///
/// When the document is an error body or holds no such object.
pub fn directory(_json: &Value) -> Result<Directory, ReadError> {
    Err(ReadError::Shape("not implemented".to_owned()))
}

/// Reads an exchange case.
///
/// # Errors
///
/// When a field is missing or of the wrong type; the message names it.
pub fn exchange_case(_json: &Value) -> Result<ExchangeCase, ReadError> {
    Err(ReadError::Shape("not implemented".to_owned()))
}
