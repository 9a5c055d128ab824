//! What a new edition of the directory file changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DirectoryDocument, ResourceGroupDocument, key, secret_digest};
use crate::crypto::{base64url, sha256};
use crate::emulator::Change;

/// What an edition of the directory file said: the digest of each member, by its key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Edition {
    applications: Digests,
    identities: Digests,
    resource_groups: Digests,
}

type Digests = BTreeMap<String, String>;

fn digests<T: Serialize>(members: &[T], key: impl Fn(&T) -> String) -> Digests {
    let digest = |member: &T| base64url(sha256(&serde_json::to_vec(member).unwrap_or_default()));
    members.iter().map(|member| (key(member), digest(member))).collect()
}

/// The changes from one list to another: what is gone, and what is new or says something new.
fn changes<T: Clone>(
    members: &[T],
    (now, earlier): (&Digests, &Digests),
    key: impl Fn(&T) -> String,
    put: impl Fn(T) -> Change,
    remove: impl Fn(String) -> Change,
) -> Vec<Change> {
    let gone = earlier.keys().filter(|key| !now.contains_key(*key)).cloned().map(remove);
    let is_new = |member: &&T| now.get(&key(member)) != earlier.get(&key(member));
    gone.chain(members.iter().filter(is_new).cloned().map(put)).collect()
}

impl DirectoryDocument {
    /// What the file says.
    pub(crate) fn edition(&self) -> Edition {
        Edition {
            applications: digests(&self.applications, |one| key(&one.app_id)),
            identities: digests(&self.managed_identities, |one| key(&one.client_id)),
            resource_groups: digests(&self.resource_groups, ResourceGroupDocument::key),
        }
    }

    /// The changes that lead from an earlier edition of the file to this one. What was made through Graph or ARM stays,
    /// unless the file has something new to say about the same application or identity.
    pub(crate) fn changes_since(&self, earlier: &Edition) -> Vec<Change> {
        let now = self.edition();
        let mut all = vec![Change::Surroundings(Box::new(self.surroundings()))];
        all.extend(changes(
            &self.resource_groups,
            (&now.resource_groups, &earlier.resource_groups),
            ResourceGroupDocument::key,
            Change::ResourceGroup,
            Change::RemoveResourceGroup,
        ));
        all.extend(changes(
            &self.applications,
            (&now.applications, &earlier.applications),
            |one| key(&one.app_id),
            Change::Application,
            Change::RemoveApplication,
        ));
        all.extend(changes(
            &self.managed_identities,
            (&now.identities, &earlier.identities),
            |one| key(&one.client_id),
            Change::Identity,
            Change::RemoveIdentity,
        ));
        all
    }

    /// Everything but applications, managed identities and resource groups.
    fn surroundings(&self) -> Self {
        Self { applications: Vec::new(), managed_identities: Vec::new(), resource_groups: Vec::new(), ..self.clone() }
    }

    /// The same with digests in place of secrets and passwords, as it is kept.
    pub(crate) fn with_digests(mut self) -> Self {
        for secret in self.applications.iter_mut().flat_map(|application| &mut application.secrets) {
            secret.conceal();
        }
        for user in &mut self.users {
            if let Some(password) = user.password.take() {
                user.password_sha256.get_or_insert_with(|| secret_digest(&password));
            }
        }
        self
    }
}

impl super::SecretDocument {
    /// Replaces the secret by its digest.
    pub(crate) fn conceal(&mut self) {
        if let Some(value) = self.value.take() {
            self.sha256.get_or_insert_with(|| secret_digest(&value));
        }
    }
}
