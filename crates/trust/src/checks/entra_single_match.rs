//! Only one credential fits: not one for the v1 and one for the v2 issuer of the same tenant.

use fedlens_issuers::recognise;

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "entra.single-match", title: "Only one credential fits the Entra token", errors: &[SEVERAL], evaluate };

const SEVERAL: ErrorSpec = ErrorSpec {
    code: 700_263,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::ThirdParty,
    source: source::PUBLIC_NOTES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.entra_issuer()?;
    let matched = exchange.matched()?;
    let twin = exchange.matching()?.all.iter().find(|other| {
        other.issuer != matched.issuer
            && other.subject == matched.subject
            && recognise(&other.issuer)
                .and_then(|recognised| recognised.entra)
                .is_some_and(|entra| entra.tenant == issuer.tenant)
    });
    match twin {
        None => Ok("no other credential fits".into()),
        Some(twin) => Err(SEVERAL.refuse(
            "More than one federated identity credential matches the presented assertion.",
            format!("{} and {} name the same tenant and subject", matched.issuer, twin.issuer),
        )),
    }
}
