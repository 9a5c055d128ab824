//! What a new edition of the directory file changes.

use super::{DirectoryDocument, ResourceGroupDocument, key, secret_digest};
use crate::emulator::Change;

impl DirectoryDocument {
    /// The changes that lead from an earlier edition of the file to this one. What was made through Graph or ARM stays,
    /// unless the file has something new to say about the same application or identity.
    pub(crate) fn changes_since(&self, earlier: &Self) -> Vec<Change> {
        let mut changes = vec![Change::Surroundings(Box::new(self.surroundings()))];
        let ids = |document: &Self| -> Vec<_> { document.applications.iter().map(|one| key(&one.app_id)).collect() };
        let kept = ids(self);
        let gone = ids(earlier).into_iter().filter(|id| !kept.contains(id));
        changes.extend(gone.map(Change::RemoveApplication));
        let ids =
            |document: &Self| -> Vec<_> { document.managed_identities.iter().map(|one| key(&one.client_id)).collect() };
        let kept = ids(self);
        let gone = ids(earlier).into_iter().filter(|id| !kept.contains(id));
        changes.extend(gone.map(Change::RemoveIdentity));
        let kept: Vec<_> = self.resource_groups.iter().map(ResourceGroupDocument::key).collect();
        let gone = earlier.resource_groups.iter().map(ResourceGroupDocument::key).filter(|key| !kept.contains(key));
        changes.extend(gone.map(Change::RemoveResourceGroup));
        let groups = self.resource_groups.iter().filter(|one| !earlier.resource_groups.contains(one));
        changes.extend(groups.cloned().map(Change::ResourceGroup));
        let applications = self.applications.iter().filter(|one| !earlier.applications.contains(one));
        changes.extend(applications.cloned().map(Change::Application));
        let identities = self.managed_identities.iter().filter(|one| !earlier.managed_identities.contains(one));
        changes.extend(identities.cloned().map(Change::Identity));
        changes
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
