//! The client secret is one of the client's and has not expired.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ClientSecret, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "client.secret",
    title: "The client secret is right and has not expired",
    errors: &[WRONG, EXPIRED],
    evaluate,
};

const WRONG: ErrorSpec = ErrorSpec {
    code: 7_000_215,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::REFERENCE,
};

const EXPIRED: ErrorSpec = ErrorSpec {
    code: 7_000_222,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let Some(secret) = &exchange.request.client_secret else {
        return Err(Verdict::does_not_apply("the request presents no client secret"));
    };
    if exchange.client.is_none() {
        return Err(Verdict::not_reached("the application is not known"));
    }
    let client_id = exchange.client_id();
    match secret {
        ClientSecret::Unchecked => {
            Err(Verdict::cannot_tell("the secret was not compared with those of the application"))
        }
        ClientSecret::Wrong => Err(WRONG.refuse(
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
                 not the client secret ID, for a secret added to app '{client_id}'."
            ),
            "the application has no such secret",
        )),
        ClientSecret::Registered { expires: Some(expires) } if *expires <= exchange.now => Err(EXPIRED.refuse(
            format!(
                "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new \
                 keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added \
                 security: https://aka.ms/certCreds."
            ),
            "the secret is the application's, and its time is over",
        )),
        ClientSecret::Registered { expires: Some(expires) } => {
            Ok(format!("it is the application's, and valid until {expires}").into())
        }
        ClientSecret::Registered { expires: None } => Ok("it is the application's".into()),
    }
}
