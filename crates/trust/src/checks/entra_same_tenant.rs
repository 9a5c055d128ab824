//! An Entra token is from the tenant in which the target is registered.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict, same_id};

pub(super) const CHECK: Check = Check {
    id: "entra.same-tenant",
    title: "The Entra token is from the target's own tenant",
    errors: &[OTHER_TENANT],
    evaluate,
};

const OTHER_TENANT: ErrorSpec = ErrorSpec {
    code: 700_236,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::CROSS_TENANT_ANSWER,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.entra_issuer()?;
    if issuer.cloud != exchange.cloud() {
        return Err(Verdict::does_not_apply("the token is from another cloud"));
    }
    let asked = || exchange.tenant.map(|tenant| tenant.id.as_str()).or(exchange.request.tenant.as_deref());
    let Some(home) = exchange.client.and_then(Client::home_tenant).or_else(asked) else {
        return Err(Verdict::cannot_tell("the tenant in which the target is registered is not known: give --tenant"));
    };
    let from = issuer.tenant.hyphenated().to_string();
    if same_id(home, &from) || exchange.directory.tenant(home).is_some_and(|tenant| same_id(&tenant.id, &from)) {
        return Ok("it is from the target's own tenant".into());
    }
    Err(OTHER_TENANT.refuse(
        format!(
            "Entra ID tokens issued by issuer '{}' may not be used for federated identity credential flows for \
             applications or managed identities registered in this tenant.",
            exchange.claim("iss")?,
        ),
        format!("the token is from tenant {from}, the target is registered in {home}"),
    ))
}
