//! The token of the user for whom another one is asked.

use fedlens_token::Claims;

use super::Exchange;
use super::grant::Grant;
use crate::{Assertion, Verdict, View};

/// The user's token, or why there is none to look at.
pub(super) fn token<'a>(exchange: &Exchange<'a>) -> Result<&'a Assertion, Verdict> {
    if matches!(exchange.grant, Some(Grant::SamlBearer | Grant::UserFic)) {
        return Err(Verdict::cannot_tell("what this grant type presents for the user is not judged here"));
    }
    exchange.only_for(Grant::OnBehalfOf)?;
    exchange.request.user_assertion.as_ref().ok_or_else(|| exchange.missing_parameter("assertion"))
}

/// Its claims. Of the grants that are not judged, only the first of the checks says so.
pub(super) fn claims<'a>(exchange: &Exchange<'a>) -> Result<&'a Claims, Verdict> {
    exchange.only_for(Grant::OnBehalfOf)?;
    let token = token(exchange)?;
    token.claims.as_ref().ok_or_else(|| Verdict::not_reached("the claims of the user's token cannot be read"))
}

/// The verdict for a claim that the user's token does not show.
pub(super) fn missing_claim(exchange: &Exchange<'_>, name: &'static str) -> Verdict {
    match exchange.request.user_assertion.as_ref().map(|token| token.view) {
        Some(View::Partial) => Verdict::cannot_tell(format!("the evidence does not show `{name}` of the user's token")),
        _ => Verdict::not_reached(format!("the user's token has no `{name}`")),
    }
}
