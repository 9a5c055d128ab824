//! The user's token is three parts of base64url, the first two JSON objects.

use super::user_assertion::token;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "user-assertion.shape",
    title: "The user's token is a readable JSON Web Token",
    errors: &[MALFORMED],
    evaluate,
};

const MALFORMED: ErrorSpec = ErrorSpec {
    code: 50_027,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::MSAL_NET,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let token = token(exchange)?;
    if token.header.is_some() && token.claims.is_some() {
        return Ok("header and claims are readable".into());
    }
    if token.view == View::Partial {
        return Err(Verdict::cannot_tell("only a part of the user's token is known: add the token itself"));
    }
    Err(MALFORMED.refuse("JWT token is invalid or malformed.", "the token in `assertion` cannot be read"))
}
