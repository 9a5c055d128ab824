//! Tokens before they are signed, and how to spoil them.

use fedlens_issuers::recognise;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::Keys;
use crate::crypto::{SigningKey, sign};

/// How far a spoilt token is out of its time, well beyond what Entra forgives.
const OUT_OF_TIME: SignedDuration = SignedDuration::from_hours(1);

/// A token before it is signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The header. `alg` and the key's id are set when it is signed, where it has none; a field that is null is left
    /// out.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// Whether the signature is to be wrong.
    pub invalid_signature: bool,
    /// The header fields that name the key, as the platform writes them.
    key_names: &'static [&'static str],
}

/// The times of a token, in seconds.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// How long before it is issued it becomes valid.
    pub(super) early: i64,
    /// How long after it is issued it expires.
    pub(super) lifetime: i64,
}

impl Draft {
    /// A draft with the header of most issuers: `typ`, and `kid` when it is signed.
    pub fn new(claims: Map<String, Value>) -> Self {
        let header = Map::from_iter([("typ".to_owned(), "JWT".into())]);
        Self { header, claims, invalid_signature: false, key_names: &["kid"] }
    }

    /// The header names the key twice, as GitHub's and the old one of Azure DevOps do.
    pub(super) fn with_thumbprint(self) -> Self {
        Self { key_names: &["x5t", "kid"], ..self }
    }

    /// The header has no `typ`, as that of Kubernetes.
    pub(super) fn without_type(mut self) -> Self {
        self.header.remove("typ");
        self
    }

    /// Names another key than the one that signs.
    pub fn set_key_id(&mut self, kid: &str) {
        for name in self.key_names {
            self.header.insert((*name).to_owned(), kid.into());
        }
    }

    /// Moves the token back in time, so that it expired an hour before `now`.
    pub fn expire(&mut self, now: Timestamp) {
        self.shift("exp", (now - OUT_OF_TIME).as_second());
    }

    /// Moves the token ahead in time, so that it becomes valid an hour after `now`.
    pub fn postpone(&mut self, now: Timestamp) {
        self.shift("nbf", (now + OUT_OF_TIME).as_second());
    }

    /// Moves all times together, so that the one with this name is at `second`.
    fn shift(&mut self, name: &str, second: i64) {
        let known = |name: &str| self.claims.get(name).and_then(Value::as_i64);
        let by = second - known(name).or_else(|| known("iat")).unwrap_or(second);
        for name in ["iat", "nbf", "exp"] {
            let moved = self.claims.get(name).and_then(Value::as_i64).map(|time| time.saturating_add(by));
            if let Some(moved) = moved {
                self.claims.insert(name.to_owned(), moved.into());
            }
        }
        self.claims.entry(name).or_insert_with(|| second.into());
    }

    /// Lets the token live for so many seconds from when it was issued.
    pub fn set_lifetime(&mut self, seconds: i64) {
        let issued = ["iat", "nbf"].into_iter().find_map(|name| self.claims.get(name).and_then(Value::as_i64));
        if let Some(issued) = issued {
            self.claims.insert("exp".to_owned(), issued.saturating_add(seconds).into());
        }
    }

    /// The token, signed as Entra where `iss` is an Entra tenant, as any other issuer where it is not. The signature is
    /// RS256 whatever `alg` says, and empty where it says `none`.
    pub fn sign(&self, keys: &Keys) -> String {
        let issuer = self.claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let is_entra = recognise(issuer).is_some_and(|recognised| recognised.entra.is_some());
        let key = if is_entra { keys.entra() } else { keys.issuers() };
        let mut header = self.header.clone();
        header.entry("alg").or_insert_with(|| "RS256".into());
        for name in self.key_names {
            header.entry(*name).or_insert_with(|| key.kid.as_str().into());
        }
        header.retain(|_, value| !value.is_null());
        let token = sign(key, &header, &self.claims);
        let Some((message, signature)) = token.rsplit_once('.') else { return token };
        let unsigned = header.get("alg").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("none"));
        match (unsigned, self.invalid_signature) {
            (true, _) => format!("{message}."),
            (false, true) => format!("{message}.{}", reversed(signature)),
            (false, false) => token,
        }
    }
}

/// A signature of the same length that fits nothing.
fn reversed(signature: &str) -> String {
    // The last character holds spare bits that must stay zero, so it stays where it is.
    let mut characters: Vec<_> = signature.chars().collect();
    let last = characters.pop();
    characters.iter().rev().copied().chain(last).collect()
}

impl Times {
    /// Adds `nbf`, `exp` and `iat` of a token that is issued now.
    pub(super) fn put(self, claims: &mut Map<String, Value>, now: Timestamp) {
        let issued = now.as_second();
        for (name, time) in [("nbf", issued - self.early), ("exp", issued + self.lifetime), ("iat", issued)] {
            claims.insert(name.to_owned(), time.into());
        }
    }
}

/// A signed token; `typ`, `alg` and `kid` are set where the header has none.
pub(crate) fn sign_with(key: &SigningKey, header: Map<String, Value>, claims: &Map<String, Value>) -> String {
    let mut header = header;
    for (name, value) in [("typ", "JWT"), ("alg", "RS256"), ("kid", key.kid.as_str())] {
        header.entry(name).or_insert_with(|| value.into());
    }
    sign(key, &header, claims)
}

/// The claims of a JSON object, those that are null left out.
pub(super) fn claims(object: Value) -> Map<String, Value> {
    let Value::Object(object) = object else { return Map::new() };
    object.into_iter().filter(|(_, value)| !value.is_null()).collect()
}
