//! The request names one client only.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check =
    Check { id: "request.single-client", title: "The request names one client", errors: &[AMBIGUOUS], evaluate };

/// A public program that analyses its own failures expects it under `invalid_client`.
const AMBIGUOUS: ErrorSpec = ErrorSpec {
    code: 7_000_110,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::ThirdParty,
    source: source::AMBIGUOUS_CLIENT,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let request = exchange.request;
    if request.ambiguous_client {
        return Err(AMBIGUOUS.refuse(
            "Request is ambiguous, multiple application identifiers found. The client ID used to obtain the grant \
             (e.g. refresh token or authorization code) might not match the client ID passed in this request or client \
             credential.",
            "the request gives several client ids that differ",
        ));
    }
    match request.view {
        View::Whole => Ok("no second client id was sent".into()),
        View::Partial => Err(Verdict::does_not_apply("nothing speaks of a second client id")),
    }
}
