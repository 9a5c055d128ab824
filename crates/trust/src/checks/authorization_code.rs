//! The authorization code can be redeemed.

use super::grant::Grant;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Code, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "grant.authorization-code",
    title: "The authorization code can be redeemed",
    errors: &[UNKNOWN, EXPIRED, REDEEMED, WRONG_VERIFIER],
    evaluate,
};

const UNKNOWN: ErrorSpec = ErrorSpec {
    code: 9_002_313,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::DNN_112,
};

const EXPIRED: ErrorSpec = ErrorSpec {
    code: 70_008,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

const REDEEMED: ErrorSpec =
    ErrorSpec { code: 54_005, oauth_error: "invalid_grant", status: 400, basis: Basis::Seen, source: source::DNN_17 };

const WRONG_VERIFIER: ErrorSpec = ErrorSpec {
    code: 501_481,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::MSAL_JS_3248,
};

/// What Entra says of a code or a refresh token whose time is over.
pub(super) const EXPIRED_GRANT: &str = "The provided authorization code or refresh token has expired due to \
                                        inactivity. Send a new interactive authorization request for this user and \
                                        resource.";

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.only_for(Grant::AuthorizationCode)?;
    let code = exchange.request.code.ok_or_else(|| exchange.missing_parameter("code"))?;
    Err(match code {
        Code::Valid => return Ok("the code was issued to the client and not redeemed yet".into()),
        Code::Unchecked => Verdict::cannot_tell("the code was not looked up"),
        Code::Expired => EXPIRED.refuse(EXPIRED_GRANT, "the code was redeemed too late"),
        Code::Redeemed => REDEEMED.refuse(
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
             refresh token.",
            "the code was redeemed before",
        ),
        Code::WrongVerifier => WRONG_VERIFIER.refuse_or(
            &[50_148],
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            "`code_verifier` does not hash to the `code_challenge` with which the code was asked for",
        ),
        Code::Unknown | Code::Pending | Code::Declined => UNKNOWN.refuse_or(
            &[70_000, 7_000_110],
            "Invalid request. Request is malformed or invalid.",
            "no such authorization code was issued to the client",
        ),
    })
}
