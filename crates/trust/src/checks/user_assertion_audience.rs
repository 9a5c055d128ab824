//! The user's token was made for the client that presents it.

use super::user_assertion::{claims, missing_claim};
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View, same_id};

pub(super) const CHECK: Check = Check {
    id: "user-assertion.audience",
    title: "The user's token was made for the client",
    errors: &[OTHER_AUDIENCE],
    evaluate,
};

const OTHER_AUDIENCE: ErrorSpec = ErrorSpec {
    code: 500_131,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::COMMUNICATOR_214,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let presented = claims(exchange)?.audiences();
    if presented.is_empty() {
        return Err(missing_claim(exchange, "aud"));
    }
    let application = exchange.application()?;
    let app_id = &application.app_id;
    // Letter case counts in an App ID URI: a public report was solved by changing it.
    let is_own = |audience: &&&str| {
        same_id(audience, app_id) || application.identifier_uris.iter().any(|uri| uri.as_str() == **audience)
    };
    if let Some(audience) = presented.iter().find(is_own) {
        return Ok(format!("{audience} is the client").into());
    }
    let presented = presented.join(", ");
    if exchange.directory.view == View::Partial && application.identifier_uris.is_empty() {
        return Err(Verdict::cannot_tell(format!("whether {presented} is an App ID URI of the client is not known")));
    }
    Err(OTHER_AUDIENCE.refuse(
        format!(
            "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion \
             was '{presented}' and the expected audience is '{app_id}' or one of the Application Uris of this application \
             with App ID '{app_id}'({}). The downstream client must request a token for the expected audience (the \
             application that made the OBO request) and this application should use that token as the assertion.",
            exchange.client_name(),
        ),
        format!("the user's token is for {presented}, and {app_id} presents it"),
    ))
}
