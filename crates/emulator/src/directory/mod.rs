//! What the emulator knows: tenants, applications, identities, users and what they hold.

mod convert;
mod document;
mod register;
mod reload;
mod sample;

pub(crate) use convert::{certificate, derived_id, key, names, secret_digest};
pub use document::{
    AppRoleDocument, ApplicationDocument, CertificateDocument, DirectoryDocument, DocumentError, IssuerDocument,
    ManagedIdentityDocument, ResourceDocument, ResourceGroupDocument, RoleAssignmentDocument, SecretDocument,
    ServicePrincipalDocument, SubscriptionDocument, UserDocument,
};
pub(crate) use register::{ApplicationExtra, Certificate, IdentityExtra, Registry, Secret};
pub(crate) use reload::Edition;
pub use sample::{SAMPLE, sample};
