//! The tenant allows this issuer.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "tenant.issuer-allowed", title: "The tenant allows the issuer", errors: &[NOT_ALLOWED], evaluate };

const NOT_ALLOWED: ErrorSpec = ErrorSpec {
    code: 700_238,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Documented,
    source: source::AZURE_DEVOPS,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.claim("iss")?;
    exchange.federated()?;
    let same = |allowed: &String| allowed.trim_end_matches('/') == issuer.trim_end_matches('/');
    match &exchange.policies()?.allowed_issuers {
        Some(allowed) if !allowed.iter().any(same) => Err(NOT_ALLOWED.refuse(
            format!(
                "Tokens issued by issuer '{issuer}' may not be used for workload identity federation in this tenant."
            ),
            format!("{issuer} is not among the issuers that the tenant allows; the message's exact text is not public"),
        )),
        _ => Ok("no policy of the tenant excludes the issuer".into()),
    }
}
