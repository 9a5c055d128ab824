//! The header's `typ` is `JWT`; RFC 9068's `at+jwt` is refused.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "assertion.header-type", title: "The assertion's `typ` is JWT", errors: &[HEADER_TYPE], evaluate };

const HEADER_TYPE: ErrorSpec = ErrorSpec {
    code: 5_002_727,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    match exchange.header()?.text("typ") {
        None => Ok("the header has no `typ`, which is taken to be accepted".into()),
        Some(typ) if typ.eq_ignore_ascii_case("JWT") || typ == "http://openid.net/specs/jwt/1.0" => {
            Ok("`typ` is JWT".into())
        }
        Some(typ) => Err(HEADER_TYPE.refuse(
            "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'.",
            format!("`typ` is `{typ}`"),
        )),
    }
}
