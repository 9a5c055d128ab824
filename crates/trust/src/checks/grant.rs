//! The grants of the token endpoint.

/// What a request trades for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    ClientCredentials,
    AuthorizationCode,
    DeviceCode,
    RefreshToken,
    Password,
    OnBehalfOf,
    SamlBearer,
    UserFic,
}

impl Grant {
    /// The grant of a `grant_type`.
    pub(crate) fn of(grant_type: &str) -> Option<Self> {
        Some(match grant_type {
            "client_credentials" => Self::ClientCredentials,
            "authorization_code" => Self::AuthorizationCode,
            "device_code" | "urn:ietf:params:oauth:grant-type:device_code" => Self::DeviceCode,
            "refresh_token" => Self::RefreshToken,
            "password" => Self::Password,
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => Self::OnBehalfOf,
            "urn:ietf:params:oauth:grant-type:saml1_1-bearer" | "urn:ietf:params:oauth:grant-type:saml2-bearer" => {
                Self::SamlBearer
            }
            "user_fic" => Self::UserFic,
            _ => return None,
        })
    }

    /// Whether the token is for a user.
    pub(crate) fn is_for_user(self) -> bool {
        self != Self::ClientCredentials
    }
}
