//! The tenant exists, in the cloud that was called, and takes client credentials.

use super::grant::Grant;
use super::tenant_identifier::is_alias;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View};

pub(super) const CHECK: Check = Check {
    id: "tenant.exists",
    title: "The tenant exists in this cloud",
    errors: &[NOT_FOUND, NATIONAL_CLOUD, SHARED_ENDPOINT],
    evaluate,
};

const NOT_FOUND: ErrorSpec = ErrorSpec {
    code: 90_002,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::STS_TEMPLATES,
};

const NATIONAL_CLOUD: ErrorSpec = ErrorSpec {
    code: 90_038,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::REFERENCE,
};

const SHARED_ENDPOINT: ErrorSpec = ErrorSpec {
    code: 9_001_023,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::REFERENCE,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let Some(path) = exchange.request.tenant.as_deref() else {
        return Err(Verdict::not_reached("the tenant asked is not known"));
    };
    if is_alias(path) {
        return of_alias(exchange, path);
    }
    let Some(tenant) = exchange.tenant else {
        return Err(match exchange.directory.view {
            View::Whole => NOT_FOUND.refuse(not_found_message(path), format!("no tenant `{path}` is in the directory")),
            View::Partial => Verdict::cannot_tell(format!("the evidence does not show whether tenant `{path}` exists")),
        });
    };
    if tenant.cloud != exchange.policy.cloud {
        let host = tenant.cloud.authority_host();
        return Err(NATIONAL_CLOUD.refuse_or(
            &[90_002],
            format!("Tenant '{path}' request is being redirected to the National Cloud '{host}'."),
            format!("the tenant lives in another cloud, whose sign-in endpoint is {host}"),
        ));
    }
    Ok(format!("tenant `{}` exists", exchange.tenant_name()).into())
}

/// `organizations` leaves the tenant to the user who signs in, and so does `common` where the user does so on a page.
fn of_alias(exchange: &Exchange<'_>, path: &str) -> Finding {
    let is_organizations = path.eq_ignore_ascii_case("organizations");
    match exchange.grant {
        Some(grant) if grant.is_for_user() && (grant != Grant::Password || is_organizations) => match exchange.tenant {
            _ if path.eq_ignore_ascii_case("consumers") => {
                Err(Verdict::cannot_tell("personal accounts are not judged here"))
            }
            Some(_) => Ok(format!("`{path}` stands for the user's tenant, `{}`", exchange.tenant_name()).into()),
            None => Err(Verdict::cannot_tell(format!("`{path}` stands for the user's tenant, which is not known"))),
        },
        grant => Err(SHARED_ENDPOINT.refuse_or(
            &[50_194, 1_002_026],
            "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or \
             tenant-specific endpoint.",
            match grant {
                Some(Grant::Password) => format!("a password is checked at the user's own tenant; `{path}` names none"),
                _ => format!("an application signs in at its own tenant; `{path}` names none"),
            },
        )),
    }
}

fn not_found_message(path: &str) -> String {
    format!(
        "Tenant '{path}' not found. Check to make sure you have the correct tenant ID and are signing into the \
         correct cloud. Check with your subscription administrator, this may happen if there are no active \
         subscriptions for the tenant."
    )
}
