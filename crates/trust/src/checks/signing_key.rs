//! The issuer publishes the key that signed.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Signature, Verdict};

pub(super) const CHECK: Check = Check {
    id: "assertion.signing-key",
    title: "The issuer publishes the signing key",
    errors: &[UNKNOWN_KEY],
    evaluate,
};

const UNKNOWN_KEY: ErrorSpec = ErrorSpec {
    code: 7_000_272,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::WORKLOAD_IDENTITY_1232,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.claim("iss")?;
    if exchange.is_certificate_assertion() {
        return Err(Verdict::does_not_apply("the key is the client's own certificate"));
    }
    match exchange.assertion()?.signature {
        Signature::Unchecked => {
            Err(Verdict::cannot_tell("the issuer's keys were not compared: nothing here calls out"))
        }
        Signature::MetadataUnreachable | Signature::MetadataMissingField(_) => {
            Err(Verdict::not_reached("the issuer's keys are not at hand"))
        }
        Signature::Valid | Signature::Invalid => Ok("the issuer publishes the key".into()),
        Signature::UnknownKey => {
            let header = exchange.header()?;
            let key = ["kid", "x5t"].into_iter().find_map(|name| header.text(name)).unwrap_or_default();
            Err(UNKNOWN_KEY.refuse(
                format!(
                    "The certificate with identifier {key} used to sign the federated credential could not be found in \
                     the metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata \
                     exposes the key used to sign the incoming token."
                ),
                format!("{issuer} does not publish key {key}"),
            ))
        }
    }
}
