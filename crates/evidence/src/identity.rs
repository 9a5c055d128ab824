//! Federated identity credentials, applications and managed identities, as the trust crate reads them.
//!
//! The trust crate is asked for one kind and lenient about its fields. Here nothing is
//! asked for, so a document must first look like one: certificates have an issuer and
//! a subject too, and many a configuration file mentions a client id.

use fedlens_trust::Directory;
use fedlens_trust::read::{self as trust, CredentialList, CredentialOwner};
use serde_json::Value;

use crate::Content;
use crate::failure::Locator;
use crate::found::{Found, counted};
use crate::json;

/// Reads a directory or a credential list.
pub(crate) fn read(document: &Value, _locator: &mut Locator<'_>) -> Option<Found> {
    if is_directory(document) {
        return Some(match trust::directory(document) {
            Ok(directory) => Found::part(directory_taken_for(&directory), Content::Directory(Box::new(directory))),
            Err(error) => Found::skipped(format!("an application or managed identity that cannot be read: {error}")),
        });
    }
    is_credentials(document).then(|| match trust::credentials(document) {
        Ok(list) => Found::part(list_taken_for(&list), Content::Credentials(list)),
        Err(error) => Found::skipped(format!("federated identity credentials that cannot be read: {error}")),
    })
}

/// Whether a document describes applications or identities, and does not merely mention an id of one.
fn is_directory(document: &Value) -> bool {
    let parts = ["tenants", "applications", "managedIdentities", "servicePrincipals"];
    let first = json::entries(document).first().copied().unwrap_or(&Value::Null);
    let described = ["displayName", "signInAudience", "servicePrincipalType", "federatedIdentityCredentials"];
    let application = json::text(first, &["appId"]).is_some() && described.iter().any(|key| first.get(key).is_some());
    let identity = |body: &Value| json::has(body, &["clientId", "principalId"]);
    parts.iter().any(|part| document.get(part).is_some_and(Value::is_array))
        || application
        || identity(first)
        || first.get("properties").is_some_and(identity)
}

/// Whether a document lists federated identity credentials; certificates and metadata have an issuer as well.
fn is_credentials(document: &Value) -> bool {
    const LIST: &str = "/federatedIdentityCredentials";
    let context = json::text(document, &["@odata.context"]).is_some_and(|context| context.contains(LIST));
    let entries = json::entries(document);
    context
        || entries
            .first()
            .is_some_and(|entry| is_credential(entry) || entry.get("properties").is_some_and(is_credential))
}

/// Whether an object has what a credential has and a certificate has not.
fn is_credential(body: &Value) -> bool {
    let url = json::text(body, &["issuer"]).is_some_and(|issuer| issuer.contains("://"));
    let rest =
        ["subject", "audiences", "audience", "claimsMatchingExpression"].iter().any(|key| body.get(key).is_some());
    (url && rest) || json::has(body, &["subject", "audiences"])
}

/// `federated identity credentials of application …, 3 entries`
fn list_taken_for(list: &CredentialList) -> String {
    let owner = match &list.owner {
        Some(CredentialOwner::ApplicationObject(id)) => format!(" of the application with object id {id}"),
        Some(CredentialOwner::ApplicationClient(id)) => format!(" of application {id}"),
        Some(CredentialOwner::ManagedIdentity(id)) => {
            format!(" of managed identity {}", id.rsplit('/').next().unwrap_or(id))
        }
        None => String::new(),
    };
    let more = if list.truncated { ", more pages follow" } else { "" };
    let count = counted(list.credentials.len() as u64, "entry", "entries");
    format!("federated identity credentials{owner}, {count}{more}")
}

/// `directory, 2 applications, 1 managed identity`
fn directory_taken_for(directory: &Directory) -> String {
    let counts = [
        (directory.tenants.len(), "tenant", "tenants"),
        (directory.applications.len(), "application", "applications"),
        (directory.managed_identities.len(), "managed identity", "managed identities"),
        (directory.resources.len(), "resource", "resources"),
    ];
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count as u64, one, many))
        .collect();
    format!("directory, {}", counts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken_for(document: &Value) -> Option<String> {
        let found = read(document, &mut Locator::new("", 0, 1))?;
        found.parts.into_iter().map(|part| part.taken_for).chain(found.skipped).next()
    }

    fn credential() -> Value {
        json!({"id": "00000000-0000-0000-0000-000000000001", "name": "main", "subject": "repo:contoso/shop:ref:refs/heads/main",
            "issuer": "https://token.actions.githubusercontent.com", "audiences": ["api://AzureADTokenExchange"]})
    }

    #[test]
    fn credentials_are_read_with_their_owner() {
        let context = "https://graph.microsoft.com/v1.0/$metadata#applications('00000000-0000-0000-0000-00000000000a')\
                       /federatedIdentityCredentials";
        for (document, expected) in [
            (json!([credential()]), "federated identity credentials, 1 entry"),
            (credential(), "federated identity credentials, 1 entry"),
            (
                json!({"@odata.context": context, "value": []}),
                "federated identity credentials of the application with object id \
                 00000000-0000-0000-0000-00000000000a, 0 entries",
            ),
        ] {
            assert_eq!(taken_for(&document).as_deref(), Some(expected), "{document}");
        }
    }

    #[test]
    fn an_application_and_an_identity_are_a_directory() {
        let application = json!({"appId": "00000000-0000-0000-0000-00000000000b", "displayName": "deploy"});
        assert_eq!(taken_for(&application).as_deref(), Some("directory, 1 application"));
        let identity = json!({"clientId": "00000000-0000-0000-0000-00000000000c", "name": "uami",
            "principalId": "00000000-0000-0000-0000-00000000000d"});
        assert_eq!(taken_for(&identity).as_deref(), Some("directory, 1 managed identity"));
    }

    #[test]
    fn what_merely_mentions_an_issuer_or_an_id_is_neither() {
        for other in [
            json!({"issuer": "https://idp.contoso.example", "jwks_uri": "https://idp.contoso.example/keys"}),
            json!([{"subject": "CN=web", "issuer": "CN=ca", "thumbprint": "AB"}]),
            json!({"aadsts": "700213", "app_id": "6131d760"}),
            json!({"clientId": "a", "clientSecret": "b", "tenantId": "c"}),
            json!([]),
            json!({"value": []}),
        ] {
            assert_eq!(taken_for(&other), None, "{other}");
        }
    }
}
