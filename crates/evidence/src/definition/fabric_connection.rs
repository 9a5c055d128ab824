//! Fabric connections: a list, a page, one of them, or the body that creates one.
//!
//! ```json
//! {"id": "…", "displayName": "…", "connectivityType": "ShareableCloud", "connectionDetails": {"type": "SQL", "path": "…"},
//!  "credentialDetails": {"credentialType": "OAuth2", "singleSignOnType": "None"}}
//! ```

use serde_json::{Value, json};

use super::{CredentialUse, DefinitionKind, WorkloadDefinition};
use crate::json;

/// Connection types for which workspace identity has been seen or is documented.
const WORKSPACE_IDENTITY: &[&str] =
    &["SQL", "AzureBlobs", "AzureDataLakeStorage", "Web", "AnalysisServices", "SharePointList"];

/// Where the credential's type stands, in what the service returns and in what it takes.
const TYPE_PATHS: &[&[&str]] =
    &[&["credentialDetails", "credentialType"], &["credentialDetails", "credentials", "credentialType"]];

/// Whether an entry is a Fabric connection.
pub(super) fn matches(entry: &Value) -> bool {
    json::has(entry, &["connectivityType"])
        || (json::text(entry, &["connectionDetails", "type"]).is_some() && json::has(entry, &["credentialDetails"]))
}

/// The definition.
pub(super) fn read(entry: &Value) -> WorkloadDefinition {
    let named = TYPE_PATHS.iter().find_map(|path| Some((json::text(entry, path)?, path.to_vec())));
    let (name, path) = named.map_or((None, vec!["credentialDetails"]), |(name, path)| (Some(name), path));
    let (credential, said_by) = super::power_bi_datasource::by_name(name);
    WorkloadDefinition {
        definition: DefinitionKind::FabricConnection,
        name: json::owned(entry, &["displayName"]).or_else(|| json::owned(entry, &["id"])),
        connector: json::owned(entry, &["connectionDetails", "type"]),
        credential,
        said_by,
        path,
        client_id: None,
        tenant: None,
        issuer: None,
        subject: None,
        corrected: corrected(entry, credential),
    }
}

/// The connection with the workspace identity; not through a gateway, where it is not known to work.
fn corrected(entry: &Value, credential: CredentialUse) -> Option<Value> {
    let correctable = matches!(credential, CredentialUse::User | CredentialUse::ServicePrincipal | CredentialUse::Key);
    let cloud = matches!(json::text(entry, &["connectivityType"]), None | Some("ShareableCloud"));
    let kind = json::text(entry, &["connectionDetails", "type"])?;
    if !correctable || !cloud || !WORKSPACE_IDENTITY.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        return None;
    }
    let mut corrected = entry.clone();
    let details = corrected.get_mut("credentialDetails")?.as_object_mut()?;
    if details.contains_key("credentials") {
        details.insert("credentials".to_owned(), json!({"credentialType": "WorkspaceIdentity"}));
    } else {
        details.insert("credentialType".to_owned(), json!("WorkspaceIdentity"));
    }
    Some(corrected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(connectivity: &str, credential: &str) -> Value {
        json!({
            "id": "c1", "displayName": "Sales", "connectivityType": connectivity,
            "connectionDetails": {"type": "SQL", "path": "s;d"},
            "credentialDetails": {"credentialType": credential, "singleSignOnType": "None"},
        })
    }

    #[test]
    fn the_credential_type_is_read() {
        use CredentialUse::{Key, ManagedIdentity, ServicePrincipal, Unknown, User};
        for (name, credential) in [
            ("OAuth2", User),
            ("Basic", User),
            ("WindowsWithoutImpersonation", User),
            ("ServicePrincipal", ServicePrincipal),
            ("WorkspaceIdentity", ManagedIdentity),
            ("SharedAccessSignature", Key),
            ("Anonymous", Unknown),
        ] {
            let entry = connection("ShareableCloud", name);
            assert!(matches(&entry));
            let definition = read(&entry);
            assert_eq!(definition.credential, credential, "{name}");
            assert_eq!(definition.said_by, format!("credentialType = {name}"));
        }
    }

    #[test]
    fn a_cloud_connection_is_corrected_to_the_workspace_identity() {
        let corrected = read(&connection("ShareableCloud", "OAuth2")).corrected.unwrap();
        assert_eq!(corrected["credentialDetails"]["credentialType"], "WorkspaceIdentity");
        assert_eq!(read(&connection("OnPremisesGateway", "OAuth2")).corrected, None);
        assert_eq!(read(&connection("ShareableCloud", "WorkspaceIdentity")).corrected, None);
    }

    #[test]
    fn the_creating_body_keeps_no_password() {
        let mut entry = connection("ShareableCloud", "");
        entry["credentialDetails"] =
            json!({"credentials": {"credentialType": "Basic", "username": "u", "password": "s3cret"}});
        let corrected = read(&entry).corrected.unwrap();
        assert_eq!(corrected["credentialDetails"]["credentials"], json!({"credentialType": "WorkspaceIdentity"}));
    }
}
