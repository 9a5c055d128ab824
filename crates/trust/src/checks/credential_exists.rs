//! The client has a federated identity credential at all.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec};

pub(super) const CHECK: Check =
    Check { id: "fic.exists", title: "The client has a federated identity credential", errors: &[NONE], evaluate };

const NONE: ErrorSpec = ErrorSpec {
    code: 70_025,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Documented,
    source: source::AZURE_DEVOPS,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let count = exchange.matching()?.all.len();
    if count > 0 {
        return Ok(format!("it has {count}").into());
    }
    Err(NONE.refuse(
        format!(
            "The client '{}'({}) has no configured federated identity credentials.",
            exchange.client_id(),
            exchange.client_name(),
        ),
        "it has none; one that was just created takes a few minutes to be seen everywhere",
    ))
}
