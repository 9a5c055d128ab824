//! Issuers that are asked for their keys over HTTPS.
//!
//! As Entra does it: metadata first, then the keys that it points to, no more than a hundred of them, kept for a
//! while. Whoever can write a directory can name any address as an issuer, so addresses that only this machine or its
//! network can reach are not asked unless that is allowed.

mod address;
mod cache;
mod client;

use std::time::Duration;

use reqwest::{Client, Url};
use serde_json::Value;
use thiserror::Error;

use crate::Emulator;
use crate::crypto::VerifyingKey;
use address::may_ask;

pub(crate) use cache::External;

/// How long an issuer may take for both documents.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest document, in bytes.
const MAX_DOCUMENT: usize = 1 << 20;

/// Entra keeps the first hundred keys of an issuer.
const MAX_KEYS: usize = 100;

/// The largest modulus and exponent that any RSA key has which verifies anything, in bytes.
const MAX_MODULUS: usize = 1_024;
const MAX_EXPONENT: usize = 8;

/// What the metadata must hold for Entra.
const REQUIRED: [&str; 5] = [
    "issuer",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
];

/// What an issuer answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// The key with the id.
    Key(VerifyingKey),
    /// Its metadata lacks this field.
    MissingField(String),
    /// It publishes keys, and none has the id.
    UnknownKey,
    /// It does not answer, or not in a form Entra takes.
    Unreachable,
}

/// Why an issuer has no keys for us.
#[derive(Debug, Error)]
enum AskError {
    #[error("{0} is not an address that may be asked: HTTPS only, and no private addresses")]
    Address(String),
    #[error("{}", with_causes(.0))]
    Request(#[from] reqwest::Error),
    #[error("{url} answered {status}")]
    Status { url: Url, status: u16 },
    #[error("{0} is larger than 1 MiB")]
    TooLarge(Url),
    #[error("{0} is no JSON of the right form")]
    Form(Url),
    #[error("the metadata names the issuer `{0}`")]
    OtherIssuer(String),
    #[error("the metadata has an empty `{0}`")]
    EmptyField(&'static str),
    #[error("the metadata has no `{0}`")]
    MissingField(&'static str),
    #[error("it took longer than 5 seconds")]
    Time,
}

/// The issuer's key with this id.
pub(crate) async fn fetch(emulator: &Emulator, issuer: &str, kid: &str) -> Fetched {
    if emulator.fault("issuer").is_some() {
        return Fetched::Unreachable;
    }
    emulator.external.key(issuer, kid).await
}

/// The keys that an issuer publishes now.
async fn ask(client: &Client, issuer: &str, private: bool) -> Result<Vec<VerifyingKey>, AskError> {
    let documents = async {
        let address = format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer));
        let metadata = get(client, &address, private).await?;
        let keys = get(client, keys_address(&metadata, issuer)?, private).await?;
        Ok(keys)
    };
    let document = tokio::time::timeout(PATIENCE, documents).await.map_err(|_| AskError::Time)?;
    document.map(|document| keys_in(&document))
}

/// The address of the keys, from metadata in a form that Entra takes.
fn keys_address<'a>(metadata: &'a Value, issuer: &str) -> Result<&'a str, AskError> {
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default();
    if let Some(missing) = REQUIRED.into_iter().find(|name| metadata.get(name).is_none_or(Value::is_null)) {
        return Err(AskError::MissingField(missing));
    }
    if metadata.get("authorization_endpoint").is_some_and(|endpoint| endpoint == "") {
        return Err(AskError::EmptyField("authorization_endpoint"));
    }
    if metadata.get("subject_types_supported").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        return Err(AskError::EmptyField("subject_types_supported"));
    }
    match text("issuer") {
        own if own == issuer => Ok(text("jwks_uri")),
        other => Err(AskError::OtherIssuer(other.to_owned())),
    }
}

async fn get(client: &Client, address: &str, private: bool) -> Result<Value, AskError> {
    let url = Url::parse(address).ok().filter(|url| may_ask(url, private));
    let url = url.ok_or_else(|| AskError::Address(address.to_owned()))?;
    let mut answer = client.get(url.clone()).header("accept", "application/json").send().await?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(AskError::Status { url, status });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > MAX_DOCUMENT {
            return Err(AskError::TooLarge(url));
        }
        bytes.extend_from_slice(&chunk);
    }
    let document: Value = serde_json::from_slice(&bytes).map_err(|_| AskError::Form(url.clone()))?;
    if document.is_object() { Ok(document) } else { Err(AskError::Form(url)) }
}

/// The RSA keys of a JWKS, as many as Entra keeps.
pub(crate) fn keys_in(jwks: &Value) -> Vec<VerifyingKey> {
    let all = jwks.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_usable = |key: &VerifyingKey| key.modulus.len() <= MAX_MODULUS && key.exponent.len() <= MAX_EXPONENT;
    all.iter().take(MAX_KEYS).filter_map(VerifyingKey::from_jwk).filter(is_usable).collect()
}

/// An error and what caused it, in one line.
fn with_causes(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata() -> Value {
        json!({
            "issuer": "https://ci.example/",
            "jwks_uri": "https://ci.example/keys",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    #[test]
    fn metadata_needs_every_field_and_the_issuer_to_the_letter() {
        assert_eq!(keys_address(&metadata(), "https://ci.example/").unwrap(), "https://ci.example/keys");
        for field in REQUIRED {
            for gone in [None, Some(Value::Null)] {
                let mut metadata = metadata();
                match gone {
                    None => drop(metadata.as_object_mut().unwrap().remove(field)),
                    Some(null) => metadata[field] = null,
                }
                let error = keys_address(&metadata, "https://ci.example/").unwrap_err();
                assert!(matches!(error, AskError::MissingField(name) if name == field), "{field}: {error}");
            }
        }
        for other in ["https://ci.example", "https://CI.example/", "https://ci.example//"] {
            assert!(matches!(keys_address(&metadata(), other), Err(AskError::OtherIssuer(_))), "{other}");
        }
    }

    #[test]
    fn empty_fields_that_entra_stumbles_over_are_told_from_absent_ones() {
        for (field, value) in [("authorization_endpoint", json!("")), ("subject_types_supported", json!([]))] {
            let mut metadata = metadata();
            metadata[field] = value;
            let error = keys_address(&metadata, "https://ci.example/").unwrap_err();
            assert!(matches!(error, AskError::EmptyField(name) if name == field), "{field}: {error}");
        }
    }

    #[test]
    fn the_first_hundred_keys_count_and_monstrous_ones_do_not() {
        let key = |id: usize| json!({"kty": "RSA", "kid": id.to_string(), "n": "AQAB", "e": "AQAB"});
        let jwks = json!({"keys": (0..101).map(key).collect::<Vec<_>>()});
        let keys = keys_in(&jwks);
        assert_eq!((keys.len(), keys.last().unwrap().kid.as_str()), (100, "99"));
        let monster = json!({"kty": "RSA", "kid": "1", "n": "A".repeat(2_000), "e": "AQAB"});
        let elliptic = json!({"kty": "EC", "kid": "2", "x": "AQAB", "y": "AQAB", "crv": "P-256"});
        assert!(keys_in(&json!({"keys": [monster, elliptic, 1, null, {}]})).is_empty());
        assert!(keys_in(&json!({"keys": "none"})).is_empty());
    }
}
