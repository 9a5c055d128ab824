//! Any other OIDC issuer.

use jiff::Timestamp;
use serde_json::json;

use super::draft::{Times, claims};
use super::{Draft, EXCHANGE_AUDIENCE, token_id};

/// A workload of an issuer that is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generic {
    /// The issuer.
    pub issuer: String,
    /// The subject.
    pub subject: String,
    /// The audience.
    pub audience: String,
    /// How long the token lives, in seconds.
    pub lifetime: i64,
}

impl Generic {
    /// A workload with the exchange audience and a token of an hour.
    pub fn new(issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), subject: subject.into(), audience: EXCHANGE_AUDIENCE.to_owned(), lifetime: 3_600 }
    }

    /// The token of the workload.
    pub fn draft(&self, now: Timestamp) -> Draft {
        let mut all = claims(json!({"jti": token_id(), "iss": self.issuer, "sub": self.subject, "aud": self.audience}));
        Times { early: 0, lifetime: self.lifetime }.put(&mut all, now);
        Draft::new(all)
    }
}
