//! Entra signed the user's token.

use super::certificate_assertion::thumbprint;
use super::user_assertion::{claims, token};
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Signature, Verdict};

pub(super) const CHECK: Check = Check {
    id: "user-assertion.signature",
    title: "The signature of the user's token is right",
    errors: &[INVALID],
    evaluate,
};

/// It precedes the audience: tokens for Microsoft Graph, which only Graph can verify, are answered with it.
const INVALID: ErrorSpec = ErrorSpec {
    code: 50_013,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::GRAPH_PHP_1585,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    claims(exchange)?;
    let token = token(exchange)?;
    let (reason, detail) = match token.signature {
        Signature::Valid => return Ok("the signature was verified".into()),
        Signature::Unchecked => return Err(Verdict::cannot_tell("the signature was not verified")),
        Signature::Invalid => (
            "Key was found, but use of the key to verify the signature failed.",
            "the key is known, but the signature does not fit header and claims",
        ),
        _ => ("The key was not found.", "the key that signed is none of Entra's"),
    };
    let header = token.header.as_ref();
    let key = ["x5t", "kid"].into_iter().find_map(|name| header.and_then(|header| header.text(name)));
    Err(INVALID.refuse(
        format!(
            "Assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: '{}']",
            key.map(thumbprint).unwrap_or_default()
        ),
        detail,
    ))
}
