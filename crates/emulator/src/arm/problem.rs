//! What Azure Resource Manager answers to a request that it refuses.

use serde_json::Value;

use crate::bearer::BearerError;
use crate::emulator::ChangeError;
use crate::http;

/// A refusal: status, code and message of the error body.
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
        Self::new(400, "BadRequest", message)
    }

    /// The path leads nowhere.
    pub(super) fn path(path: &str) -> Self {
        Self::new(404, "InvalidResourcePath", format!("The emulator serves no resource at '{path}'."))
    }

    /// The path is right and the method is not.
    pub(super) fn method(method: &str) -> Self {
        let message = format!("The requested resource does not support http method '{method}'.");
        Self::new(405, "MethodNotAllowed", message)
    }

    pub(super) fn resource_type(namespace: &str, kind: &str) -> Self {
        let message = format!("The resource type '{kind}' could not be found in the namespace '{namespace}'.");
        Self::new(404, "InvalidResourceType", message)
    }

    pub(super) fn no_group(group: &str) -> Self {
        Self::new(404, "ResourceGroupNotFound", format!("Resource group '{group}' could not be found."))
    }

    /// A property has a value of another type.
    pub(super) fn wrong_type(property: &str, wanted: &str, value: &Value) -> Self {
        let found = http::kind(value);
        let message = format!(
            "The request content was invalid and could not be deserialized: '{property}' must be {wanted}, not {found}."
        );
        Self::new(400, "InvalidRequestContent", message)
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Content(error) => Self::bad_request(error.to_string()),
            ChangeError::Store(error) => {
                tracing::error!(%error, "A change could not be kept.");
                Self::new(500, "InternalServerError", "The emulator could not keep the change.")
            }
        }
    }
}

impl From<BearerError> for Problem {
    fn from(error: BearerError) -> Self {
        let (code, message) = match error {
            BearerError::Missing => (
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing or has an invalid value.".to_owned(),
            ),
            BearerError::Malformed => ("InvalidAuthenticationToken", "The access token is invalid.".to_owned()),
            BearerError::Signature => {
                ("InvalidAuthenticationToken", "The access token has an invalid signature.".to_owned())
            }
            BearerError::Expired(time) => (
                "ExpiredAuthenticationToken",
                format!(
                    "The access token expiry UTC time '{}' is earlier than current UTC time.",
                    time.strftime("%-m/%-d/%Y %-I:%M:%S %p")
                ),
            ),
            BearerError::Audience(audience) => (
                "InvalidAuthenticationTokenAudience",
                format!(
                    "The access token has been obtained for wrong audience or resource '{audience}'. It should exactly \
                     match with one of the allowed audiences 'https://management.core.windows.net/',\
                     'https://management.core.windows.net','https://management.azure.com/',\
                     'https://management.azure.com'."
                ),
            ),
            BearerError::Tenant(tenant) => (
                "InvalidAuthenticationTokenTenant",
                format!("The access token is from the wrong issuer 'https://sts.windows.net/{tenant}/'."),
            ),
        };
        Self::new(401, code, message)
    }
}
