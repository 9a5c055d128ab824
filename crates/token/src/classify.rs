//! App-only, delegated or an ID token: the ordered rule, first hit wins.

use serde::Serialize;

use crate::Claims;

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// An application or managed identity acts as itself.
    AppOnly,
    /// An application acts for a signed-in user.
    Delegated,
    /// A statement to a client about who signed in; never an access token.
    IdToken,
    /// The claims do not tell.
    Undetermined,
}

/// The kind of a token and the claim that decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// The kind.
    pub kind: TokenKind,
    /// The deciding claim, or the last one looked for when none decided.
    pub claim: &'static str,
    /// One sentence: why that claim decides. Holds no personal value.
    pub because: String,
}

/// Classifies an Entra token by its claims.
pub fn classify(_claims: &Claims) -> Classification {
    Classification { kind: TokenKind::Undetermined, claim: "idtyp", because: String::new() }
}
