//! An Entra token is from the cloud in which the target lives.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "entra.same-cloud",
    title: "The Entra token is from the target's own cloud",
    errors: &[OTHER_CLOUD],
    evaluate,
};

const OTHER_CLOUD: ErrorSpec = ErrorSpec {
    code: 700_238,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::ThirdParty,
    source: source::PUBLIC_NOTES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.entra_issuer()?;
    let target = exchange.cloud();
    if issuer.cloud == target {
        return Ok("it is from the target's own cloud".into());
    }
    if issuer.version == 1 {
        return Err(Verdict::cannot_tell("several clouds share this issuer host"));
    }
    let presented = exchange.claim("iss")?;
    Err(OTHER_CLOUD.refuse_or(
        &[900_382],
        format!("Tokens issued by issuer '{presented}' may not be used for federated identity credential flows in this tenant."),
        format!("the token is from {}, the target lives at {}", issuer.cloud.authority_host(), target.authority_host()),
    ))
}
