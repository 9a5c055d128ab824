//! Resources and data sources, and which of them say something of identities.

use hcl_edit::structure::Block;

use super::module::{Declared, Written};
use crate::source::Place;

/// A `resource` or `data` block.
#[derive(Debug)]
pub(super) struct Resource<'a> {
    pub(super) declared: Declared<'a>,
    pub(super) is_data: bool,
    /// `azuread_application`
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
}

/// The kinds that identities, credentials and what refers to them are made of.
const KINDS: &[&str] = &[
    "azuread_application",
    "azuread_application_federated_identity_credential",
    "azuread_application_flexible_federated_identity_credential",
    "azuread_application_registration",
    "azuread_service_principal",
    "azuredevops_serviceendpoint_azurerm",
    "azurerm_federated_identity_credential",
    "azurerm_user_assigned_identity",
    "github_actions_environment_secret",
    "github_actions_environment_variable",
    "github_actions_organization_oidc_subject_claim_customization_template",
    "github_actions_organization_secret",
    "github_actions_organization_variable",
    "github_actions_repository_oidc_subject_claim_customization_template",
    "github_actions_secret",
    "github_actions_variable",
    "github_repository",
    "gitlab_group_variable",
    "gitlab_project_variable",
    "kubernetes_service_account",
    "kubernetes_service_account_v1",
];

/// Whether a resource defines something of use.
pub(super) fn is_relevant(resource: &Resource<'_>) -> bool {
    KINDS.contains(&resource.kind)
        || resource.azure_type().is_some()
        || (!resource.is_data && resource.system_assigned().is_some())
}

impl<'a> Resource<'a> {
    pub(super) fn new(declared: Declared<'a>, kind: &'a str, name: &'a str) -> Self {
        Self { declared, is_data: declared.block.ident.as_str() != "resource", kind, name }
    }

    /// Its address in its module.
    pub(super) fn address(&self) -> String {
        match self.declared.block.ident.as_str() {
            "resource" => format!("{}.{}", self.kind, self.name),
            mode => format!("{mode}.{}.{}", self.kind, self.name),
        }
    }

    /// What an attribute is set to.
    pub(super) fn get(&self, name: &str) -> Option<Written<'a>> {
        self.declared.get(name)
    }

    pub(super) fn place(&self) -> Place {
        self.declared.header()
    }

    /// The type of an `azapi_resource`, of those that are of use, without its version and in lower case.
    pub(super) fn azure_type(&self) -> Option<AzureType> {
        if !matches!(self.kind, "azapi_resource" | "azapi_update_resource") {
            return None;
        }
        let written = self.get("type")?.expression.as_str()?;
        let name = written.split('@').next()?.to_ascii_lowercase();
        match name.strip_prefix("microsoft.managedidentity/userassignedidentities")? {
            "" => Some(AzureType::Identity),
            "/federatedidentitycredentials" => Some(AzureType::Credential),
            _ => None,
        }
    }

    /// The block that gives the resource an identity of its own.
    pub(super) fn system_assigned(&self) -> Option<&'a Block> {
        let assigns = |block: &&Block| {
            let kind = block.body.get_attribute("type").and_then(|attribute| attribute.value.as_str());
            kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("systemassigned"))
        };
        self.declared.block.body.get_blocks("identity").find(assigns)
    }
}

/// The types of Azure resource that are of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AzureType {
    /// A user-assigned identity.
    Identity,
    /// A federated identity credential of one.
    Credential,
}
