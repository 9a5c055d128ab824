//! Two Entra issuers: version, cloud, tenant, or an alias of the same host.

use super::{Both, Side, mismatch, part};
use crate::compare::text::quote;
use crate::compare::{Difference, Part};
use crate::platform::{Cloud, EntraIssuer, PlatformId, is_partner_host, read_entra};

/// `None` unless both issuers are Entra's.
pub(super) fn compare(both: Both<'_>) -> Option<Difference> {
    if both.ids() != (Some(PlatformId::Entra), Some(PlatformId::Entra)) {
        return None;
    }
    let (Some(sent), Some(expected)) = (read(both.sent), read(both.expected)) else {
        return other_partner_cloud(both);
    };
    let parts = parts(both, sent, expected);
    if sent.tenant == expected.tenant {
        return Some(same_tenant(both, sent, expected, parts));
    }
    Some(if is_other_cloud(sent, expected) {
        other_cloud(both, sent.cloud.name(), expected.cloud.name(), parts)
    } else {
        cross_tenant(sent, expected, parts)
    })
}

fn read(side: Side<'_>) -> Option<EntraIssuer> {
    read_entra(&side.address)
}

fn parts(both: Both<'_>, sent: EntraIssuer, expected: EntraIssuer) -> Vec<Part> {
    let mut parts = vec![
        part("tenant", &sent.tenant.to_string(), &expected.tenant.to_string()),
        part("host", both.sent.address.host, both.expected.address.host),
        part("version", &sent.version.to_string(), &expected.version.to_string()),
    ];
    parts.retain(|part| part.presented != part.configured);
    parts
}

/// Version 1 tokens of US Government carry `sts.windows.net`, so that host alone does not prove another cloud.
fn is_other_cloud(sent: EntraIssuer, expected: EntraIssuer) -> bool {
    let shared = |a: EntraIssuer, b: EntraIssuer| a.version == 1 && a.cloud == Cloud::Public && b.cloud == Cloud::UsGov;
    sent.cloud != expected.cloud && !shared(sent, expected) && !shared(expected, sent)
}

/// One tenant under two addresses: another version, another cloud's host, or an alias.
fn same_tenant(both: Both<'_>, sent: EntraIssuer, expected: EntraIssuer, parts: Vec<Part>) -> Difference {
    let (host, other) = (both.sent.address.host, both.expected.address.host);
    if sent.version != expected.version && !host.eq_ignore_ascii_case(other) {
        return version(both, sent, parts);
    }
    if is_other_cloud(sent, expected) {
        return other_cloud(both, sent.cloud.name(), expected.cloud.name(), parts);
    }
    let explanation = if host.eq_ignore_ascii_case(other) {
        format!(
            "Tenant and host agree; what follows the tenant differs, and Entra's issuer is {}.",
            quote(&sent.issuer())
        )
    } else {
        format!(
            "Both hosts belong to the same tenant and cloud, but tokens carry {}, never {}.",
            quote(host),
            quote(other)
        )
    };
    let parts = if parts.is_empty() { both.whole() } else { parts };
    mismatch(explanation, parts, Some(both.configure()))
}

fn version(both: Both<'_>, sent: EntraIssuer, parts: Vec<Part>) -> Difference {
    let (explanation, hint) = if sent.version == 2 {
        ("The token is version 2, and the credential names the tenant's version 1 issuer.", both.configure())
    } else {
        (
            "The token is version 1, and the credential names the tenant's version 2 issuer.",
            format!(
                "Ask for a token of {}, which is version 2; a credential for the version 1 issuer is not the cure.",
                quote(sent.cloud.exchange_audience())
            ),
        )
    };
    Difference { cause: "entra.v1-issuer", explanation: explanation.to_owned(), parts, hint: Some(hint) }
}

fn other_cloud(both: Both<'_>, sent: &str, expected: &str, parts: Vec<Part>) -> Difference {
    Difference {
        cause: "entra.other-cloud",
        explanation: format!(
            "The token comes from {sent}, and the credential is for {expected}; Entra accepts no token across clouds."
        ),
        parts: if parts.is_empty() { both.whole() } else { parts },
        hint: Some("Use an identity of the cloud in which the application is registered.".to_owned()),
    }
}

/// Entra federates no tokens between its tenants; the way round goes through a multitenant application.
fn cross_tenant(sent: EntraIssuer, expected: EntraIssuer, parts: Vec<Part>) -> Difference {
    Difference {
        cause: "entra.cross-tenant-issuer",
        explanation: format!(
            "The token comes from tenant {}, and the credential is for tenant {}. An application accepts Entra tokens of its own tenant only.",
            sent.tenant, expected.tenant
        ),
        parts,
        hint: Some(format!(
            "If the application is registered in tenant {}, set the credential's issuer to {}. Otherwise register a multitenant \
             application in that tenant, put the credential there, and ask the target tenant for the token.",
            sent.tenant,
            quote(&sent.issuer())
        )),
    }
}

/// One side in a cloud that is not modelled, or a tenant that is not spelled out.
fn other_partner_cloud(both: Both<'_>) -> Option<Difference> {
    let (sent, expected) = (is_partner_host(both.sent.address.host), is_partner_host(both.expected.address.host));
    let cloud = |partner| if partner { "another national cloud" } else { "a cloud with hosts of its own" };
    (sent != expected).then(|| {
        let parts = vec![part("host", both.sent.address.host, both.expected.address.host)];
        other_cloud(both, cloud(sent), cloud(expected), parts)
    })
}
