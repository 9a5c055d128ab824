//! A linked service rewritten to the factory's managed identity, for the connectors where it is documented how.
//!
//! The result still has to be allowed in: the identity needs a role at the target.

use serde_json::{Map, Value, json};

use super::{connection_string, linked_service};
use crate::json;

/// How one connector is set to the system-assigned managed identity.
struct Rule {
    /// Values of `properties.type`.
    connectors: &'static [&'static str],
    /// Settings of which at least one must be there for the connector to find its target.
    target: &'static [&'static str],
    /// Settings added, unless the definition has them already; `<…>` is for the reader to fill in.
    set: &'static [(&'static str, &'static str)],
}

/// One row per way of writing it. Sources: the connector pages of the Data Factory documentation.
const RULES: &[Rule] = &[
    Rule { connectors: &["AzureBlobStorage"], target: &["serviceEndpoint"], set: &[] },
    Rule { connectors: &["AzureBlobFS"], target: &["url"], set: &[] },
    Rule { connectors: &["AzureDataLakeStore"], target: &["dataLakeStoreUri"], set: &[] },
    Rule { connectors: &["AzureDataExplorer"], target: &["endpoint"], set: &[] },
    Rule { connectors: &["AzureKeyVault"], target: &["baseUrl"], set: &[] },
    Rule {
        connectors: &["AzureSqlDatabase", "AzureSqlDW", "AzureSqlMI"],
        target: &["server"],
        set: &[("authenticationType", "SystemAssignedManagedIdentity")],
    },
    // The older form names the server in a connection string and has no authenticationType.
    Rule { connectors: &["AzureSqlDatabase", "AzureSqlDW", "AzureSqlMI"], target: &["connectionString"], set: &[] },
    Rule {
        connectors: &["RestService", "OData"],
        target: &["url"],
        set: &[("authenticationType", "ManagedServiceIdentity"), ("aadResourceId", "<resource>")],
    },
    Rule {
        connectors: &["AzureDatabricks"],
        target: &["domain"],
        set: &[("authentication", "MSI"), ("workspaceResourceId", "<databricks-workspace-resource-id>")],
    },
    Rule {
        connectors: &["AzureFunction"],
        target: &["functionAppUrl"],
        set: &[("authentication", "MSI"), ("resourceId", "<resource>")],
    },
    Rule { connectors: &["AzureMLService"], target: &["mlWorkspaceName"], set: &[("authentication", "MSI")] },
];

/// Settings that belong to a user, a principal or a key.
const REMOVED: &[&str] = &[
    "aadServicePrincipalCredentialType",
    "accessToken",
    "accountKey",
    "apiKey",
    "authentication",
    "authenticationType",
    "azureCloudType",
    "clientId",
    "clientSecret",
    "credential",
    "encryptedCredential",
    "functionKey",
    "key",
    "password",
    "sasToken",
    "sasUri",
    "scope",
    "servicePrincipalCredential",
    "servicePrincipalCredentialType",
    "servicePrincipalEmbeddedCert",
    "servicePrincipalEmbeddedCertPassword",
    "servicePrincipalId",
    "servicePrincipalKey",
    "tenant",
    "tokenEndpoint",
    "user",
    "userId",
    "userName",
    "username",
];

/// The definition with the managed identity, or `None` for a connector of which that is not known.
pub(super) fn managed_identity(entry: &Value, connector: &str) -> Option<Value> {
    let mut settings = linked_service::properties(entry).as_object()?.clone();
    let connection = linked_service::connection(linked_service::properties(entry)).map(str::to_owned);
    if let Some(endpoint) = connection.as_deref().and_then(blob_endpoint).filter(|_| connector == "AzureBlobStorage") {
        settings.remove("connectionString");
        settings.entry("serviceEndpoint").or_insert_with(|| endpoint.into());
    }
    if let Some(value) = settings.get_mut("connectionString") {
        *value = connection_string::without_credential(connection.as_deref()?).into();
    }
    let usable = |rule: &&Rule| {
        rule.connectors.contains(&connector) && rule.target.iter().any(|key| settings.contains_key(*key))
    };
    let rule = RULES.iter().find(usable)?;
    settings.retain(|key, _| !REMOVED.contains(&key.as_str()));
    for (key, value) in rule.set {
        settings.entry(*key).or_insert_with(|| json!(value));
    }
    Some(hidden(&with_settings(entry, settings)?))
}

/// `https://<account>.blob.core.windows.net/`, from the account's connection string.
fn blob_endpoint(connection: &str) -> Option<String> {
    let account = connection_string::value(connection, "accountname")?;
    let suffix =
        connection_string::value(connection, "endpointsuffix").unwrap_or_else(|| "core.windows.net".to_owned());
    Some(format!("https://{account}.blob.{suffix}/"))
}

/// The definition with other settings, where it had them.
fn with_settings(entry: &Value, settings: Map<String, Value>) -> Option<Value> {
    let mut corrected = entry.clone();
    let nested = json::member(entry, &["properties", "typeProperties"]).is_some();
    let place = if nested { "/properties/typeProperties" } else { "/properties" };
    *corrected.pointer_mut(place)? = Value::Object(settings);
    Some(corrected)
}

/// The same with the values of secure strings replaced: what is kept holds no secret.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.get("type").and_then(Value::as_str) == Some("SecureString") => {
            json!({"type": "SecureString", "value": "<secret>"})
        }
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), hidden(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(hidden).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(connector: &str, settings: &Value) -> Option<Value> {
        let entry = json!({"name": "ls", "properties": {"type": connector, "typeProperties": settings}});
        let corrected = managed_identity(&entry, connector)?;
        assert_eq!(corrected["name"], "ls");
        Some(corrected["properties"]["typeProperties"].clone())
    }

    #[test]
    fn each_connector_is_rewritten_its_own_way() {
        let secret = json!({"type": "SecureString", "value": "s3cret"});
        for (connector, before, after) in [
            (
                "AzureBlobFS",
                json!({"url": "u", "servicePrincipalId": "p", "servicePrincipalKey": secret, "tenant": "t"}),
                json!({"url": "u"}),
            ),
            (
                "AzureBlobStorage",
                json!({"connectionString": "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=k=="}),
                json!({"serviceEndpoint": "https://acc.blob.core.windows.net/"}),
            ),
            (
                "AzureSqlDatabase",
                json!({"server": "s", "database": "d", "authenticationType": "SQL", "userName": "u", "password": secret}),
                json!({"server": "s", "database": "d", "authenticationType": "SystemAssignedManagedIdentity"}),
            ),
            (
                "AzureSqlDatabase",
                json!({"connectionString": "Data Source=s;Initial Catalog=d;User ID=u;Password=p"}),
                json!({"connectionString": "Data Source=s;Initial Catalog=d"}),
            ),
            (
                "RestService",
                json!({"url": "u", "authenticationType": "Basic", "userName": "u", "password": secret}),
                json!({"url": "u", "authenticationType": "ManagedServiceIdentity", "aadResourceId": "<resource>"}),
            ),
            (
                "RestService",
                json!({"url": "u", "authenticationType": "AadServicePrincipal", "servicePrincipalId": "p", "aadResourceId": "api://x"}),
                json!({"url": "u", "aadResourceId": "api://x", "authenticationType": "ManagedServiceIdentity"}),
            ),
            (
                "AzureDatabricks",
                json!({"domain": "d", "accessToken": secret, "existingClusterId": "c"}),
                json!({"domain": "d", "existingClusterId": "c", "authentication": "MSI", "workspaceResourceId": "<databricks-workspace-resource-id>"}),
            ),
        ] {
            assert_eq!(corrected(connector, &before), Some(after), "{connector}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_rewritten() {
        assert_eq!(corrected("Snowflake", &json!({"userName": "u"})), None);
        assert_eq!(corrected("HttpServer", &json!({"url": "u", "authenticationType": "Basic"})), None);
        assert_eq!(corrected("AzureBlobStorage", &json!({"sasUri": "https://a.blob.example/?sig=x"})), None);
        assert_eq!(corrected("AzureSqlDatabase", &json!({"connectionString": {"type": "AzureKeyVaultSecret"}})), None);
    }

    #[test]
    fn no_secret_is_left() {
        let settings = json!({
            "url": "u", "accountKey": {"type": "SecureString", "value": "s3cret"},
            "authHeaders": {"x-key": {"type": "SecureString", "value": "s3cret"}},
        });
        let text = corrected("AzureBlobFS", &settings).unwrap().to_string();
        assert!(!text.contains("s3cret"), "{text}");
    }
}
