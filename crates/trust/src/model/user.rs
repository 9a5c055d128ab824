//! Users, who are asked for in the grants that act for one.

use serde::{Deserialize, Serialize};

use super::{Directory, Keyed};

/// A user of a tenant. Field names follow Microsoft Graph.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
    /// The object id, a GUID.
    pub id: String,
    /// The sign-in name: `ada@contoso.com`.
    pub user_principal_name: String,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether the account is enabled; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_enabled: Option<bool>,
    /// The home tenant; `None` where unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

impl Directory {
    /// The user of a sign-in name or an object id.
    pub fn user(&self, name_or_id: &str) -> Option<&User> {
        self.users.find(name_or_id)
    }
}

impl Keyed for User {
    fn keys(&self) -> Vec<&str> {
        vec![&self.user_principal_name, &self.id]
    }
}
