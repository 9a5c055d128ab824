//! The header says which key signed.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "assertion.key-hint", title: "The header names the signing key", errors: &[NO_KEY_ID], evaluate };

const NO_KEY_ID: ErrorSpec = ErrorSpec {
    code: 5_002_723,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::MSAL_NET,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let header = exchange.header()?;
    let named = |name: &&str| header.text(name).is_some_and(|value| !value.is_empty());
    match ["kid", "x5t", "x5t#S256"].into_iter().find(named) {
        Some(name) => Ok(format!("the header has `{name}`").into()),
        None => Err(NO_KEY_ID.refuse(
            "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified \
             in token header.",
            "the header has none of `kid`, `x5t` and `x5t#S256`",
        )),
    }
}
