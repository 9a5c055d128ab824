//! What a configuration sets up on GitHub, GitLab, Azure DevOps and Kubernetes.

use super::{Defined, Definitions};
use crate::model::{Platform, ServiceAccount, ServiceConnection, Stored, SubjectTemplate};
use crate::source::{Node, Text};

impl Defined<'_, '_> {
    pub(super) fn platform_setting(&self, out: &mut Definitions) {
        let kind = self.resource.kind;
        if kind == "github_repository" {
            let owner = self.provider_setting("github", "owner");
            let name = self.text("name").or_else(|| self.text("full_name"));
            let full = name.map(|name| match (owner, name.known().is_some_and(|name| name.contains('/'))) {
                (Some(owner), false) => owner.then(&Text::literal("/", name.place)).then(&name).at(name.place),
                _ => name,
            });
            out.settings.repositories.extend(full);
        } else if kind.ends_with("_oidc_subject_claim_customization_template") {
            out.settings.subject_templates.push(SubjectTemplate {
                place: self.place(),
                repository: self.text("repository"),
                use_default: self.text("use_default"),
                claims: self.texts("include_claim_keys"),
            });
        } else {
            out.settings.stored.extend(self.stored());
        }
    }

    /// A secret or variable of GitHub or GitLab.
    fn stored(&self) -> Option<Stored> {
        let kind = self.resource.kind;
        let gitlab = kind.starts_with("gitlab_");
        Some(Stored {
            place: self.place(),
            platform: if gitlab { Platform::GitLab } else { Platform::GitHub },
            secret: kind.ends_with("_secret"),
            name: self.first(&["secret_name", "variable_name", "key"])?,
            repository: self.first(&["repository", "project"]),
            environment: self.first(&["environment", "environment_scope"]),
            value: self.first(&["plaintext_value", "value"])?,
        })
    }

    pub(super) fn service_connection(&self, out: &mut Definitions) {
        let client_id = self.in_block("credentials", "serviceprincipalid");
        out.settings.service_connections.push(ServiceConnection {
            place: self.place(),
            name: self.text("service_endpoint_name"),
            project: self.text("project_id"),
            scheme: self.text("service_endpoint_authentication_scheme"),
            client_id,
            tenant: self.text("azurerm_spn_tenantid"),
            issuer: self.reference("workload_identity_federation_issuer"),
            subject: self.reference("workload_identity_federation_subject"),
        });
    }

    pub(super) fn service_account(&self, out: &mut Definitions) {
        let annotations = self.block("metadata").and_then(|block| block.get("annotations"));
        let annotations = annotations.and_then(|written| self.worked_out(written, "annotations"));
        let annotation = |name: &str| {
            annotations
                .as_ref()
                .and_then(|node| node.get(&format!("azure.workload.identity/{name}")))
                .and_then(Node::text)
        };
        out.settings.service_accounts.push(ServiceAccount {
            place: self.place(),
            name: self.in_block("metadata", "name"),
            namespace: self.in_block("metadata", "namespace"),
            client_id: annotation("client-id").cloned(),
            tenant: annotation("tenant-id").cloned(),
        });
    }
}
