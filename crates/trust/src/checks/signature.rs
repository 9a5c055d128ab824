//! The signature is right.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Signature, Verdict};

pub(super) const CHECK: Check =
    Check { id: "assertion.signature", title: "The assertion's signature is right", errors: &[WRONG], evaluate };

const WRONG: ErrorSpec = ErrorSpec {
    code: 7_000_274,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::ThirdParty,
    source: source::PUBLIC_NOTES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let assertion = exchange.assertion()?;
    exchange.federated()?;
    match assertion.signature {
        Signature::Valid => Ok("the signature was verified".into()),
        Signature::Invalid => Err(WRONG.refuse_or(
            &[700_027],
            "Client assertion contains an invalid signature.",
            "the key is known, but the signature does not fit header and claims",
        )),
        Signature::Unchecked => Err(Verdict::cannot_tell("the signature was not verified")),
        _ => Err(Verdict::not_reached("the signing key is not at hand")),
    }
}
