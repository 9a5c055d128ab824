//! An assertion that the client signed itself is judged by the client's certificates.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict};

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
    if !exchange.is_certificate_assertion() {
        return Err(Verdict::does_not_apply("the assertion's issuer is not the client itself"));
    }
    let Some(Client::Application(application)) = exchange.client else {
        return Err(Verdict::not_reached("the application is not known"));
    };
    let header = exchange.header()?;
    let key = ["x5t", "x5t#S256", "kid"].into_iter().find_map(|name| header.text(name)).unwrap_or_default();
    if application.certificate_thumbprints.iter().any(|registered| registered == key) {
        return Ok("the key is registered on the application".into());
    }
    Err(NOT_REGISTERED.refuse(
        format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. \
             [Reason - The key was not found., Thumbprint of key used by client: '{key}']"
        ),
        "`iss` equals the client id, so Entra looks for the key among the application's certificates, not its federated \
         identity credentials",
    ))
}
