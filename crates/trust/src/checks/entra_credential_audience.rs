//! For an Entra issuer the credential names the exchange URI, although the token carries its GUID.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "entra.credential-audience",
    title: "The credential for an Entra issuer names the exchange URI",
    errors: &[NOT_THE_URI],
    evaluate,
};

const NOT_THE_URI: ErrorSpec = ErrorSpec {
    code: 700_214,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::ThirdParty,
    source: source::PUBLIC_NOTES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let matching = exchange.matching()?;
    if matching.by_issuer.is_empty() || matching.by_audience.is_empty() {
        return Err(Verdict::not_reached("no credential has the assertion's issuer and audience"));
    }
    let wanted = exchange.cloud().exchange_audience();
    if matching.by_audience.iter().any(|fic| fic.audiences.iter().any(|audience| audience == wanted)) {
        return Ok(format!("the credential names {wanted}").into());
    }
    let found = matching.by_audience.iter().flat_map(|fic| &fic.audiences).next().map_or("", String::as_str);
    Err(NOT_THE_URI.refuse(
        format!("The audience of the federated identity credential must be '{wanted}'."),
        format!("the credential names {found}; for a token from an Entra tenant it has to be {wanted}"),
    ))
}
