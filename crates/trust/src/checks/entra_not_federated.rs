//! An Entra token was not itself got through a federated identity credential.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, View};

pub(super) const CHECK: Check = Check {
    id: "entra.not-federated",
    title: "The Entra token was not got through a federated credential itself",
    errors: &[CHAINED],
    evaluate,
};

const CHAINED: ErrorSpec = ErrorSpec {
    code: 700_231,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::WORKLOAD_IDENTITY_1363,
};

/// Azure DevOps and agent tokens carry `xms_ficinfo` too and are accepted; they have structured subjects.
fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let claims = exchange.claims()?;
    let structured = claims.text("sub").is_some_and(|subject| subject.starts_with("/eid1/"));
    match (claims.contains("xms_ficinfo"), structured) {
        (false, _) if exchange.assertion()?.view == View::Partial => Err(exchange.missing_claim("xms_ficinfo")),
        (false, _) => Ok("it has no `xms_ficinfo`".into()),
        (true, true) => Ok("it has `xms_ficinfo` with a structured subject, which is accepted".into()),
        (true, false) => Err(CHAINED.refuse(
            "Token obtained using a federated identity credential may not be used as a federated identity credential",
            "the token carries `xms_ficinfo`: the identity behind it signed in with a federated credential, and a chain \
             of two is refused",
        )),
    }
}
