//! The user's token has not expired.

use super::time_range::{at, protocol_time};
use super::user_assertion::{claims, missing_claim};
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "user-assertion.time", title: "The user's token has not expired", errors: &[EXPIRED], evaluate };

const EXPIRED: ErrorSpec = ErrorSpec {
    code: 500_133,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::AZURE_DOCS_16399,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let expires = claims(exchange)?.seconds("exp").ok_or_else(|| missing_claim(exchange, "exp"))?;
    let now = exchange.now.as_second();
    if now <= expires.saturating_add(exchange.policy.clock_skew) {
        return Ok(format!("it expires in {} s", expires.saturating_sub(now)).into());
    }
    Err(EXPIRED.refuse(
        format!(
            "Assertion is not within its valid time range. Ensure that the access token is not expired before using it \
             for user assertion, or request a new token. Current time: {}, expiry time of assertion {}.",
            protocol_time(exchange.now),
            protocol_time(at(Some(expires))),
        ),
        format!("the user's token expired {} s before it was presented", now.saturating_sub(expires)),
    ))
}
