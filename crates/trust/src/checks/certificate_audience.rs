//! An assertion that the client signed itself is addressed to the tenant that was asked.

use fedlens_token::ENTRA_HOSTS;

use super::tenant_identifier::is_alias;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Verdict, View, same_id};

pub(super) const CHECK: Check = Check {
    id: "certificate.audience",
    title: "A self-signed assertion is addressed to the tenant asked",
    errors: &[OTHER_REALM],
    evaluate,
};

const OTHER_REALM: ErrorSpec = ErrorSpec {
    code: 700_023,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::MSAL_NET_2746,
};

/// A host at which Entra answers, and which stands in no token's `iss`.
const ALIAS_HOST: &str = "login-us.microsoftonline.com";

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.certificate()?;
    let presented = exchange.claims()?.audiences();
    if presented.is_empty() {
        return Err(exchange.missing_claim("aud"));
    }
    if let Some(audience) = presented.iter().find(|audience| is_endpoint(exchange, audience)) {
        return Ok(format!("{audience} is the tenant's").into());
    }
    let presented = presented.join(", ");
    if exchange.request.view == View::Partial && exchange.request.url.is_none() {
        return Err(Verdict::cannot_tell(format!("whether {presented} is where the request was sent is not known")));
    }
    Err(OTHER_REALM.refuse(
        "Client assertion audience claim does not match Realm issuer. Review the documentation at \
         https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        format!("the assertion is addressed to {presented}, which is neither the token endpoint asked nor its issuer"),
    ))
}

/// Whether this is the token endpoint or the issuer of the tenant asked, in any of their spellings.
fn is_endpoint(exchange: &Exchange<'_>, audience: &str) -> bool {
    let Some((origin, path)) = split(audience) else { return false };
    let own = exchange.request.url.as_deref().and_then(split).map(|(origin, _)| origin);
    let host = origin.strip_prefix("https://");
    let is_authority = host.is_some_and(|host| host == ALIAS_HOST || ENTRA_HOSTS.contains(&host));
    let mut segments = path.split('/');
    let tenant = segments.next().unwrap_or_default();
    let rest: Vec<_> = segments.collect();
    let is_known_form =
        matches!(rest[..], [] | [""] | ["v2.0"] | ["v2.0", ""] | ["oauth2", "token"] | ["oauth2", "v2.0", "token"]);
    (own.as_ref() == Some(&origin) || is_authority) && is_known_form && is_tenant(exchange, tenant)
}

/// Origin in lower case without the port that goes without saying, and the path without its first slash.
fn split(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let origin = format!("{scheme}://{host}").to_ascii_lowercase();
    let standard = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
    Some((origin.strip_suffix(standard).map_or(origin.clone(), str::to_owned), path))
}

/// Whether this is the tenant asked by id or domain, or an alias that stands for any.
fn is_tenant(exchange: &Exchange<'_>, segment: &str) -> bool {
    let asked = exchange.request.tenant.as_deref().is_some_and(|asked| same_id(asked, segment));
    let known = exchange.tenant.is_some_and(|tenant| {
        same_id(&tenant.id, segment) || tenant.domains.iter().any(|domain| same_id(domain, segment))
    });
    asked || known || is_alias(segment)
}
