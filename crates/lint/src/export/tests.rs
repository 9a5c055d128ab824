//! What exports come to.

use crate::facts::{self, Facts};
use crate::source::{FileId, Text};

fn read(text: &str) -> Facts {
    facts::read(FileId(0), "export.json", text)
}

fn owners(facts: &Facts) -> Vec<String> {
    facts.credentials.iter().map(|credential| credential.owner.to_string()).collect()
}

const CREDENTIAL: &str = r#"{"name": "main", "issuer": "https://gitlab.com", "subject": "project_path:contoso/shop:ref_type:branch:ref:main", "audiences": ["https://gitlab.com"]}"#;

#[test]
fn applications_with_their_credentials() {
    let facts = read(&format!(
        r#"{{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications", "value": [
            {{"id": "1f", "appId": "2b", "displayName": "Shop", "signInAudience": "AzureADMyOrg", "federatedIdentityCredentials": [{CREDENTIAL}]}}
        ]}}"#
    ));
    assert_eq!(owners(&facts), ["1f"]);
    let shop = &facts.identities[0];
    assert!(shop.complete && shop.is_called(&Text::literal("2b", shop.place)));
    assert_eq!(facts.taken_for, Some("export of identities"));
}

#[test]
fn lists_of_credentials() {
    assert_eq!(owners(&read(&format!("[{CREDENTIAL}]"))), ["export.json"]);
    assert_eq!(owners(&read(CREDENTIAL)), ["export.json"]);
    let context = "https://graph.microsoft.com/v1.0/$metadata#applications('1f')/federatedIdentityCredentials";
    let page = read(&format!(r#"{{"@odata.context": "{context}", "value": [{CREDENTIAL}]}}"#));
    assert_eq!(owners(&page), ["1f"]);
    let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-shop";
    let arm = read(&format!(
        r#"{{"value": [{{"id": "{id}/federatedIdentityCredentials/main", "name": "main", "properties": {CREDENTIAL}}}]}}"#
    ));
    assert_eq!(owners(&arm), [id]);
    assert_eq!(arm.identities[0].name, "id-shop");
}

#[test]
fn other_documents_say_nothing() {
    for text in [
        r#"{"issuer": "https://gitlab.com", "jwks_uri": "https://gitlab.com/keys", "subject_types_supported": ["public"]}"#,
        r#"{"issuer": "contoso", "subject": "a", "audiences": ["b"]}"#,
        r#"{"clientId": "a", "clientSecret": "b", "tenantId": "c", "subscriptionId": "d"}"#,
        r#"{"appId": "a", "tenant": "b", "password": "c"}"#,
        "[]",
        "3",
    ] {
        let facts = read(text);
        assert!(facts.identities.is_empty() && facts.credentials.is_empty() && facts.taken_for.is_none(), "{text}");
    }
}
