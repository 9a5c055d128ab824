//! The assertion's `enterprise` is one that the tenant asks for.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, View};

pub(super) const CHECK: Check = Check {
    id: "tenant.enterprise",
    title: "The assertion is from an enterprise that the tenant accepts",
    errors: &[NOT_ACCEPTED],
    evaluate,
};

const NOT_ACCEPTED: ErrorSpec = ErrorSpec {
    code: 7_002_381,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::PUBLIC_NOTES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.claim("iss")?;
    exchange.federated()?;
    let same = |listed: &str| listed.trim_end_matches('/') == issuer.trim_end_matches('/');
    let required = exchange.policies()?.required_enterprises.iter().find(|(listed, _)| same(listed));
    let Some((_, accepted)) = required else {
        return Ok("no policy of the tenant asks for an enterprise".into());
    };
    let claims = exchange.claims()?;
    let actual = claims.text("enterprise");
    if actual.is_none() && exchange.assertion()?.view == View::Partial {
        return Err(exchange.missing_claim("enterprise"));
    }
    let actual = actual.unwrap_or_default();
    if accepted.iter().any(|accepted| accepted == actual) {
        return Ok(format!("`enterprise` is {actual}").into());
    }
    Err(NOT_ACCEPTED.refuse(
        format!(
            "Federated identity credentials issued by '{}/' for applications or managed identities registered in this \
             tenant must contain the enterprise claim with value {} but actual value is '{actual}'.",
            issuer.trim_end_matches('/'),
            quoted_list(accepted),
        ),
        format!("the tenant accepts {} only, and the assertion's `enterprise` is '{actual}'", quoted_list(accepted)),
    ))
}

/// `'a', 'b' or 'c'`
fn quoted_list(values: &[String]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| format!("'{value}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
