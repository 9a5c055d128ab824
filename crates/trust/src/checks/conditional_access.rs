//! No Conditional Access policy for workload identities blocks the client.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict, same_id};

pub(super) const CHECK: Check = Check {
    id: "tenant.conditional-access",
    title: "No Conditional Access policy blocks the application",
    errors: &[BLOCKED],
    evaluate,
};

const BLOCKED: ErrorSpec = ErrorSpec {
    code: 53_003,
    oauth_error: "invalid_grant",
    status: 400,
    basis: Basis::Seen,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    if exchange.is_for_user() {
        return Err(Verdict::does_not_apply("policies for workload identities do not cover users"));
    }
    let application = match exchange.client {
        Some(Client::Application(application)) => application,
        Some(Client::ManagedIdentity(_)) => return Err(Verdict::does_not_apply("managed identities are not covered")),
        None => return Err(Verdict::not_reached("the application is not known")),
    };
    if application.sign_in_audience.is_some_and(crate::SignInAudience::is_multi_tenant) {
        return Err(Verdict::does_not_apply("multitenant applications are not covered"));
    }
    let blocks = &exchange.policies()?.conditional_access_blocks;
    if blocks.iter().any(|blocked| same_id(blocked, &application.app_id)) {
        return Err(BLOCKED.refuse(
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
            "a Conditional Access policy for workload identities blocks the application",
        ));
    }
    Ok("no policy blocks the application".into())
}
