//! What all parts of the server share.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fedlens_issuers::Cloud;
use fedlens_trust::{Client, Policy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::crypto::Keys;
use crate::directory::{Edition, Registry};
use crate::exchanges::Exchanges;
use crate::faults::Fault;
use crate::issuers::{self, External};
use crate::managed_identity::HostFlavour;
use crate::server::{Running, StartError};
use crate::store::{Store, StoreError};
use crate::sts::Codes;
use crate::{
    ApplicationDocument, DirectoryDocument, DocumentError, Exchange, ManagedIdentityDocument, ResourceDocument,
    ResourceGroupDocument, SecretDocument, Settings,
};

/// What a client is told of an emulator, beside its address and what it is trusted by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Surroundings {
    /// The first tenant.
    pub tenant_id: String,
    /// The first subscription; empty where there is none.
    pub subscription_id: String,
    /// The variables that point a client at managed identity on a host, by the host's name. Some values are secret.
    pub hosts: BTreeMap<String, Vec<(String, String)>>,
}

/// Where an emulator is reached.
pub(crate) struct Addresses {
    /// `https://localhost:8443`
    pub(crate) origin: String,
    /// `http://127.0.0.1:8444`
    pub(crate) identity_origin: String,
    /// The SHA-1 thumbprint of the server's certificate, in hex.
    pub(crate) thumbprint: String,
}

fn owned(variables: Vec<(&str, String)>) -> Vec<(String, String)> {
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

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
    /// Replaces everything but applications, managed identities and resource groups.
    Surroundings(Box<DirectoryDocument>),
    /// Adds or replaces a resource group.
    ResourceGroup(ResourceGroupDocument),
    /// Removes the resource group with this key.
    RemoveResourceGroup(String),
}

/// A change that could not be made.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// It makes no sense.
    #[error(transparent)]
    Content(#[from] DocumentError),
    /// It cannot be kept, and was not made.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A local Entra.
pub struct Emulator {
    pub(crate) settings: Settings,
    pub(crate) keys: Keys,
    pub(crate) exchanges: Exchanges,
    pub(crate) codes: Codes,
    pub(crate) external: External,
    pub(crate) authority_pem: String,
    pub(crate) addresses: Addresses,
    registry: RwLock<Registry>,
    store: Option<Store>,
    /// The last edition of the directory file.
    file: Mutex<Edition>,
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

    /// The state comes from the database where there is one, brought in line with the directory file.
    pub(crate) fn new(
        mut settings: Settings,
        own: ResourceDocument,
        authority_pem: String,
        addresses: Addresses,
    ) -> Result<Self, StartError> {
        let keys = Keys::new(settings.keys.clone());
        keys.prepare();
        let store = settings.data.as_deref().map(Store::open).transpose()?;
        let kept = store.as_ref().map(Store::load).transpose()?.flatten();
        let (state, file) = kept.unwrap_or_default();
        let directory = std::mem::take(&mut settings.directory);
        // An issuer at this very origin is as good as any other, where private addresses are allowed.
        let authorities = settings.issuer_authorities.iter().cloned().chain([authority_pem.clone()]).collect();
        let emulator = Self {
            exchanges: Exchanges::new(settings.remembered),
            codes: Codes::default(),
            external: External::new(settings.private_issuers, authorities),
            authority_pem,
            addresses,
            registry: RwLock::new(Registry::new(state, Some(own))?),
            store,
            file: Mutex::new(file),
            keys,
            settings,
        };
        emulator.reload(directory)?;
        Ok(emulator)
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// How to judge, beside the directory, what is asked of a tenant.
    pub(crate) fn policy(&self, registry: &Registry, tenant: &str) -> Policy {
        Policy {
            cloud: self.cloud(registry, tenant),
            wording: self.settings.wording,
            private_issuers: self.settings.private_issuers,
            ..Policy::default()
        }
    }

    /// The cloud whose endpoint a tenant is asked at.
    pub(crate) fn cloud(&self, registry: &Registry, tenant: &str) -> Cloud {
        let asked = registry.directory.tenant(tenant).or_else(|| registry.directory.tenants.first());
        self.settings.cloud.or_else(|| asked.map(|tenant| tenant.cloud)).unwrap_or_default()
    }

    /// The state, to look at.
    pub(crate) fn registry(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, to change.
    pub(crate) fn registry_mut(&self) -> RwLockWriteGuard<'_, Registry> {
        self.registry.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state and changes it in one step. What is changed is on disk before it is seen.
    pub(crate) fn change<T, E: From<ChangeError>>(
        &self,
        plan: impl FnOnce(&Registry) -> Result<(Vec<Change>, T), E>,
    ) -> Result<T, E> {
        let mut registry = self.registry_mut();
        let (changes, result) = plan(&registry)?;
        self.apply(&mut registry, changes, None)?;
        Ok(result)
    }

    /// Brings the state in line with a new edition of the directory file. What was made through Graph or ARM stays,
    /// unless the file has something new to say about the same application or identity.
    ///
    /// # Errors
    ///
    /// When the directory does not fit together or cannot be kept; the state is then as it was.
    pub fn reload(&self, document: DirectoryDocument) -> Result<(), ChangeError> {
        let document = document.with_digests();
        Registry::default().put_surroundings(document.clone())?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut registry = self.registry_mut();
        let edition = document.edition();
        self.apply(&mut registry, document.changes_since(&file), Some(&edition))?;
        *file = edition;
        Ok(())
    }

    fn apply(
        &self,
        registry: &mut Registry,
        mut changes: Vec<Change>,
        file: Option<&Edition>,
    ) -> Result<(), ChangeError> {
        let mut trial = Registry::default();
        for change in &mut changes {
            match change {
                Change::Application(document) => {
                    document.secrets.iter_mut().for_each(SecretDocument::conceal);
                    trial.put_application(document.clone(), None)?;
                }
                Change::Identity(document) => trial.put_identity(document.clone(), None)?,
                _ => {}
            }
        }
        if let Some(store) = &self.store {
            store.write(&changes, file)?;
        }
        let seen_at = (!self.settings.propagation.is_zero()).then(|| self.now() + self.settings.propagation);
        for change in changes {
            match change {
                Change::Application(document) => registry.put_application(document, seen_at)?,
                Change::RemoveApplication(app_id) => drop(registry.remove_application(&app_id)),
                Change::Identity(document) => registry.put_identity(document, seen_at)?,
                Change::RemoveIdentity(client_id) => drop(registry.remove_identity(&client_id)),
                Change::Surroundings(document) => registry.put_surroundings(*document)?,
                Change::ResourceGroup(document) => registry.put_resource_group(document),
                Change::RemoveResourceGroup(key) => registry.remove_resource_group(&key),
            }
        }
        registry.refresh_assignments();
        Ok(())
    }

    /// The fault that meets a request to this place, if one does.
    pub(crate) fn fault(&self, place: &str) -> Option<&Fault> {
        Fault::drawn(&self.settings.faults, place)
    }

    /// The first client with a classic credential for a subject: its client id, and the credential's issuer.
    pub fn trusting(&self, subject: &str) -> Option<(String, String)> {
        let registry = self.registry();
        let directory = &registry.directory;
        let applications = directory.applications.iter().map(Client::Application);
        let mut clients = applications.chain(directory.managed_identities.iter().map(Client::ManagedIdentity));
        clients.find_map(|client| {
            let mut credentials = client.credentials().unwrap_or_default().iter();
            let credential = credentials.find(|credential| credential.subject.as_deref() == Some(subject))?;
            Some((client.id().to_owned(), credential.issuer.clone()))
        })
    }

    /// What clients are told of where they are.
    pub fn surroundings(&self) -> Surroundings {
        let registry = self.registry();
        Surroundings {
            tenant_id: registry.home_tenant().to_owned(),
            subscription_id: registry.subscriptions.first().map_or_else(String::new, |one| one.id.clone()),
            hosts: HostFlavour::ALL.map(|host| (host.name().to_owned(), owned(host.variables(self)))).into(),
        }
    }

    /// The keys that sign as Entra and as the issuers.
    pub fn keys(&self) -> &Keys {
        &self.keys
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
        issuers::sign_with(self.keys.issuers(), header, claims)
    }

    /// A token of any header and claims, signed as Entra.
    pub fn sign_as_entra(
        &self,
        header: serde_json::Map<String, serde_json::Value>,
        claims: &serde_json::Map<String, serde_json::Value>,
    ) -> String {
        issuers::sign_with(self.keys.entra(), header, claims)
    }
}
