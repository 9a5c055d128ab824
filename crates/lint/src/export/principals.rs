//! Applications, service principals and managed identities.

use std::collections::BTreeMap;

use super::members::{any, text};
use crate::facts;
use crate::model::{Identity, IdentityKind};
use crate::source::{Node, Text};

/// What an object describes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Application,
    ServicePrincipal,
    ManagedIdentity,
}

impl Kind {
    /// The kind, by the members that only it has.
    pub(super) fn of(item: &Node, context: Option<&str>) -> Option<Self> {
        let body = any(item, &["properties"]).unwrap_or(item);
        let is_identity = |body: &Node| text(body, &["clientId"]).is_some() && any(body, &["principalId"]).is_some();
        if is_identity(body) && any(item, &["kind", "type", "id", "name", "location"]).is_some() {
            return Some(Self::ManagedIdentity);
        }
        text(item, &["appId"])?;
        let kind = item.known_at(&["@odata.type"]).or(context).unwrap_or_default();
        let marks = ["servicePrincipalType", "appOwnerOrganizationId", "servicePrincipalNames"];
        if kind.contains("ervicePrincipal") || any(item, &marks).is_some() {
            return Some(Self::ServicePrincipal);
        }
        let of_application =
            ["signInAudience", "identifierUris", "requiredResourceAccess", "passwordCredentials", "publisherDomain"];
        let listed = any(item, &[super::EMBEDDED]).is_some() || kind.contains("pplication");
        let named = any(item, &["displayName"]).is_some() && any(item, &["id", "objectId"]).is_some();
        (listed || named || any(item, &of_application).is_some()).then_some(Self::Application)
    }
}

/// Where the identity of a client id is.
pub(super) type Known = BTreeMap<String, usize>;

/// Adds what an object describes and says where it is.
pub(super) fn read(kind: Kind, item: &Node, known: &mut Known, facts: &mut facts::Facts) -> usize {
    let identity = match kind {
        Kind::Application => application(item),
        Kind::ManagedIdentity => managed_identity(item),
        Kind::ServicePrincipal => service_principal(item),
    };
    let client = identity.client_id.as_ref().and_then(Text::known).map(str::to_ascii_lowercase);
    let before = client.as_ref().and_then(|client| known.get(client)).copied();
    // A service principal gives the application of its client id its own object id.
    if let Some(at) = before.filter(|_| kind == Kind::ServicePrincipal)
        && let Some(found) = facts.identities.get_mut(at)
    {
        found.principal_id = identity.principal_id;
        return at;
    }
    let at = facts.identities.len();
    known.extend(client.map(|client| (client, at)));
    facts.identities.push(identity);
    at
}

fn application(item: &Node) -> Identity {
    Identity {
        place: item.place,
        name: text(item, &["displayName", "name", "appId"]).map_or_else(String::new, Text::to_string),
        kind: IdentityKind::Application,
        references: text(item, &["id", "objectId"]).cloned().into_iter().collect(),
        client_id: text(item, &["appId"]).cloned(),
        principal_id: None,
        tenant: text(item, &["tenantId", "appOwnerOrganizationId"]).cloned(),
        sign_in_audience: text(item, &["signInAudience"]).cloned(),
        complete: false,
    }
}

fn managed_identity(item: &Node) -> Identity {
    let body = any(item, &["properties"]).unwrap_or(item);
    let kind = text(item, &["type", "kind"]).map_or_else(String::new, |kind| kind.to_string().to_ascii_lowercase());
    let system = kind.contains("systemassigned");
    Identity {
        place: item.place,
        name: text(item, &["name", "displayName"]).map_or_else(|| "a managed identity".to_owned(), Text::to_string),
        kind: if system { IdentityKind::SystemAssigned } else { IdentityKind::UserAssigned },
        references: text(item, &["id"]).cloned().into_iter().collect(),
        client_id: text(body, &["clientId"]).cloned(),
        principal_id: text(body, &["principalId"]).cloned(),
        tenant: text(body, &["tenantId"]).cloned(),
        sign_in_audience: None,
        complete: false,
    }
}

/// A service principal; that of a managed identity is the identity.
fn service_principal(item: &Node) -> Identity {
    let managed = text(item, &["servicePrincipalType"]).and_then(Text::known) == Some("ManagedIdentity");
    let kind = if managed { IdentityKind::UserAssigned } else { IdentityKind::Application };
    let principal_id = text(item, &["id", "objectId"]).cloned();
    Identity { kind, references: Vec::new(), principal_id, ..application(item) }
}
