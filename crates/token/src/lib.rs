//! Reads a JSON Web Token the way a person pastes it, and says what it is.
//!
//! Decoding never implies verification, and never fails outright: [`decode`]
//! returns whatever could be read together with every [`Problem`] and its
//! position. No signature is checked here.

mod claims;
mod classify;
mod decode;
mod explain;
mod redact;

pub use claims::Claims;
pub use classify::{Classification, ENTRA_HOSTS, EXCHANGE_APP_ID, TokenKind, classify};
pub use decode::{Decoded, Dressing, MAX_TOKEN_BYTES, Problem, ProblemKind, decode, find_tokens};
pub use explain::explain;
pub use redact::{PERSONAL_CLAIMS, Redaction, Secret, redact_text};
