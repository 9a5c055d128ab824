//! The resource asked for is known in the tenant and enabled.

use super::matching::is_exchange_uri;
use super::scope::resource_of;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, Endpoint, ErrorSpec, Resource, Verdict, View, same_id};

pub(super) const CHECK: Check = Check {
    id: "resource.exists",
    title: "The resource is known in the tenant and enabled",
    errors: &[NOT_FOUND, DISABLED],
    evaluate,
};

const NOT_FOUND: ErrorSpec = ErrorSpec {
    code: 500_011,
    oauth_error: "invalid_resource",
    status: 400,
    basis: Basis::Seen,
    source: source::REFERENCE,
};

const DISABLED: ErrorSpec = ErrorSpec {
    code: 500_014,
    oauth_error: "invalid_resource",
    status: 400,
    basis: Basis::Inferred,
    source: source::REFERENCE,
};

/// Domains of Microsoft's own APIs, which every tenant knows.
const MICROSOFT_DOMAINS: &[&str] = &[
    "azure.com",
    "azure.net",
    "azure.us",
    "azure.cn",
    "azure-api.net",
    "windows.net",
    "microsoft.com",
    "microsoft.us",
    "powerbi.com",
    "dynamics.com",
    "sharepoint.com",
    "office.com",
    "office365.com",
    "usgovcloudapi.net",
    "chinacloudapi.cn",
    "azuredatabricks.net",
    "azuresynapse.net",
    "visualstudio.com",
    "azurewebsites.net",
];

/// Well-known app ids: Microsoft Graph, Azure Resource Manager, Azure DevOps, Azure Databricks, Power BI.
const MICROSOFT_APP_IDS: &[&str] = &[
    "00000003-0000-0000-c000-000000000000",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "499b84ac-1321-427f-aa17-267ca6975798",
    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
    "00000009-0000-0000-c000-000000000000",
];

const MICROSOFT_GRAPH: &str = "https://graph.microsoft.com";

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let name = requested(exchange)?;
    if let Some(resource) = listed(exchange, name) {
        if resource.enabled == Some(false) {
            return Err(DISABLED.refuse(
                format!("The service principal for resource '{name}' is disabled."),
                format!("sign-in is switched off for {name}"),
            ));
        }
        return Ok(format!("{name} is known").into());
    }
    if is_microsofts(name) || is_application(exchange, name) {
        return Ok(format!("{name} is known").into());
    }
    Err(match exchange.directory.view {
        View::Partial => {
            Verdict::cannot_tell(format!("the evidence does not show whether {name} is known in the tenant"))
        }
        View::Whole => NOT_FOUND.refuse_or(
            &[50_001],
            format!(
                "The resource principal named {name} was not found in the tenant named {}. This can happen if the \
                 application has not been installed by the administrator of the tenant or consented to by any user in \
                 the tenant. You might have sent your authentication request to the wrong tenant.",
                exchange.tenant_name(),
            ),
            format!("no application of the tenant has the App ID URI {name}"),
        ),
    })
}

/// The resource of the scope, or of the v1 parameter.
pub(super) fn requested<'a>(exchange: &Exchange<'a>) -> Result<&'a str, Verdict> {
    let request = exchange.request;
    let named = match (request.endpoint, request.scope.as_deref()) {
        (Endpoint::V1, _) => request.resource.as_deref(),
        (Endpoint::V2, Some(scope)) if exchange.is_for_user() => Some(of_permissions(scope)),
        (Endpoint::V2, scope) => scope.map(str::trim).and_then(resource_of),
    };
    named.filter(|name| !name.is_empty()).ok_or_else(|| match request.view {
        View::Partial => Verdict::cannot_tell("the evidence does not show the resource asked for: give --scope"),
        View::Whole if exchange.is_for_user() => {
            Verdict::does_not_apply("the request names no resource, so it is the one that the user agreed to")
        }
        View::Whole => Verdict::not_reached("the request names no resource"),
    })
}

/// The resource of the first permission that names one; those that name none are Microsoft Graph's.
fn of_permissions(scope: &str) -> &str {
    let mut named = scope.split_ascii_whitespace().filter_map(|permission| permission.rsplit_once('/'));
    named.next().map_or(MICROSOFT_GRAPH, |(resource, _)| resource)
}

/// The directory's own record of the resource.
pub(super) fn listed<'a>(exchange: &Exchange<'a>, name: &str) -> Option<&'a Resource> {
    exchange.directory.resources.find(name)
}

fn is_application(exchange: &Exchange<'_>, name: &str) -> bool {
    let default_uri = name.strip_prefix("api://").unwrap_or(name);
    let applications = &exchange.directory.applications;
    applications.find(name).is_some() || exchange.directory.application(default_uri).is_some()
}

fn is_microsofts(name: &str) -> bool {
    let host = name.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let in_domain = |domain: &&str| {
        host.is_some_and(|host| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    };
    MICROSOFT_DOMAINS.iter().any(in_domain)
        || MICROSOFT_APP_IDS.iter().any(|id| same_id(id, name))
        || is_exchange_uri(name)
}
