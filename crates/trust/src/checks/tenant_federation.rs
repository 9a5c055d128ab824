//! The tenant has not switched workload identity federation off.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check = Check {
    id: "tenant.federation-enabled",
    title: "The tenant allows workload identity federation",
    errors: &[DISABLED],
    evaluate,
};

const DISABLED: ErrorSpec = ErrorSpec {
    code: 700_223,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Documented,
    source: source::AZURE_DEVOPS,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.assertion()?;
    exchange.federated()?;
    if exchange.policies()?.workload_identity_federation_disabled {
        return Err(DISABLED.refuse(
            "Workload identity federation is disabled or constrained in this tenant.",
            "the tenant has switched workload identity federation off; the message's exact text is not public",
        ));
    }
    Ok("the tenant has not switched it off".into())
}
