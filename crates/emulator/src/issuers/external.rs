//! Issuers that are asked for their keys over HTTPS.

use crate::Emulator;
use crate::crypto::VerifyingKey;

/// What an issuer answered.
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

/// The issuer's key with this id.
pub(crate) async fn fetch(_emulator: &Emulator, _issuer: &str, _kid: &str) -> Fetched {
    Fetched::Unreachable
}
