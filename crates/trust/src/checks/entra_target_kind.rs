//! Azure DevOps' Entra-issued tokens are for managed identities and single-tenant applications.

use fedlens_issuers::{AZURE_DEVOPS, Subject, parse_subject};

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Client, ErrorSpec, Verdict};

pub(super) const CHECK: Check = Check {
    id: "entra.target-kind",
    title: "The target is a managed identity or a single-tenant application",
    errors: &[MULTI_TENANT],
    evaluate,
};

const MULTI_TENANT: ErrorSpec = ErrorSpec {
    code: 70_052,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Documented,
    source: source::AZURE_DEVOPS,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let subject = exchange.claim("sub")?;
    let for_azure_devops = subject.starts_with("/eid1/")
        && matches!(parse_subject(None, subject), Subject::Eid1(eid1) if eid1.application == AZURE_DEVOPS);
    if !for_azure_devops {
        return Err(Verdict::does_not_apply("the token is not Azure DevOps'"));
    }
    match exchange.client {
        None => Err(Verdict::not_reached("whether the target is an application is not known")),
        Some(Client::ManagedIdentity(_)) => Ok("the target is a managed identity".into()),
        Some(Client::Application(application)) => match application.sign_in_audience {
            None => {
                Err(Verdict::cannot_tell("whether the application is multitenant: add the output of `az ad app show`"))
            }
            Some(audience) if audience.is_multi_tenant() => Err(MULTI_TENANT.refuse(
                "The identity must be a managed identity, a single tenant app, or a service account",
                "the application is multitenant",
            )),
            Some(_) => Ok("the application is single-tenant".into()),
        },
    }
}
