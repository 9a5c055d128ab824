//! The user has signed in with the device code.

use super::grant::Grant;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Code, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "grant.device-code",
    title: "The user has signed in with the device code",
    errors: &[PENDING, EXPIRED, DECLINED, REDEEMED, UNKNOWN],
    evaluate,
};

/// Clients go on polling because of this `error`.
const PENDING: ErrorSpec = ErrorSpec {
    code: 70_016,
    oauth_error: "authorization_pending",
    status: 400,
    basis: Basis::Seen,
    source: source::TEAMS_PRESENCE_49,
};

const EXPIRED: ErrorSpec = ErrorSpec {
    code: 70_020,
    oauth_error: "expired_token",
    status: 400,
    basis: Basis::Seen,
    source: source::AZURE_CLI_22251,
};

/// The `error` is documented; its number is not.
const DECLINED: ErrorSpec = ErrorSpec {
    code: 65_004,
    oauth_error: "authorization_declined",
    status: 400,
    basis: Basis::Inferred,
    source: source::DEVICE_CODE,
};

const REDEEMED: ErrorSpec = ErrorSpec {
    code: 54_005,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Inferred,
    source: source::REFERENCE,
};

/// The `error` is documented; its number is not.
const UNKNOWN: ErrorSpec = ErrorSpec {
    code: 70_018,
    oauth_error: "bad_verification_code",
    status: 400,
    basis: Basis::Inferred,
    source: source::DEVICE_CODE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.only_for(Grant::DeviceCode)?;
    let code = exchange.request.code.ok_or_else(|| exchange.missing_parameter("device_code"))?;
    Err(match code {
        Code::Valid => return Ok("the user has signed in".into()),
        Code::Unchecked => Verdict::cannot_tell("the device code was not looked up"),
        Code::Pending => PENDING.refuse(
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
            "the user has not signed in yet; the client asks again after `interval` seconds",
        ),
        Code::Expired => EXPIRED.refuse_or(
            &[70_019],
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            "the user did not sign in in time",
        ),
        Code::Declined => {
            DECLINED.refuse("User declined to consent to access the app.", "the user refused on the sign-in page")
        }
        Code::Redeemed => REDEEMED.refuse(
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
             refresh token.",
            "the device code has brought a token before",
        ),
        Code::Unknown | Code::WrongVerifier => UNKNOWN.refuse_or(
            &[70_000, 9_002_313],
            "The provided value for the input parameter 'device_code' is not valid.",
            "no such device code was issued to the client; the message's exact text is not public",
        ),
    })
}
