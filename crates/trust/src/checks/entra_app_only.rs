//! An Entra token must be app-only: the flagship AADSTS700229.

use fedlens_token::{TokenKind, classify};

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict};

pub(super) const CHECK: Check =
    Check { id: "entra.app-only", title: "The Entra token is app-only", errors: &[DELEGATED], evaluate };

const DELEGATED: ErrorSpec = ErrorSpec {
    code: 700_229,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::AZURE_DOCS_109083,
};

fn refuse(what: &str, because: &str) -> Verdict {
    DELEGATED.refuse(
        "Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.",
        format!("{what}: {because}"),
    )
}

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let class = classify(exchange.claims()?);
    match class.kind {
        TokenKind::AppOnly => Ok(class.because.into()),
        TokenKind::Undetermined => Err(Verdict::cannot_tell(class.because)),
        TokenKind::Delegated => Err(refuse("the assertion is a user's token", &class.because)),
        TokenKind::IdToken => Err(refuse("the assertion is an ID token", &class.because)),
    }
}
