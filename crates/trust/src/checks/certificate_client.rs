//! An assertion that an application signed itself names the client of the request twice.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, same_id};

pub(super) const CHECK: Check = Check {
    id: "certificate.client-id",
    title: "A self-signed assertion names the client of the request",
    errors: &[OTHER_CLIENT],
    evaluate,
};

const OTHER_CLIENT: ErrorSpec = ErrorSpec {
    code: 700_021,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::MSAL_NET,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.certificate()?;
    let (issuer, subject) = (exchange.claim("iss")?, exchange.claim("sub")?);
    let client_id = exchange.client_id();
    if client_id.is_empty() {
        return Err(exchange.missing_parameter("client_id"));
    }
    let Some((claim, other)) = [("iss", issuer), ("sub", subject)].into_iter().find(|(_, id)| !same_id(id, client_id))
    else {
        return Ok("`iss` and `sub` are the client id".into());
    };
    Err(OTHER_CLIENT.refuse(
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at \
         https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        format!("the request is of client {client_id}, the assertion's `{claim}` is {other}"),
    ))
}
