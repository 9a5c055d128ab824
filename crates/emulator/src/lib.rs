//! A local Entra that real clients sign in to.
//!
//! It speaks the protocols of the token service, of Microsoft Graph, Azure
//! Resource Manager, managed identity and several OIDC issuers, and has no rules of
//! its own: every exchange is answered with what `fedlens_trust::decide` says.
//!
//! [`Emulator::start`] binds loopback sockets and serves until it is dropped or shut down.

mod arm;
mod bearer;
mod clock;
mod credentials;
mod crypto;
mod directory;
mod emulator;
pub mod environment;
mod exchanges;
mod faults;
mod files;
mod graph;
mod http;
pub mod issuers;
mod journal;
mod managed_identity;
mod remote;
mod server;
mod settings;
mod store;
mod sts;

pub use clock::Clock;
pub use crypto::{Authority, AuthorityError, KeyError, Keys, SigningKey, system_certificates};
pub use directory::{
    AppRoleDocument, ApplicationDocument, CertificateDocument, DirectoryDocument, DocumentError, IssuerDocument,
    ManagedIdentityDocument, ResourceDocument, ResourceGroupDocument, RoleAssignmentDocument, SAMPLE, SecretDocument,
    ServicePrincipalDocument, SubscriptionDocument, UserDocument, sample,
};
pub use exchanges::Exchange;
pub use faults::{Fault, FaultError};
pub use managed_identity::HostFlavour;
pub use remote::{Remote, RemoteError};
pub use server::{Running, StartError};
pub use settings::Settings;
pub use store::StoreError;

pub use emulator::{ChangeError, Emulator, Surroundings};
