//! Which identity a request means, and its token.

use fedlens_token::Secret;
use fedlens_trust::{Endpoint, ManagedIdentity, ManagedIdentityKind, Refusal, TokenRequest, Verdict, decide, same_id};

use super::parameter;
use crate::Emulator;
use crate::directory::Registry;
use crate::sts::mint_for_identity;

/// The checks that are left where the host has vouched for the identity.
const CHECKS: [&str; 2] = ["resource.exists", "resource.assignment"];

/// The ids that an identity goes by.
#[derive(Clone, Copy)]
pub(super) enum Id {
    /// The client id.
    Client,
    /// The object id of its service principal.
    Object,
    /// The ARM id.
    Resource,
}

/// Who is meant by a request that names nobody.
#[derive(Clone, Copy)]
pub(super) enum Unnamed {
    /// The system-assigned identity.
    SystemAssigned,
    /// The system-assigned identity, or the only user-assigned one.
    Only,
    /// The system-assigned identity, or the first user-assigned one.
    First,
}

/// The identity that a request asks for.
pub(super) struct Wanted {
    ids: Vec<(Id, String)>,
    unnamed: Unnamed,
}

/// Why there is no token.
pub(super) enum Denied {
    /// The host has no such identity.
    NotFound,
    /// The host has several, and the request names none of them.
    Several,
    /// Entra refuses it.
    Refused(Box<Refusal>),
}

/// A token, and what is said of it; times are in seconds, as text.
pub(super) struct Granted {
    pub(super) access_token: Secret,
    pub(super) client_id: String,
    pub(super) expires_in: String,
    pub(super) expires_on: String,
    pub(super) not_before: String,
    /// As it was asked for.
    pub(super) resource: String,
}

impl Wanted {
    /// The identity whose ids stand in query parameters of these names.
    pub(super) fn named(query: Option<&str>, names: &[(&str, Id)], unnamed: Unnamed) -> Self {
        let ids = names.iter().filter_map(|(name, id)| Some((*id, parameter(query, name)?)));
        Self { ids: ids.collect(), unnamed }
    }

    /// The identity of a host that cannot be asked for another.
    pub(super) fn settled() -> Self {
        Self { ids: Vec::new(), unnamed: Unnamed::First }
    }

    /// The ids that the request names.
    pub(super) fn ids(&self) -> &[(Id, String)] {
        &self.ids
    }

    /// The identity, if the host has it. Every identity of the directory is on the host.
    pub(super) fn find<'a>(&self, registry: &'a Registry) -> Result<&'a ManagedIdentity, Denied> {
        let identities = &registry.directory.managed_identities;
        if !self.ids.is_empty() {
            let is_it =
                |identity: &&ManagedIdentity| self.ids.iter().all(|(id, value)| has(registry, identity, *id, value));
            return identities.iter().find(is_it).ok_or(Denied::NotFound);
        }
        let mut system = identities.iter().filter(|one| one.kind == Some(ManagedIdentityKind::SystemAssigned));
        match (system.next(), self.unnamed, identities.as_slice()) {
            (Some(identity), _, _) | (None, Unnamed::Only, [identity]) | (None, Unnamed::First, [identity, ..]) => {
                Ok(identity)
            }
            (None, Unnamed::Only, [_, _, ..]) => Err(Denied::Several),
            (None, _, _) => Err(Denied::NotFound),
        }
    }

    /// The identity's token for a resource.
    pub(super) fn grant(&self, emulator: &Emulator, resource: String) -> Result<Granted, Denied> {
        let registry = emulator.registry();
        let identity = self.find(&registry)?;
        if let Some(refusal) = refusal(emulator, &registry, identity, &resource) {
            return Err(Denied::Refused(Box::new(refusal)));
        }
        let (signing, now) = (emulator.keys.entra(), emulator.now());
        let minted =
            mint_for_identity(signing, &registry, &identity.client_id, &resource, now).ok_or(Denied::NotFound)?;
        Ok(Granted {
            access_token: minted.token,
            client_id: identity.client_id.clone(),
            expires_in: minted.expires_in.to_string(),
            expires_on: minted.expires_on.to_string(),
            not_before: minted.not_before.to_string(),
            resource,
        })
    }
}

fn has(registry: &Registry, identity: &ManagedIdentity, id: Id, value: &str) -> bool {
    match id {
        Id::Client => same_id(&identity.client_id, value),
        Id::Object => identity.principal_id.as_deref().is_some_and(|own| same_id(own, value)),
        Id::Resource => {
            let own = registry.identity_extra(&identity.client_id).map(|extra| extra.resource_id.as_str());
            own.is_some_and(|own| same_id(own.trim_end_matches('/'), value.trim_end_matches('/')))
        }
    }
}

fn refusal(emulator: &Emulator, registry: &Registry, identity: &ManagedIdentity, resource: &str) -> Option<Refusal> {
    let request = TokenRequest {
        endpoint: Endpoint::V1,
        tenant: identity.tenant_id.clone(),
        client_id: Some(identity.client_id.clone()),
        grant_type: Some("client_credentials".to_owned()),
        resource: Some(resource.to_owned()),
        ..TokenRequest::default()
    };
    let policy = emulator.policy(registry, identity.tenant_id.as_deref().unwrap_or_default());
    let decision = decide(&registry.directory, &request, emulator.now(), &policy);
    CHECKS.into_iter().find_map(|check| match decision.verdict(check) {
        Some(Verdict::Failed(refusal)) => Some(refusal.clone()),
        _ => None,
    })
}
