//! The client id is not the empty GUID.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict};

pub(super) const CHECK: Check =
    Check { id: "request.client-id", title: "The client id is not the empty GUID", errors: &[EMPTY_GUID], evaluate };

const EMPTY_GUID: ErrorSpec = ErrorSpec {
    code: 700_038,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    match exchange.client_id() {
        "" => Err(Verdict::not_reached("the client id is not known")),
        "00000000-0000-0000-0000-000000000000" => Err(EMPTY_GUID.refuse(
            "00000000-0000-0000-0000-000000000000 is not a valid application identifier.",
            "the client id is the empty GUID, which programs send when a setting is missing",
        )),
        _ => Ok("the client id is not empty".into()),
    }
}
