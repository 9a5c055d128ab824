//! The client is an application or managed identity of the tenant.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Application, Basis, Check, Client, ErrorSpec, Verdict, View, same_id};

pub(super) const CHECK: Check = Check {
    id: "application.exists",
    title: "The client id is an application or managed identity of the tenant",
    errors: &[NOT_FOUND, NO_SERVICE_PRINCIPAL],
    evaluate,
};

const NOT_FOUND: ErrorSpec = ErrorSpec {
    code: 700_016,
    oauth_error: "unauthorized_client",
    status: 400,
    basis: Basis::Seen,
    source: source::MSAL_NET,
};

const NO_SERVICE_PRINCIPAL: ErrorSpec = ErrorSpec {
    code: 7_000_229,
    oauth_error: "unauthorized_client",
    status: 400,
    basis: Basis::Inferred,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let client_id = exchange.client_id();
    match exchange.client {
        None if exchange.directory.view == View::Partial => Err(Verdict::cannot_tell(match client_id {
            "" => "the client id is not known: give --client-id".to_owned(),
            _ => format!("the evidence does not show whether `{client_id}` is in the tenant"),
        })),
        None if client_id.is_empty() => Err(Verdict::not_reached("the request has no client id")),
        None => Err(not_found(exchange, format!("no application or managed identity has the id `{client_id}`"))),
        Some(Client::ManagedIdentity(identity)) => match is_foreign(exchange, identity.tenant_id.as_deref()) {
            Some(home) => Err(not_found(exchange, format!("the managed identity is in tenant {home}"))),
            None => Ok(format!("`{client_id}` is a managed identity").into()),
        },
        Some(Client::Application(application)) => in_tenant(exchange, application),
    }
}

fn in_tenant(exchange: &Exchange<'_>, application: &Application) -> Finding {
    let found = || match application.app_id.as_str() {
        "" => Ok("the credentials at hand are taken for the application's".into()),
        app_id => Ok(format!("`{app_id}` is an application of the tenant").into()),
    };
    let asked = exchange.tenant.map(|tenant| tenant.id.as_str());
    let foreign =
        is_foreign(exchange, application.tenant_id.as_deref()).filter(|_| !is_listed_in_tenant(exchange, application));
    let principals = application.service_principals.as_deref();
    let has_principal = principals
        .zip(asked)
        .map(|(principals, asked)| principals.iter().any(|principal| same_id(&principal.tenant_id, asked)));
    match (foreign, has_principal) {
        (None, None | Some(true)) | (Some(_), Some(true)) => found(),
        (None, Some(false)) => {
            Err(no_principal(exchange, application, "its home tenant has no service principal for it"))
        }
        (Some(home), _) => match application.sign_in_audience {
            Some(audience)
                if audience.is_multi_tenant()
                    && has_principal.is_none()
                    && exchange.directory.view == View::Partial =>
            {
                Err(Verdict::cannot_tell(
                    "whether the multitenant application has a service principal in this tenant is not known",
                ))
            }
            Some(audience) if audience.is_multi_tenant() => {
                Err(no_principal(exchange, application, "nobody has added the multitenant application to this tenant"))
            }
            _ => Err(not_found(exchange, format!("the application is single-tenant and lives in tenant {home}"))),
        },
    }
}

/// The client's home tenant, when it is known and not the one asked.
fn is_foreign<'a>(exchange: &Exchange<'_>, home: Option<&'a str>) -> Option<&'a str> {
    let asked = exchange.tenant?;
    home.filter(|home| !same_id(home, &asked.id))
}

/// Another record of the same application in the tenant asked stands for its presence there.
fn is_listed_in_tenant(exchange: &Exchange<'_>, application: &Application) -> bool {
    let asked = exchange.tenant.map(|tenant| tenant.id.as_str());
    exchange.directory.applications.find_all(&application.app_id).any(|other| {
        let in_tenant = other.tenant_id.as_deref().zip(asked).is_some_and(|(tenant, asked)| same_id(tenant, asked));
        in_tenant && same_id(&other.app_id, &application.app_id)
    })
}

fn not_found(exchange: &Exchange<'_>, detail: String) -> Verdict {
    NOT_FOUND.refuse(
        format!(
            "Application with identifier '{}' was not found in the directory '{}'. This can happen if the application \
             has not been installed by the administrator of the tenant or consented to by any user in the tenant. You \
             may have sent your authentication request to the wrong tenant.",
            exchange.client_id(),
            exchange.tenant_name(),
        ),
        detail,
    )
}

fn no_principal(exchange: &Exchange<'_>, application: &Application, detail: &str) -> Verdict {
    let tenant = exchange.tenant.map_or("", |tenant| tenant.id.as_str());
    NO_SERVICE_PRINCIPAL.refuse_or(
        &[700_016],
        format!(
            "The client application {} is missing service principal in the tenant {tenant}. See instructions here: \
             https://go.microsoft.com/fwlink/?linkid=2225119",
            application.app_id,
        ),
        detail,
    )
}
