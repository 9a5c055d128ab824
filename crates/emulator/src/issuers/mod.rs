//! The OIDC issuers that the emulator plays, and those that it asks.

mod external;

use serde_json::{Map, Value};

use crate::crypto::{SigningKey, sign};

pub(crate) use external::{Fetched, fetch};

/// A signed token; `typ`, `alg` and `kid` are set where the header has none.
pub(crate) fn sign_with(key: &SigningKey, header: Map<String, Value>, claims: &Map<String, Value>) -> String {
    let mut header = header;
    for (name, value) in [("typ", "JWT"), ("alg", "RS256"), ("kid", key.kid.as_str())] {
        header.entry(name).or_insert_with(|| value.into());
    }
    sign(key, &header, claims)
}
