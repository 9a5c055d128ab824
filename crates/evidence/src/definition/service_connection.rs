//! Azure DevOps service connections that sign in to Azure.
//!
//! ```json
//! {"name": "prod", "type": "azurerm", "authorization": {"scheme": "WorkloadIdentityFederation",
//!  "parameters": {"workloadIdentityFederationIssuer": "…", "workloadIdentityFederationSubject": "sc://…"}}}
//! ```

use serde_json::Value;

use super::{CredentialUse, DefinitionKind, WorkloadDefinition};
use crate::json;

/// Whether an entry is a service connection to Azure; those to GitHub, registries and the like are not.
pub(super) fn matches(entry: &Value) -> bool {
    let azure = json::text(entry, &["type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("azurerm"));
    json::text(entry, &["authorization", "scheme"]).is_some_and(|scheme| azure || by_scheme(scheme).is_some())
}

/// The definition; nothing is corrected, since a connection is converted in place and not rewritten.
pub(super) fn read(entry: &Value) -> WorkloadDefinition {
    let scheme = json::text(entry, &["authorization", "scheme"]).unwrap_or_default();
    let parameter = |key| json::owned(entry, &["authorization", "parameters", key]);
    WorkloadDefinition {
        definition: DefinitionKind::ServiceConnection,
        name: json::owned(entry, &["name"]),
        connector: json::owned(entry, &["type"]),
        credential: by_scheme(scheme).or_else(|| CredentialUse::of_type(scheme)).unwrap_or_else(|| other(scheme)),
        said_by: format!("authorization.scheme = {scheme}"),
        path: vec!["authorization", "scheme"],
        client_id: parameter("serviceprincipalid"),
        tenant: parameter("tenantid"),
        issuer: parameter("workloadIdentityFederationIssuer"),
        subject: parameter("workloadIdentityFederationSubject"),
        corrected: None,
    }
}

/// Schemes that say it all.
fn by_scheme(scheme: &str) -> Option<CredentialUse> {
    match scheme {
        "WorkloadIdentityFederation" => Some(CredentialUse::WorkloadIdentity),
        "ServicePrincipal" => Some(CredentialUse::ServicePrincipal),
        "ManagedServiceIdentity" => Some(CredentialUse::ManagedIdentity),
        _ => None,
    }
}

/// Schemes of classic connections.
fn other(scheme: &str) -> CredentialUse {
    if scheme == "UsernamePassword" { CredentialUse::User } else { CredentialUse::Unknown }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_federated_connection_gives_its_issuer_and_subject() {
        let entry = json!({
            "id": "e1", "name": "prod", "type": "azurerm",
            "authorization": {"scheme": "WorkloadIdentityFederation", "parameters": {
                "tenantid": "t", "serviceprincipalid": "p",
                "workloadIdentityFederationIssuer": "https://vstoken.dev.azure.com/00000000-0000-0000-0000-000000000001",
                "workloadIdentityFederationSubject": "sc://contoso/shop/prod"}},
        });
        assert!(matches(&entry));
        let definition = read(&entry);
        assert_eq!(definition.credential, CredentialUse::WorkloadIdentity);
        assert_eq!((definition.client_id.as_deref(), definition.tenant.as_deref()), (Some("p"), Some("t")));
        assert_eq!(definition.subject.as_deref(), Some("sc://contoso/shop/prod"));
        assert!(definition.issuer.is_some_and(|issuer| issuer.starts_with("https://vstoken")));
    }

    #[test]
    fn the_scheme_decides() {
        for (scheme, credential) in [
            ("ServicePrincipal", CredentialUse::ServicePrincipal),
            ("ManagedServiceIdentity", CredentialUse::ManagedIdentity),
            ("UsernamePassword", CredentialUse::User),
            ("None", CredentialUse::Unknown),
        ] {
            let entry = json!({"type": "azurerm", "authorization": {"scheme": scheme, "parameters": {}}});
            assert_eq!(read(&entry).credential, credential, "{scheme}");
        }
    }

    #[test]
    fn a_connection_to_something_else_is_none() {
        assert!(!matches(&json!({"type": "github", "authorization": {"scheme": "InstallationToken"}})));
        assert!(!matches(&json!({"type": "azurerm", "authorization": {}})));
    }
}
