//! Power BI data sources: of a data set or of a gateway.
//!
//! ```json
//! {"datasourceType": "Sql", "datasourceName": "…", "connectionDetails": "{…}", "credentialType": "OAuth2"}
//! ```
//!
//! The list of a data set's sources has no credential type; a gateway's list has.

use serde_json::Value;

use super::{CredentialUse, DefinitionKind, WorkloadDefinition};
use crate::json;

/// Where the credential's type stands.
const TYPE_PATHS: &[&[&str]] = &[&["credentialType"], &["credentialDetails", "credentialType"]];

/// Where it stands that each reader's own sign-in is used.
const END_USER: &[&str] = &["credentialDetails", "useEndUserOAuth2Credentials"];

/// Whether an entry is a data source.
pub(super) fn matches(entry: &Value) -> bool {
    json::text(entry, &["datasourceType"]).is_some()
        || (json::text(entry, &["credentialDetails", "credentialType"]).is_some()
            && !json::has(entry, &["connectivityType"])
            && json::text(entry, &["connectionDetails", "type"]).is_none())
}

/// The definition. How Power BI would be set to a workspace identity is not documented, so nothing is corrected.
pub(super) fn read(entry: &Value) -> WorkloadDefinition {
    let named = TYPE_PATHS.iter().find_map(|path| Some((json::text(entry, path)?, *path)));
    let end_user = json::member(entry, END_USER) == Some(&Value::Bool(true));
    let ((credential, said_by), path) = match named {
        Some((name, path)) => (by_name(Some(name)), path),
        None if end_user => ((CredentialUse::User, "useEndUserOAuth2Credentials = true".to_owned()), END_USER),
        None => (by_name(None), &[][..]),
    };
    WorkloadDefinition {
        definition: DefinitionKind::PowerBiDatasource,
        name: ["datasourceName", "name", "datasourceId", "id"].iter().find_map(|key| json::owned(entry, &[key])),
        connector: json::owned(entry, &["datasourceType"]),
        credential,
        said_by,
        path: path.to_vec(),
        client_id: None,
        tenant: None,
        issuer: None,
        subject: None,
        corrected: None,
    }
}

/// The use that a `credentialType` names.
pub(super) fn by_name(name: Option<&str>) -> (CredentialUse, String) {
    match name {
        Some(name) => {
            (CredentialUse::of_type(name).unwrap_or(CredentialUse::Unknown), format!("credentialType = {name}"))
        }
        None => (CredentialUse::Unknown, "no credentialType is given".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_gateway_data_source_is_read() {
        let entry = json!({
            "id": "d1", "gatewayId": "g1", "datasourceType": "Sql", "datasourceName": "Sales",
            "connectionDetails": "{\"server\":\"s\",\"database\":\"d\"}", "credentialType": "OAuth2",
            "credentialDetails": {"useEndUserOAuth2Credentials": false},
        });
        assert!(matches(&entry));
        let definition = read(&entry);
        assert_eq!((definition.credential, definition.name.as_deref()), (CredentialUse::User, Some("Sales")));
        assert_eq!(definition.said_by, "credentialType = OAuth2");
    }

    #[test]
    fn a_data_source_without_a_credential_says_so() {
        let entry = json!({"datasourceType": "Sql", "connectionDetails": {"server": "s"}, "datasourceId": "d2"});
        let definition = read(&entry);
        assert_eq!(
            (definition.credential, definition.said_by.as_str()),
            (CredentialUse::Unknown, "no credentialType is given")
        );
    }

    #[test]
    fn the_body_that_updates_one_is_read() {
        let entry = json!({"credentialDetails": {"credentialType": "Basic", "credentials": "{}"}});
        assert!(matches(&entry));
        assert_eq!(read(&entry).credential, CredentialUse::User);
        assert!(!matches(&json!({"credentialType": "Basic"})));
    }
}
