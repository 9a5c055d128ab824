//! An Entra token was made for the exchange, not for some API.

use super::matching::is_exchange_audience;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check = Check {
    id: "entra.token-audience",
    title: "The Entra token was made for the exchange",
    errors: &[FORBIDDEN],
    evaluate,
};

const FORBIDDEN: ErrorSpec = ErrorSpec {
    code: 700_227,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::ThirdParty,
    source: source::PUBLIC_NOTES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let audiences = exchange.claims()?.audiences();
    if audiences.is_empty() {
        return Err(exchange.missing_claim("aud"));
    }
    if audiences.iter().any(|audience| is_exchange_audience(audience)) {
        return Ok("its audience is the token exchange".into());
    }
    Err(FORBIDDEN.refuse_or(
        &[700_212, 7_002_121],
        "Forbidden token audience.",
        format!(
            "its audience is {}; the workload has to ask for {}/.default",
            audiences.join(", "),
            exchange.cloud().exchange_audience(),
        ),
    ))
}
