//! What Graph answers to a request that it refuses.

use fedlens_trust::same_id;
use serde_json::Value;

use crate::bearer::BearerError;
use crate::emulator::ChangeError;
use crate::http;

/// A refusal: status, code and message of Graph's error body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The content makes no sense.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// No object has this id.
    pub(super) fn not_found(id: &str) -> Self {
        Self::new(
            404,
            "Request_ResourceNotFound",
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
        )
    }

    /// The path leads nowhere.
    pub(super) fn segment(name: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{name}'."))
    }

    /// The path is right and the method is not.
    pub(super) fn method() -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// The object cannot be changed this way.
    pub(super) fn denied(message: impl Into<String>) -> Self {
        Self::new(403, "Authorization_RequestDenied", message)
    }

    /// A property has a value of another type.
    pub(super) fn wrong_type(property: &str, wanted: &str, value: &Value) -> Self {
        let found = http::kind(value);
        Self::bad_request(format!("Property '{property}' must be {wanted}, not {found}."))
    }

    /// A property is sent that only the directory sets; the value it has is tolerated.
    pub(super) fn unless_same(property: &str, sent: &Value, has: &str) -> Result<(), Self> {
        match sent.as_str() {
            Some(sent) if same_id(sent, has) => Ok(()),
            _ => Err(Self::bad_request(format!("Property '{property}' is read-only and cannot be set."))),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Content(error) => Self::bad_request(error.to_string()),
            ChangeError::Store(error) => {
                tracing::error!(%error, "A change could not be kept.");
                Self::new(500, "generalException", "The emulator could not keep the change.")
            }
        }
    }
}

impl From<BearerError> for Problem {
    fn from(error: BearerError) -> Self {
        let message = match error {
            BearerError::Missing => "Access token is empty.",
            BearerError::Malformed => "IDX14100: JWT is not well formed, there are no dots (.).",
            BearerError::Signature => "Access token validation failure. Invalid signature.",
            BearerError::Expired(_) => "Lifetime validation failed, the token is expired.",
            BearerError::Audience(_) => "Access token validation failure. Invalid audience.",
            BearerError::Tenant(_) => "Access token validation failure. Invalid tenant.",
        };
        Self::new(401, "InvalidAuthenticationToken", message)
    }
}
