//! Linked services of Data Factory and Synapse: a file of the repository, an ARM resource, or a list.
//!
//! ```json
//! {"name": "lake", "properties": {"type": "AzureBlobFS",
//!  "typeProperties": {"url": "…", "servicePrincipalId": "…", "servicePrincipalKey": {"type": "SecureString", "value": "…"}}}}
//! ```
//!
//! Whom one signs in as is told by `authenticationType`, by a reference to a credential,
//! or by which fields are there; with none of these, most Azure connectors use the
//! factory's system-assigned managed identity.

use serde_json::Value;

use super::{CredentialUse, DefinitionKind, WorkloadDefinition, connection_string, correction};
use crate::json;

/// Connectors that use the factory's own identity when nothing else is set.
const MANAGED_BY_DEFAULT: &[&str] = &[
    "AzureBlobStorage",
    "AzureBlobFS",
    "AzureDataLakeStore",
    "AzureDataExplorer",
    "AzureKeyVault",
    "AzureSqlDatabase",
    "AzureSqlDW",
    "AzureSqlMI",
    "AzureSynapseArtifacts",
];

/// Fields that belong to a service principal.
const PRINCIPAL: &[&str] = &[
    "servicePrincipalId",
    "servicePrincipalKey",
    "servicePrincipalCredential",
    "servicePrincipalEmbeddedCert",
    "clientSecret",
];

/// Fields that belong to a user or a database login.
const USER: &[&str] = &["userName", "username", "user", "userId", "password", "refreshToken"];

/// Fields that hold a key, a signature or a static token.
const KEYS: &[&str] = &[
    "accountKey",
    "sasUri",
    "sasToken",
    "functionKey",
    "accessToken",
    "accessKey",
    "secretAccessKey",
    "apiToken",
    "apiKey",
    "key",
    "authHeaders",
];

/// Whether an entry is a linked service and not a data set, trigger, runtime or credential.
pub(super) fn matches(entry: &Value) -> bool {
    let resource = json::text(entry, &["type"]).map(str::to_ascii_lowercase).unwrap_or_default();
    let id = json::text(entry, &["id"]).map(str::to_ascii_lowercase).unwrap_or_default();
    if resource.ends_with("/linkedservices") || id.contains("/linkedservices/") {
        return json::has(entry, &["properties"]);
    }
    let Some(properties) = entry.get("properties") else { return false };
    let Some(connector) = json::text(properties, &["type"]) else { return false };
    resource.is_empty()
        && properties.get("typeProperties").is_some_and(Value::is_object)
        && !is_other(connector, properties)
}

/// Data sets, triggers, runtimes, data flows and credentials have the same outer shape.
fn is_other(connector: &str, properties: &Value) -> bool {
    let shared =
        ["linkedServiceName", "schema", "pipelines", "activities"].iter().any(|key| properties.get(key).is_some());
    let names = ["Managed", "SelfHosted", "ManagedIdentity", "ServicePrincipal", "Flowlet"];
    shared || names.contains(&connector) || connector.ends_with("Trigger") || connector.ends_with("DataFlow")
}

/// The definition.
pub(super) fn read(entry: &Value) -> WorkloadDefinition {
    let properties = properties(entry);
    let connector = json::owned(entry, &["properties", "type"]);
    let Said { credential, said_by, key } = credential(connector.as_deref().unwrap_or_default(), properties);
    let correctable = matches!(credential, CredentialUse::User | CredentialUse::ServicePrincipal | CredentialUse::Key);
    WorkloadDefinition {
        definition: DefinitionKind::LinkedService,
        name: json::owned(entry, &["name"]),
        corrected: connector
            .as_deref()
            .filter(|_| correctable)
            .and_then(|name| correction::managed_identity(entry, name)),
        connector,
        credential,
        said_by,
        path: settings_path(entry).iter().copied().chain(key).collect(),
        client_id: json::owned(properties, &["servicePrincipalId"]),
        tenant: json::owned(properties, &["tenant"]),
        issuer: None,
        subject: None,
    }
}

/// Where the settings of the connector stand; the command line prints them one level higher.
fn settings_path(entry: &Value) -> &'static [&'static str] {
    let path: &[&str] = &["properties", "typeProperties"];
    if json::member(entry, path).is_some() { path } else { &["properties"] }
}

/// The settings of the connector.
pub(super) fn properties(entry: &Value) -> &Value {
    json::member(entry, settings_path(entry)).unwrap_or(&Value::Null)
}

/// Whom a linked service signs in as, and what says so.
struct Said {
    credential: CredentialUse,
    said_by: String,
    /// The deciding setting, where one is.
    key: Option<&'static str>,
}

/// Whom it signs in as, and the field that says so.
fn credential(connector: &str, properties: &Value) -> Said {
    by_type(properties)
        .or_else(|| by_reference(properties))
        .or_else(|| by_field(properties, PRINCIPAL, CredentialUse::ServicePrincipal))
        .or_else(|| by_field(properties, USER, CredentialUse::User))
        .or_else(|| by_field(properties, KEYS, CredentialUse::Key))
        .or_else(|| by_connection_string(properties))
        .or_else(|| by_field(properties, &["encryptedCredential"], CredentialUse::Unknown))
        .or_else(|| by_default(connector, properties))
        .unwrap_or_else(|| Said {
            credential: CredentialUse::Unknown,
            said_by: "no field says whom it signs in as".to_owned(),
            key: None,
        })
}

/// The field that names the method.
fn by_type(properties: &Value) -> Option<Said> {
    ["authenticationType", "authentication"].into_iter().find_map(|key| {
        let name = json::text(properties, &[key])?;
        let credential = CredentialUse::of_type(name)?;
        Some(Said { credential, said_by: format!("{key} = {name}"), key: Some(key) })
    })
}

/// `"credential": {"referenceName": "…", "type": "CredentialReference"}`
fn by_reference(properties: &Value) -> Option<Said> {
    let reference = json::member(properties, &["credential"])?;
    let name = json::text(reference, &["referenceName"]).unwrap_or("set");
    let credential = match json::text(reference, &["type"])? {
        "CredentialReference" => CredentialUse::ManagedIdentity,
        other => CredentialUse::of_type(other)?,
    };
    Some(Said { credential, said_by: format!("credential = {name}"), key: Some("credential") })
}

/// The first of these fields that is set.
fn by_field(properties: &Value, keys: &[&'static str], credential: CredentialUse) -> Option<Said> {
    let set = |value: &Value| !matches!(value, Value::Null) && value.as_str() != Some("");
    let key = *keys.iter().find(|key| properties.get(key).is_some_and(set))?;
    Some(Said { credential, said_by: format!("{key} is set"), key: Some(key) })
}

/// The account or method that a connection string names.
fn by_connection_string(properties: &Value) -> Option<Said> {
    let (credential, said_by) = connection_string::credential(connection(properties)?)?;
    Some(Said { credential, said_by, key: Some("connectionString") })
}

/// What a connector does when it is told nothing.
fn by_default(connector: &str, properties: &Value) -> Option<Said> {
    let known =
        MANAGED_BY_DEFAULT.contains(&connector) && properties.as_object().is_some_and(|fields| !fields.is_empty());
    known.then(|| Said {
        credential: CredentialUse::ManagedIdentity,
        said_by: format!("no account, principal or key is set: {connector} then uses the factory's managed identity"),
        key: None,
    })
}

/// A connection string, plain or wrapped as a secure string.
pub(super) fn connection(properties: &Value) -> Option<&str> {
    json::text(properties, &["connectionString"]).or_else(|| json::text(properties, &["connectionString", "value"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(connector: &str, settings: &Value) -> Value {
        json!({"name": "ls", "properties": {"type": connector, "annotations": [], "typeProperties": settings}})
    }

    #[test]
    fn the_credential_is_told_by_its_fields() {
        use CredentialUse::{Key, ManagedIdentity, ServicePrincipal, Unknown, User};
        let secret = json!({"type": "SecureString", "value": "s3cret"});
        let reference = json!({"referenceName": "uami", "type": "CredentialReference"});
        for (connector, settings, credential, said) in [
            (
                "AzureBlobFS",
                json!({"url": "u", "servicePrincipalId": "p", "servicePrincipalKey": secret}),
                ServicePrincipal,
                "servicePrincipalId is set",
            ),
            ("AzureBlobFS", json!({"url": "u", "credential": reference}), ManagedIdentity, "credential = uami"),
            ("AzureBlobFS", json!({"url": "u", "accountKey": secret}), Key, "accountKey is set"),
            (
                "AzureBlobFS",
                json!({"url": "u"}),
                ManagedIdentity,
                "no account, principal or key is set: AzureBlobFS then uses the factory's managed identity",
            ),
            (
                "RestService",
                json!({"url": "u", "authenticationType": "ManagedServiceIdentity"}),
                ManagedIdentity,
                "authenticationType = ManagedServiceIdentity",
            ),
            (
                "AzureDatabricks",
                json!({"domain": "d", "authentication": "MSI"}),
                ManagedIdentity,
                "authentication = MSI",
            ),
            (
                "RestService",
                json!({"url": "u", "authenticationType": "Basic", "userName": "u"}),
                User,
                "authenticationType = Basic",
            ),
            (
                "AzureSqlDatabase",
                json!({"connectionString": "Server=s;User ID=u;Password=p"}),
                User,
                "connectionString: user id is set",
            ),
            (
                "AzureBlobStorage",
                json!({"connectionString": {"type": "SecureString", "value": "AccountName=a;AccountKey=k"}}),
                Key,
                "connectionString: accountkey is set",
            ),
            ("Snowflake", json!({"userName": "u", "password": secret}), User, "userName is set"),
            ("AzureBlobFS", json!({"url": "u", "encryptedCredential": "x"}), Unknown, "encryptedCredential is set"),
            (
                "HttpServer",
                json!({"url": "u", "authenticationType": "Anonymous"}),
                Unknown,
                "no field says whom it signs in as",
            ),
            (
                "AzureBlobFS",
                json!({"url": "u", "servicePrincipalId": ""}),
                ManagedIdentity,
                "no account, principal or key is set: AzureBlobFS then uses the factory's managed identity",
            ),
        ] {
            let entry = service(connector, &settings);
            assert!(matches(&entry), "{entry}");
            let definition = read(&entry);
            assert_eq!((definition.credential, definition.said_by.as_str()), (credential, said), "{settings}");
        }
    }

    #[test]
    fn an_arm_resource_and_the_command_lines_form_are_read() {
        let arm = json!({
            "type": "Microsoft.DataFactory/factories/linkedServices", "name": "[concat(parameters('f'), '/ls')]",
            "properties": {"type": "AzureKeyVault", "typeProperties": {"baseUrl": "https://v.vault.azure.net"}},
        });
        let flat = json!({
            "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.DataFactory/factories/f/linkedservices/ls",
            "name": "ls", "properties": {"type": "AzureBlobFS", "url": "u", "accountKey": "x"},
        });
        assert!(matches(&arm) && matches(&flat));
        assert_eq!(read(&arm).credential, CredentialUse::ManagedIdentity);
        assert_eq!(read(&flat).credential, CredentialUse::Key);
    }

    #[test]
    fn other_resources_of_a_factory_are_no_linked_services() {
        for other in [
            json!({"name": "d", "properties": {"type": "AzureSqlTable", "linkedServiceName": {}, "typeProperties": {}}}),
            json!({"name": "t", "properties": {"type": "ScheduleTrigger", "typeProperties": {"recurrence": {}}}}),
            json!({"name": "r", "properties": {"type": "SelfHosted", "typeProperties": {}}}),
            json!({"name": "c", "properties": {"type": "ManagedIdentity", "typeProperties": {"resourceId": "x"}}}),
            json!({"name": "p", "properties": {"activities": [], "annotations": []}}),
            json!({"name": "d", "type": "Microsoft.DataFactory/factories/datasets", "properties": {"type": "Json", "typeProperties": {}}}),
            json!({"name": "x", "type": "Microsoft.Storage/storageAccounts", "properties": {"type": "a", "typeProperties": {}}}),
        ] {
            assert!(!matches(&other), "{other}");
        }
    }
}
