//! The password is the user's.

use super::grant::Grant;
use super::user_exists::user;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Password, Verdict};

pub(super) const CHECK: Check =
    Check { id: "user.password", title: "The password is the user's", errors: &[WRONG], evaluate };

const WRONG: ErrorSpec = ErrorSpec {
    code: 50_126,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.only_for(Grant::Password)?;
    let password = exchange.request.password.ok_or_else(|| exchange.missing_parameter("password"))?;
    user(exchange)?;
    match password {
        Password::Right => Ok("the password was compared".into()),
        Password::Unchecked => Err(Verdict::cannot_tell("the password was not compared")),
        Password::Wrong => Err(WRONG.refuse(
            "Error validating credentials due to invalid username or password.",
            "the password is not the user's",
        )),
    }
}
