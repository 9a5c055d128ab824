//! The application is enabled.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict, View, same_id};

pub(super) const CHECK: Check = Check {
    id: "application.enabled",
    title: "The application is enabled",
    errors: &[DISABLED, DISABLED_IN_TENANT],
    evaluate,
};

const DISABLED: ErrorSpec = ErrorSpec {
    code: 7_000_112,
    oauth_error: "unauthorized_client",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

const DISABLED_IN_TENANT: ErrorSpec = ErrorSpec {
    code: 7_000_116,
    oauth_error: "unauthorized_client",
    status: 400,
    basis: Basis::Inferred,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let application = match exchange.client {
        Some(Client::Application(application)) => application,
        Some(Client::ManagedIdentity(_)) => return Err(Verdict::does_not_apply("the client is a managed identity")),
        None => return Err(Verdict::not_reached("the application is not known")),
    };
    let (id, name) = (&application.app_id, exchange.client_name());
    let principal = application
        .service_principals
        .iter()
        .flatten()
        .find(|principal| exchange.tenant.is_some_and(|tenant| same_id(&tenant.id, &principal.tenant_id)));
    match (application.enabled, principal.and_then(|principal| principal.account_enabled)) {
        (Some(false), _) => {
            Err(DISABLED.refuse(format!("Application '{id}'({name}) is disabled."), "the application is disabled"))
        }
        (_, Some(false)) => Err(DISABLED_IN_TENANT.refuse_or(
            &[7_000_112],
            format!("Client application '{id}'({name}) is disabled in tenant {}.", exchange.tenant_name()),
            "sign-in is switched off for the service principal in this tenant",
        )),
        (None, None) if exchange.directory.view == View::Partial => {
            Err(Verdict::cannot_tell("the evidence does not show whether the application is enabled"))
        }
        _ => Ok("the application is enabled".into()),
    }
}
