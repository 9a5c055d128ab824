//! What all parts of the server share.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fedlens_trust::Policy;
use jiff::Timestamp;
use thiserror::Error;

use crate::crypto::Keys;
use crate::directory::Registry;
use crate::exchanges::Exchanges;
use crate::faults::Fault;
use crate::server::{Running, StartError};
use crate::sts::Codes;
use crate::{ApplicationDocument, DocumentError, Exchange, ManagedIdentityDocument, Settings};

/// A change of the state.
pub(crate) enum Change {
    /// Adds or replaces an application.
    Application(ApplicationDocument),
    /// Removes the application with this client id.
    RemoveApplication(String),
    /// Adds or replaces a managed identity.
    Identity(ManagedIdentityDocument),
    /// Removes the managed identity with this client id.
    RemoveIdentity(String),
}

/// A change that could not be made.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    /// It makes no sense.
    #[error(transparent)]
    Content(#[from] DocumentError),
}

/// A local Entra.
pub struct Emulator {
    pub(crate) settings: Settings,
    pub(crate) keys: Keys,
    pub(crate) exchanges: Exchanges,
    pub(crate) codes: Codes,
    pub(crate) authority_pem: String,
    registry: RwLock<Registry>,
}

impl Emulator {
    /// Binds the sockets and serves until the result is dropped.
    ///
    /// # Errors
    ///
    /// When the directory does not fit together, an address is in use, or the kept keys cannot be used.
    pub async fn start(settings: Settings) -> Result<Running, StartError> {
        crate::server::start(settings).await
    }

    pub(crate) fn new(settings: Settings, registry: Registry, authority_pem: String) -> Self {
        let keys = Keys::new(settings.keys.clone());
        keys.prepare();
        Self {
            exchanges: Exchanges::new(settings.remembered),
            codes: Codes::default(),
            authority_pem,
            registry: RwLock::new(registry),
            keys,
            settings,
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// How to judge, beside the directory.
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            cloud: self.settings.cloud,
            wording: self.settings.wording,
            private_issuers: self.settings.private_issuers,
            ..Policy::default()
        }
    }

    /// The state, to look at.
    pub(crate) fn registry(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, to change.
    pub(crate) fn registry_mut(&self) -> RwLockWriteGuard<'_, Registry> {
        self.registry.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state and changes it in one step. What is changed is kept before it is seen.
    pub(crate) fn change<T, E: From<ChangeError>>(
        &self,
        plan: impl FnOnce(&Registry) -> Result<(Vec<Change>, T), E>,
    ) -> Result<T, E> {
        let mut registry = self.registry_mut();
        let (changes, result) = plan(&registry)?;
        let seen_at = (!self.settings.propagation.is_zero()).then(|| self.now() + self.settings.propagation);
        for change in changes {
            match change {
                Change::Application(document) => {
                    registry.put_application(document, seen_at).map_err(ChangeError::from)?;
                }
                Change::RemoveApplication(app_id) => drop(registry.remove_application(&app_id)),
                Change::Identity(document) => registry.put_identity(document, seen_at).map_err(ChangeError::from)?,
                Change::RemoveIdentity(client_id) => drop(registry.remove_identity(&client_id)),
            }
        }
        registry.refresh_assignments();
        Ok(result)
    }

    /// The fault that meets a request to this place, if one does.
    pub(crate) fn fault(&self, place: &str) -> Option<&Fault> {
        Fault::drawn(&self.settings.faults, place)
    }

    /// The last exchanges, the oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.last(usize::MAX)
    }

    /// A token of any header and claims, signed as the issuers that the emulator plays.
    /// `alg` and `kid` are set where the header has none.
    pub fn sign_as_issuer(
        &self,
        header: serde_json::Map<String, serde_json::Value>,
        claims: &serde_json::Map<String, serde_json::Value>,
    ) -> String {
        crate::issuers::sign_with(self.keys.issuers(), header, claims)
    }

    /// A token of any header and claims, signed as Entra.
    pub fn sign_as_entra(
        &self,
        header: serde_json::Map<String, serde_json::Value>,
        claims: &serde_json::Map<String, serde_json::Value>,
    ) -> String {
        crate::issuers::sign_with(self.keys.entra(), header, claims)
    }
}
