//! An assertion that the client signed itself was signed with the private key of the certificate that it names.

use super::certificate_assertion::{keys, thumbprint};
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Signature, Verdict};

pub(super) const CHECK: Check = Check {
    id: "certificate.signature",
    title: "A self-signed assertion's signature is right",
    errors: &[WRONG],
    evaluate,
};

const WRONG: ErrorSpec = ErrorSpec {
    code: 700_027,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::PASSPORT_453,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.certificate()?;
    match exchange.assertion()?.signature {
        Signature::Valid => Ok("the signature was verified".into()),
        Signature::Invalid => Err(WRONG.refuse(
            format!(
                "Client assertion contains an invalid signature. [Reason - The provided signature value did not match \
                 the expected signature value., Thumbprint of key used by client: '{}']",
                keys(exchange)?.first().map(|key| thumbprint(key)).unwrap_or_default()
            ),
            "the key is known, but the signature does not fit header and claims",
        )),
        Signature::Unchecked => Err(Verdict::cannot_tell("the signature was not verified")),
        _ => Err(Verdict::not_reached("the certificate itself is not at hand")),
    }
}
