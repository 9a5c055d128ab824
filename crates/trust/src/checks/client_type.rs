//! A public client presents no credential, and any other presents one.

use super::grant::Grant;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "client.type",
    title: "The client presents a credential unless it is public",
    errors: &[PUBLIC, CONFIDENTIAL],
    evaluate,
};

const PUBLIC: ErrorSpec = ErrorSpec {
    code: 700_025,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Documented,
    source: source::PASSWORD_GRANT,
};

const CONFIDENTIAL: ErrorSpec = ErrorSpec {
    code: 7_000_218,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let Some(grant) = exchange.grant.filter(|grant| grant.is_for_user()) else {
        return Err(Verdict::does_not_apply("the token is not for a user"));
    };
    let is_public = match exchange.client {
        None => return Err(Verdict::not_reached("the application is not known")),
        Some(Client::ManagedIdentity(_)) => Some(false),
        Some(Client::Application(application)) => application.is_fallback_public_client,
    };
    let request = exchange.request;
    let presents = request.client_secret.is_some() || request.assertion.is_some();
    match (is_public, presents) {
        (Some(true), true) if is_without_address(grant) => Err(PUBLIC.refuse(
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
            "the application is registered as a public client, which has no credential to present",
        )),
        (_, true) => Ok("the client presented a credential".into()),
        (_, false) if request.view == View::Partial => {
            Err(Verdict::cannot_tell("the evidence does not show what the client presented"))
        }
        (Some(true), false) if grant != Grant::OnBehalfOf => Ok("the client is public and presented none".into()),
        (None, false) if exchange.directory.view == View::Partial => {
            Err(Verdict::cannot_tell("whether the client is public: add the output of `az ad app show`"))
        }
        (_, false) => Err(CONFIDENTIAL.refuse(
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            "the client is not registered as a public one, and presented neither an assertion nor a secret",
        )),
    }
}

/// Whether no redirect address tells the client's type, so that its registration's fallback counts. A code is
/// bound to an address, and so is what came of one.
fn is_without_address(grant: Grant) -> bool {
    matches!(grant, Grant::Password | Grant::DeviceCode)
}
