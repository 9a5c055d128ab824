//! The tenant in the path has the form of a tenant.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "tenant.identifier",
    title: "The tenant in the path is a GUID or a domain",
    errors: &[EMPTY_GUID, NOT_A_DOMAIN, NO_TENANT],
    evaluate,
};

const EMPTY_GUID: ErrorSpec = ErrorSpec {
    code: 900_021,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

const NOT_A_DOMAIN: ErrorSpec = ErrorSpec {
    code: 900_023,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

const NO_TENANT: ErrorSpec = ErrorSpec {
    code: 50_059,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Documented,
    source: source::REFERENCE,
};

const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let request = exchange.request;
    let tenant = match (request.tenant.as_deref(), request.view) {
        (Some(tenant), _) if !tenant.is_empty() => tenant,
        (_, View::Partial) => {
            return Err(Verdict::cannot_tell("the evidence does not show the tenant asked: give --tenant"));
        }
        _ => {
            return Err(NO_TENANT.refuse(
                "No tenant-identifying information found in either the request or implied by any provided credentials.",
                "the path names no tenant",
            ));
        }
    };
    if tenant == ZERO_GUID {
        return Err(EMPTY_GUID.refuse(
            format!(
                "Requested tenant identifier '{tenant}' is not valid. Tenant identifiers may not be an empty GUID."
            ),
            "the tenant is the empty GUID, which scripts send when a variable is not set",
        ));
    }
    if is_guid(tenant) || is_domain(tenant) || is_alias(tenant) {
        return Ok(format!("`{tenant}` has the form of a tenant").into());
    }
    Err(NOT_A_DOMAIN.refuse(
        format!("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."),
        format!("`{tenant}` is neither a GUID nor a domain name"),
    ))
}

fn is_guid(tenant: &str) -> bool {
    tenant.len() == ZERO_GUID.len() && uuid::Uuid::try_parse(tenant).is_ok()
}

/// Whether the path names an endpoint shared by all tenants.
pub fn is_alias(tenant: &str) -> bool {
    ["common", "organizations", "consumers"].iter().any(|alias| tenant.eq_ignore_ascii_case(alias))
}

fn is_domain(tenant: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    tenant.contains('.') && tenant.len() <= 253 && tenant.split('.').all(label)
}
