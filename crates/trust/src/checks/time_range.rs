//! The assertion is valid now.

use jiff::Timestamp;

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, View};

pub(super) const CHECK: Check = Check {
    id: "assertion.time",
    title: "The assertion is within its valid time range",
    errors: &[OUT_OF_TIME],
    evaluate,
};

const OUT_OF_TIME: ErrorSpec = ErrorSpec {
    code: 700_024,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::KATA_11758,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let claims = exchange.claims()?;
    let expires = claims.seconds("exp");
    if expires.is_none() && exchange.assertion()?.view == View::Partial {
        return Err(exchange.missing_claim("exp"));
    }
    let from = claims.seconds("nbf").or_else(|| claims.seconds("iat"));
    let (now, skew) = (exchange.now.as_second(), exchange.policy.clock_skew);
    let detail = match (expires, claims.seconds("nbf")) {
        (None, _) => "the assertion has no `exp`".to_owned(),
        (Some(expires), _) if now > expires.saturating_add(skew) => {
            format!("it expired {} s before it was presented", now.saturating_sub(expires))
        }
        (_, Some(from)) if now < from.saturating_sub(skew) => {
            format!("it becomes valid {} s after it was presented", from.saturating_sub(now))
        }
        (Some(expires), _) => return Ok(format!("it expires in {} s", expires.saturating_sub(now)).into()),
    };
    Err(OUT_OF_TIME.refuse(
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time \
             of assertion {}. Review the documentation at \
             https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
            protocol_time(exchange.now),
            protocol_time(at(from)),
            protocol_time(at(expires)),
        ),
        detail,
    ))
}

pub(super) fn at(seconds: Option<i64>) -> Timestamp {
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Entra prints times with seven fractional digits.
pub(super) fn protocol_time(time: Timestamp) -> String {
    format!("{}.{:07}Z", time.strftime("%Y-%m-%dT%H:%M:%S"), time.subsec_nanosecond() / 100)
}
