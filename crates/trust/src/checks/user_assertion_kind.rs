//! The user's token is for a user.

use fedlens_token::{TokenKind, classify};

use super::user_assertion::claims;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict};

pub(super) const CHECK: Check =
    Check { id: "user-assertion.kind", title: "The user's token is for a user", errors: &[APP_ONLY], evaluate };

const APP_ONLY: ErrorSpec = ErrorSpec {
    code: 7_000_114,
    oauth_error: "unauthorized_client",
    status: 400,
    basis: Basis::Seen,
    source: source::MSAL_NET_2130,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let class = classify(claims(exchange)?);
    match class.kind {
        TokenKind::Delegated | TokenKind::IdToken => Ok(class.because.into()),
        TokenKind::Undetermined => Err(Verdict::cannot_tell(class.because)),
        TokenKind::AppOnly => Err(APP_ONLY.refuse_or(
            &[7_000_113],
            format!("Application '{}' is not allowed to make application on-behalf-of calls.", exchange.client_id()),
            format!("the token is of an application and stands for no user: {}", class.because),
        )),
    }
}
