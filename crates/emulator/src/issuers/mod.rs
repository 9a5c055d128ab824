//! The OIDC issuers that the emulator plays, and those that it asks.
//!
//! Each platform has a description of a job with what the sample directory trusts as its default. Its `draft` is the
//! token before it is signed, which may be spoilt on purpose to see an exchange fail.

mod azure_devops;
mod draft;
mod endpoints;
mod entra;
mod external;
mod generic;
mod github;
mod gitlab;
mod kubernetes;
mod request;
mod terraform;
mod token_request;

use fedlens_issuers::Cloud;
use thiserror::Error;
use uuid::{Uuid, uuid};

use crate::crypto::{base64url, random, sha256};

pub use azure_devops::{AzureDevOps, AzureDevOpsForm};
pub use draft::Draft;
pub(crate) use draft::sign_with;
pub(crate) use endpoints::routes;
pub use entra::{EntraClient, EntraToken};
pub(crate) use external::{External, Fetched, fetch, keys_in};
pub use generic::Generic;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use kubernetes::Kubernetes;
pub use request::variables;
pub use terraform::Terraform;

/// The audience of federated credentials in the public cloud.
pub const EXCHANGE_AUDIENCE: &str = Cloud::Public.exchange_audience();

/// The first tenant of the sample directory.
const SAMPLE_TENANT: Uuid = uuid!("fed1e500-0000-4000-8000-000000000001");

/// A token that cannot be described.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerError {
    /// A GitHub repository is owner and name.
    #[error("`{0}` is not a repository: write OWNER/NAME")]
    Repository(String),
    /// A template of claims names one that the job does not have.
    #[error("the job has no claim `{0}` that its subject could be made of")]
    ClaimKey(String),
    /// What the directory would have to hold.
    #[error("the directory has no {kind} `{name}`")]
    Unknown {
        /// `managed identity`, `application` or `user`.
        kind: &'static str,
        /// How it was named.
        name: String,
    },
    /// The directory holds none of this kind.
    #[error("the directory has no {0}")]
    None(&'static str),
    /// The directory itself cannot be used.
    #[error("the directory cannot be used: {0}")]
    Directory(String),
}

/// A random GUID, as `jti` is on most platforms.
fn token_id() -> String {
    crate::http::random_id().to_string()
}

/// A random text of `N` bytes in base64url.
fn random_text<const N: usize>() -> String {
    base64url(random::<N>())
}

/// The digest of what names a thing, which the ids below are made of.
fn digest(name: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(sha256(name.as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

/// A number that is always the same for a name, as platforms number repositories and projects.
fn number(name: &str) -> String {
    let [first, second, third, fourth, ..] = digest(name);
    (u32::from_be_bytes([first, second, third, fourth]) % 900_000_000 + 100_000_000).to_string()
}

/// A GUID that is always the same for a name.
fn guid(name: &str) -> Uuid {
    let digest = digest(name);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A commit that is always the same for a name.
fn commit(name: &str) -> String {
    digest(name).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

/// Sixteen letters and digits that are always the same for a name.
fn short_id(name: &str) -> String {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let letter = |byte: &u8| ALPHABET.get(usize::from(*byte) % ALPHABET.len()).copied().map_or('1', char::from);
    digest(name).iter().take(16).map(letter).collect()
}
