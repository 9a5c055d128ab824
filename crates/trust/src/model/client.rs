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
    /// The client of an id. Without one, evidence that holds a single client means that one.
    pub fn client(&self, client_id: Option<&str>) -> Option<Client<'_>> {
        let Some(client_id) = client_id else {
            return match (self.view, self.applications.as_slice(), self.managed_identities.as_slice()) {
                (View::Partial, [application], []) => Some(Client::Application(application)),
                (View::Partial, [], [identity]) => Some(Client::ManagedIdentity(identity)),
                _ => None,
            };
        };
        let application = self.application(client_id).map(Client::Application);
        application.or_else(|| self.managed_identity(client_id).map(Client::ManagedIdentity))
    }
}

impl<'a> Client<'a> {
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
