//! Service connections, as an export shows them and as credentials speak of them.

use fedlens_issuers::{PlatformId, Subject, parse_subject, recognise};

use crate::model::{Credential, Model, ServiceConnection};
use crate::source::{Node, Place, Text};

/// A service connection of an export.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Its name.
    pub(crate) name: Text,
    /// Its id.
    pub(crate) id: Option<String>,
    /// `WorkloadIdentityFederation`, `ServicePrincipal`, `ManagedServiceIdentity`.
    scheme: String,
    /// The issuer of its tokens.
    pub(crate) issuer: Option<Text>,
    /// The subject of its tokens.
    pub(crate) subject: Option<Text>,
    /// The client id of its identity.
    pub(crate) client_id: Option<Text>,
    /// The tenant of its identity.
    pub(crate) tenant: Option<Text>,
}

/// Reads one.
pub(super) fn read(entry: &Node) -> Option<Connection> {
    let scheme = entry.at_ignoring_case(&["authorization", "scheme"])?.known()?.to_owned();
    let parameter = |key: &str| {
        let text = entry.at_ignoring_case(&["authorization", "parameters", key])?.text()?;
        text.known().is_none_or(|known| !known.is_empty()).then(|| text.clone())
    };
    Some(Connection {
        name: entry.get("name")?.text()?.clone(),
        id: entry.known_at(&["id"]).map(str::to_owned),
        scheme,
        issuer: parameter("workloadIdentityFederationIssuer"),
        subject: parameter("workloadIdentityFederationSubject"),
        client_id: parameter("serviceprincipalid"),
        tenant: parameter("tenantid"),
    })
}

impl Connection {
    /// Whether it signs in by workload identity federation.
    pub(crate) fn is_federated(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("WorkloadIdentityFederation")
    }

    /// Whether a task means this one: by its name or by its id.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.known().is_some_and(|own| own.eq_ignore_ascii_case(name))
            || self.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(name))
    }
}

/// Whether a service connection of a configuration signs in by workload identity federation; with a secret unless it
/// says so.
pub(super) fn is_federated(defined: &ServiceConnection) -> bool {
    defined.scheme.as_ref().and_then(Text::known).is_some_and(|scheme| scheme == "WorkloadIdentityFederation")
}

/// Whether a service connection is known to sign in by workload identity federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Federation {
    /// It is: this says so.
    Known(Place),
    /// A connection of the repository is, and it may be this one.
    Possible(Place),
    /// It is not, or nothing is known of it.
    Unknown,
}

/// What the repository says of a connection.
pub(crate) fn federation(model: &Model<'_>, name: &str) -> Federation {
    let connections = || model.facts.iter().flat_map(|facts| &facts.azure_devops.connections);
    if let Some(found) = connections().find(|connection| connection.is_called(name)) {
        return if found.is_federated() { Federation::Known(found.name.place) } else { Federation::Unknown };
    }
    let mut possible = None;
    for defined in &model.settings.service_connections {
        let names = defined.name.as_ref().and_then(Text::known).map(|own| own.eq_ignore_ascii_case(name));
        match (names, is_federated(defined)) {
            (Some(true), true) => return Federation::Known(defined.place),
            (Some(true), false) => return Federation::Unknown,
            (None, true) => possible = possible.or(Some(defined.place)),
            _ => {}
        }
    }
    for credential in &model.credentials {
        let Some(subject) = &credential.subject else { continue };
        match connection_of(subject) {
            Some(Some(found)) if found.eq_ignore_ascii_case(name) => return Federation::Known(subject.place),
            Some(None) => possible = possible.or(Some(subject.place)),
            _ => {}
        }
    }
    possible.map_or(Federation::Unknown, Federation::Possible)
}

/// A credential for a connection, as of before or after the connection's conversion to the other issuer.
#[derive(Debug)]
pub(crate) struct Outdated<'m> {
    /// The credential, by its position in the model.
    pub(crate) credential: usize,
    /// The connection, as it is now.
    pub(crate) connection: &'m Connection,
    /// The issuer of its tokens.
    pub(crate) issuer: &'m Text,
    /// The subject of its tokens.
    pub(crate) subject: &'m Text,
}

/// Every credential that trusts the issuer that an exported connection does not use.
pub(crate) fn outdated<'m>(model: &'m Model<'_>) -> Vec<Outdated<'m>> {
    let mut found = Vec::new();
    let connections = model.facts.iter().flat_map(|facts| &facts.azure_devops.connections);
    for connection in connections.filter(|connection| connection.is_federated()) {
        let (Some(issuer), Some(subject)) = (&connection.issuer, &connection.subject) else { continue };
        let fits = |other: &Credential| other.issuer == *issuer && other.subject.as_ref() == Some(subject);
        for (credential, one) in model.credentials.iter().enumerate() {
            let replaced = model.credentials_of(one.identity).any(|(_, other)| fits(other));
            if !replaced && connection.trusted_before(model, one, issuer) {
                found.push(Outdated { credential, connection, issuer, subject });
            }
        }
    }
    found
}

impl Connection {
    /// Whether a credential is for this connection and trusts its other issuer.
    fn trusted_before(&self, model: &Model<'_>, credential: &Credential, issuer: &Text) -> bool {
        let identity = model.identities.get(credential.identity).and_then(|identity| identity.client_id.as_ref());
        let other_identity = match (identity.and_then(Text::known), self.client_id.as_ref().and_then(Text::known)) {
            (Some(a), Some(b)) => !a.eq_ignore_ascii_case(b),
            _ => false,
        };
        let own = |text: &Text| text.known().and_then(recognise).map(|found| found.platform.id);
        let subject = credential.subject.as_ref().and_then(Text::known).map(|known| parse_subject(None, known));
        let same = match (own(issuer), own(&credential.issuer), subject) {
            (
                Some(PlatformId::Entra),
                Some(PlatformId::AzureDevOps),
                Some(Subject::ServiceConnection { connection, .. }),
            ) => self.name.known() == Some(connection.as_str()),
            (Some(PlatformId::AzureDevOps), Some(PlatformId::Entra), Some(Subject::Eid1(eid1))) => {
                let id = eid1.service_connection().map(|(_, id)| id);
                self.id.as_deref().zip(id).is_some_and(|(own, id)| own.eq_ignore_ascii_case(id))
            }
            _ => false,
        };
        same && !other_identity
    }
}

/// The name of the service connection that a subject is for; `Some(None)` for one that has an id in its place, or is
/// not known.
fn connection_of(subject: &Text) -> Option<Option<String>> {
    match subject.known() {
        Some(known) => match parse_subject(None, known) {
            Subject::ServiceConnection { connection, .. } => Some(Some(connection)),
            Subject::Eid1(eid1) => eid1.service_connection().map(|_| None),
            _ => None,
        },
        None => {
            let shown = subject.to_string();
            let begins = shown.starts_with("sc://");
            let last = shown.rsplit('/').next().filter(|last| begins && !last.contains("${")).map(str::to_owned);
            begins.then_some(last)
        }
    }
}
