//! Entra's own tokens as assertions: of managed identities and applications, which it takes or refuses, and of users,
//! which it never takes.

use fedlens_trust::{Client, ManagedIdentityKind, Tenant, User};
use jiff::Timestamp;
use serde_json::Map;

use super::{Draft, IssuerError};
use crate::directory::Registry;
use crate::sts::{Proof, Subject, mint, resource};
use crate::{DirectoryDocument, Keys};

/// Whom a token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntraClient {
    /// A managed identity by name, client id or principal id; the first user-assigned one where it is not named.
    ManagedIdentity {
        /// Its name or id.
        name: Option<String>,
        /// Whether it got the token through a federated credential of its own, which makes it useless for another.
        federated: bool,
    },
    /// An application by name or client id, with a secret; the first one where it is not named.
    Application(Option<String>),
    /// A user by sign-in name or id, who signed in to the first public client; the first user where none is named.
    User(Option<String>),
}

/// A token that Entra issues to a client of a directory.
#[derive(Clone, Debug)]
pub struct EntraToken<'a> {
    /// What the directory holds.
    pub directory: &'a DirectoryDocument,
    /// Whom it is about.
    pub client: EntraClient,
    /// What it is for: App ID URI or app id.
    pub audience: &'a str,
}

impl EntraToken<'_> {
    /// The token as Entra issues it.
    ///
    /// # Errors
    ///
    /// When the directory does not hold whom it is about.
    pub fn draft(&self, keys: &Keys, now: Timestamp) -> Result<Draft, IssuerError> {
        let registry =
            Registry::new(self.directory.clone(), None).map_err(|error| IssuerError::Directory(error.to_string()))?;
        let user = match &self.client {
            EntraClient::User(name) => Some(user(&registry, name.as_deref())?),
            _ => None,
        };
        let (client, proof) = match &self.client {
            EntraClient::ManagedIdentity { name, federated } => {
                let proof = if *federated { Proof::Federated } else { Proof::Host };
                (identity(&registry, name.as_deref())?, proof)
            }
            EntraClient::Application(name) => (application(&registry, name.as_deref(), false)?, Proof::Secret),
            EntraClient::User(_) => (application(&registry, None, true)?, Proof::None),
        };
        let home = user.and_then(|user| user.tenant_id.as_deref()).or_else(|| client.home_tenant());
        let tenant: &Tenant =
            home.and_then(|home| registry.directory.tenant(home)).ok_or(IssuerError::None("tenant"))?;
        let resource = resource(&registry, self.audience.trim_end_matches("/.default"));
        let subject = Subject {
            registry: &registry,
            tenant,
            client,
            resource: &resource,
            proof,
            user: user.map(|user| (user, "user_impersonation")),
            fmi_path: None,
        };
        let minted = mint(keys.entra(), &subject, now);
        Ok(taken_apart(minted.token.reveal()))
    }
}

/// The draft that a token was made of.
fn taken_apart(token: &str) -> Draft {
    let decoded = fedlens_token::decode(token);
    let part = |part: Option<fedlens_token::Claims>| part.map_or_else(Map::new, |claims| claims.0);
    let mut draft = Draft::new(part(decoded.claims));
    let twice = decoded.header.as_ref().is_some_and(|header| header.contains("x5t"));
    draft.header.extend(part(decoded.header).into_iter().filter(|(name, _)| name == "typ"));
    if twice { draft.with_thumbprint() } else { draft }
}

fn identity<'a>(registry: &'a Registry, name: Option<&str>) -> Result<Client<'a>, IssuerError> {
    let mut all = registry.directory.managed_identities.iter();
    let found = match name {
        None => all.find(|one| one.kind == Some(ManagedIdentityKind::UserAssigned)),
        Some(name) => all.find(|one| {
            let ids = [Some(one.client_id.as_str()), one.principal_id.as_deref(), one.name.as_deref()];
            ids.into_iter().flatten().any(|id| id.eq_ignore_ascii_case(name))
        }),
    };
    found.map(Client::ManagedIdentity).ok_or_else(|| missing("managed identity", name))
}

fn application<'a>(registry: &'a Registry, name: Option<&str>, public: bool) -> Result<Client<'a>, IssuerError> {
    let mut all = registry.directory.applications.iter();
    let found = match name {
        None => all.find(|one| one.is_fallback_public_client.unwrap_or(false) == public),
        Some(name) => all.find(|one| {
            one.app_id.eq_ignore_ascii_case(name)
                || one.display_name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
        }),
    };
    let kind = if public { "public client" } else { "application" };
    found.map(Client::Application).ok_or_else(|| missing(kind, name))
}

fn user<'a>(registry: &'a Registry, name: Option<&str>) -> Result<&'a User, IssuerError> {
    let found = match name {
        None => registry.directory.users.first(),
        Some(name) => registry.directory.user(name),
    };
    found.ok_or_else(|| missing("user", name))
}

fn missing(kind: &'static str, name: Option<&str>) -> IssuerError {
    match name {
        Some(name) => IssuerError::Unknown { kind, name: name.to_owned() },
        None => IssuerError::None(kind),
    }
}
