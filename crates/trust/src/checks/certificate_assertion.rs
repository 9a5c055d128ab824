//! An assertion that the client signed itself is judged by the client's certificates.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::read::thumbprint::{is_same_key, spellings};
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "assertion.certificate",
    title: "A self-signed assertion uses a registered certificate",
    errors: &[NOT_REGISTERED],
    evaluate,
};

const NOT_REGISTERED: ErrorSpec = ErrorSpec {
    code: 700_027,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Inferred,
    source: source::KEYCLOAK_19425,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.claim("iss")?;
    exchange.certificate()?;
    let application = exchange.application()?;
    let keys = keys(exchange)?;
    let is_registered = |key: &&str| application.certificate_thumbprints.iter().any(|own| is_same_key(own, key));
    if let Some(key) = keys.iter().find(|key| is_registered(key)) {
        return Ok(format!("the key {} is registered on the application", thumbprint(key)).into());
    }
    if exchange.directory.view == View::Partial && application.certificate_thumbprints.is_empty() {
        return Err(Verdict::cannot_tell("the application's certificates are not at hand: add `az ad app show`"));
    }
    let key = keys.first().copied().unwrap_or_default();
    Err(NOT_REGISTERED.refuse(
        format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. \
             [Reason - The key was not found., Thumbprint of key used by client: '{}']",
            thumbprint(key)
        ),
        "`iss` equals the client id, so Entra looks for the key among the application's certificates, not its federated \
         identity credentials",
    ))
}

/// What the header names the key by.
pub(super) fn keys<'a>(exchange: &Exchange<'a>) -> Result<Vec<&'a str>, Verdict> {
    let header = exchange.header()?;
    let keys: Vec<_> = ["x5t", "x5t#S256", "kid"].into_iter().filter_map(|name| header.text(name)).collect();
    if keys.is_empty() && exchange.assertion()?.view == View::Partial {
        return Err(Verdict::cannot_tell("the evidence does not show the signing key: add the token itself"));
    }
    Ok(keys)
}

/// A key as messages print it: in hexadecimal digits where it is a thumbprint.
pub(super) fn thumbprint(key: &str) -> String {
    spellings(key).into_iter().next().unwrap_or_default()
}
