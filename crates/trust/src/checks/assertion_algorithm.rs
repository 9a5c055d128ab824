//! The assertion is signed with RSA.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check = Check {
    id: "assertion.algorithm",
    title: "The assertion is signed with an RSA algorithm",
    errors: &[ALGORITHM],
    evaluate,
};

const ALGORITHM: ErrorSpec = ErrorSpec {
    code: 5_002_738,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::MSAL_NET,
};

/// MSAL signs certificate assertions with PS256, so Entra takes it although the message does not list it.
const SUPPORTED: &[&str] = &["RS256", "RS384", "RS512", "PS256"];

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let algorithm = exchange.header()?.text("alg").unwrap_or_default();
    match algorithm {
        "RS256" => Ok("RS256".into()),
        _ if SUPPORTED.contains(&algorithm) => {
            Ok(format!("{algorithm}; only RS256 is documented for federation").into())
        }
        _ => Err(ALGORITHM.refuse(
            format!(
                "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing \
                 algorithms are: 'RS256,RS384,RS512'"
            ),
            match algorithm {
                "" => "the header has no `alg`".to_owned(),
                _ => format!("the assertion is signed with {algorithm}"),
            },
        )),
    }
}
