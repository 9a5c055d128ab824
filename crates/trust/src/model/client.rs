//! Who a request says it is.

use super::{Application, Directory, FederatedIdentityCredential, ManagedIdentity, View};

/// The application or managed identity of a client id.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Client<'a> {
    /// An app registration.
    Application(&'a Application),
    /// A managed identity.
    ManagedIdentity(&'a ManagedIdentity),
}

impl Directory {
    /// The client of an id. Without one, evidence means the only client whose credentials it shows, or the
    /// only client.
    pub fn client(&self, client_id: Option<&str>) -> Option<Client<'_>> {
        let Some(client_id) = client_id else {
            return if self.view == View::Partial { self.only_client() } else { None };
        };
        let application = self.application(client_id).map(Client::Application);
        application.or_else(|| self.managed_identity(client_id).map(Client::ManagedIdentity))
    }

    /// Whether the credentials of any client are known.
    pub fn shows_credentials(&self) -> bool {
        self.clients().any(|client| client.credentials().is_some())
    }

    fn clients(&self) -> impl Iterator<Item = Client<'_>> {
        let identities = self.managed_identities.iter().map(Client::ManagedIdentity);
        self.applications.iter().map(Client::Application).chain(identities)
    }

    fn only_client(&self) -> Option<Client<'_>> {
        let mut shown = self.clients().filter(|client| client.credentials().is_some());
        match (shown.next(), shown.next()) {
            (Some(only), None) => Some(only),
            (None, _) => self.clients().next().filter(|_| self.clients().nth(1).is_none()),
            _ => None,
        }
    }
}

impl<'a> Client<'a> {
    /// Its client id.
    pub fn id(self) -> &'a str {
        match self {
            Self::Application(application) => &application.app_id,
            Self::ManagedIdentity(identity) => &identity.client_id,
        }
    }

    /// Its federated identity credentials, where they are known.
    pub fn credentials(self) -> Option<&'a [FederatedIdentityCredential]> {
        match self {
            Self::Application(application) => application.federated_identity_credentials.as_deref(),
            Self::ManagedIdentity(identity) => identity.federated_identity_credentials.as_deref(),
        }
    }

    /// Its home tenant, where it is known.
    pub fn home_tenant(self) -> Option<&'a str> {
        match self {
            Self::Application(application) => application.tenant_id.as_deref(),
            Self::ManagedIdentity(identity) => identity.tenant_id.as_deref(),
        }
    }

    /// Its name, where it is known.
    pub fn name(self) -> Option<&'a str> {
        match self {
            Self::Application(application) => application.display_name.as_deref(),
            Self::ManagedIdentity(identity) => identity.name.as_deref(),
        }
    }
}
