//! The user's account is enabled.

use super::user_exists::user;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check =
    Check { id: "user.enabled", title: "The user's account is enabled", errors: &[DISABLED], evaluate };

const DISABLED: ErrorSpec = ErrorSpec {
    code: 50_057,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    match (user(exchange)?.account_enabled, exchange.directory.view) {
        (Some(false), _) => Err(DISABLED.refuse("The user account is disabled.", "the user's account is switched off")),
        (None, View::Partial) => Err(Verdict::cannot_tell("whether the user's account is enabled is not known")),
        _ => Ok("the account is enabled".into()),
    }
}
