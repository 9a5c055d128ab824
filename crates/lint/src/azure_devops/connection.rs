//! Service connections, as an export shows them and as credentials speak of them.

use fedlens_issuers::{Subject, parse_subject};

use crate::model::Model;
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
    /// The connection as a whole.
    pub(crate) place: Place,
}

/// Reads one; connections to something else than Azure are left alone.
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
        place: entry.place,
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
            (begins || shown.contains("workload_identity_federation_subject")).then_some(last)
        }
    }
}
