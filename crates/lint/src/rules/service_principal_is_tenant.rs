//! FL407.

use uuid::Uuid;

use crate::definitions::is_given;
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Node, Text};
use crate::{Confidence, Finding};

rule! {
    /// A service principal's id is its tenant's, or no id at all.
    ///
    /// The two ids look alike and stand side by side in every portal. Entra looks for an application of that id in
    /// the tenant and answers that there is none. A name, an address or a resource id in its place is answered in the
    /// same way: what is asked for is the application's client id, which is a GUID.
    ///
    /// ## Wrong
    ///
    /// `linkedService/lake.json`
    ///
    /// ```json
    /// {
    ///   "name": "lake",
    ///   "properties": {
    ///     "type": "AzureBlobFS",
    ///     "typeProperties": {
    ///       "url": "https://contosolake.dfs.core.windows.net",
    ///       "servicePrincipalId": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66",
    ///       "tenant": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66",
    ///       "encryptedCredential": "ew0KICAiVmVyc2lvbiI6"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `linkedService/lake.json`
    ///
    /// ```json
    /// {
    ///   "name": "lake",
    ///   "properties": {
    ///     "type": "AzureBlobFS",
    ///     "typeProperties": {
    ///       "url": "https://contosolake.dfs.core.windows.net",
    ///       "servicePrincipalId": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55",
    ///       "tenant": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66",
    ///       "encryptedCredential": "ew0KICAiVmVyc2lvbiI6"
    ///     }
    ///   }
    /// }
    /// ```
    FL407 "service-principal-is-tenant"
    title: "a service principal's id is not the client id of an application",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700016"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
    help: "give the client id of the application, which its overview page calls \"Application (client) ID\"",
    check: check,
}

/// Where a definition names a service principal and its tenant.
const PAIRS: &[(&[&str], &[&str])] = &[
    (&["properties", "typeProperties", "servicePrincipalId"], &["properties", "typeProperties", "tenant"]),
    (&["properties", "servicePrincipalId"], &["properties", "tenant"]),
    (
        &["credentialDetails", "credentials", "servicePrincipalClientId"],
        &["credentialDetails", "credentials", "tenantId"],
    ),
    (&["authorization", "parameters", "serviceprincipalid"], &["authorization", "parameters", "tenantid"]),
];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for facts in &model.facts {
        for (title, node) in facts.definitions.titled() {
            report(&title, node, out);
        }
    }
}

fn report(title: &str, node: &Node, out: &mut Vec<Finding>) {
    for (principal_path, tenant_path) in PAIRS {
        let Some(principal) = node.at_ignoring_case(principal_path).and_then(Node::text) else { continue };
        let Some(id) = principal.known().map(str::trim).filter(|id| is_given(id)) else { continue };
        let tenant = node.at_ignoring_case(tenant_path).and_then(Node::text);
        if let Some(tenant) = tenant.filter(|tenant| tenant.known().is_some_and(|known| known.trim().eq_ignore_ascii_case(id))) {
            out.push(is_tenant(title, principal, tenant, id));
        } else if id.len() != 36 || Uuid::try_parse(id).is_err() {
            let message = format!("{title} names `{id}` as its service principal, which is no client id");
            out.push(Finding::new(&RULE, message, principal.place, "not a GUID").confidence(Confidence::Medium));
        }
    }
}

fn is_tenant(title: &str, principal: &Text, tenant: &Text, id: &str) -> Finding {
    let message = format!("{title} names its tenant `{id}` as its service principal");
    Finding::new(&RULE, message, principal.place, "the tenant's id").and(tenant.place, "the tenant")
}
