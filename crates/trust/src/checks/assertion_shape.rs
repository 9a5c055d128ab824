//! The assertion is three parts of base64url, the first two JSON objects.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "assertion.shape",
    title: "The assertion is a readable JSON Web Token",
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
    let assertion = exchange.assertion()?;
    match (&assertion.header, &assertion.claims) {
        (Some(_), Some(_)) => Ok("header and claims are readable".into()),
        _ if assertion.view == View::Partial => {
            Err(Verdict::cannot_tell("only what messages say of the assertion is known: add the token itself"))
        }
        (None, _) => {
            Err(MALFORMED.refuse("JWT token is invalid or malformed.", "the assertion's header cannot be read"))
        }
        (_, None) => {
            Err(MALFORMED.refuse("JWT token is invalid or malformed.", "the assertion's claims cannot be read"))
        }
    }
}
