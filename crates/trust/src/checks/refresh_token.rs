//! The refresh token is one of the client's and still valid.

use super::authorization_code::EXPIRED_GRANT;
use super::grant::Grant;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Code, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "grant.refresh-token",
    title: "The refresh token is the client's and still valid",
    errors: &[UNKNOWN, EXPIRED],
    evaluate,
};

const UNKNOWN: ErrorSpec = ErrorSpec {
    code: 9_002_313,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::AZURE_DOCS_63819,
};

const EXPIRED: ErrorSpec = ErrorSpec {
    code: 70_008,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.only_for(Grant::RefreshToken)?;
    let code = exchange.request.code.ok_or_else(|| exchange.missing_parameter("refresh_token"))?;
    Err(match code {
        Code::Valid | Code::Redeemed => return Ok("it was issued to the client, and may be used again".into()),
        Code::Unchecked => Verdict::cannot_tell("the refresh token was not looked up"),
        Code::Expired => EXPIRED.refuse_or(&[700_082], EXPIRED_GRANT, "the refresh token is too old"),
        Code::Unknown | Code::Pending | Code::WrongVerifier | Code::Declined => UNKNOWN.refuse_or(
            &[70_000, 7_000_110],
            "Invalid request. Request is malformed or invalid.",
            "no such refresh token was issued to the client",
        ),
    })
}
