use crate::Finding;
use crate::entra::{Vouched, is_same, vouched};
use crate::model::{IdentityKind, Model};
use crate::rule::rule;

rule! {
    /// An application is to trust the system-assigned identity of a resource.
    ///
    /// The documentation allows only user-assigned managed identities to vouch for an application. What Entra answers
    /// to the token of a system-assigned one is not known, so it may work today and stop doing so.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// data "azurerm_client_config" "current" {}
    ///
    /// resource "azurerm_data_factory" "orders" {
    ///   name                = "adf-orders"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    ///   identity {
    ///     type = "SystemAssigned"
    ///   }
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "adf-orders"
    ///   issuer         = "https://login.microsoftonline.com/${data.azurerm_client_config.current.tenant_id}/v2.0"
    ///   subject        = azurerm_data_factory.orders.identity[0].principal_id
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// data "azurerm_client_config" "current" {}
    ///
    /// resource "azurerm_user_assigned_identity" "orders" {
    ///   name                = "id-orders"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    /// }
    ///
    /// resource "azurerm_data_factory" "orders" {
    ///   name                = "adf-orders"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    ///   identity {
    ///     type         = "UserAssigned"
    ///     identity_ids = [azurerm_user_assigned_identity.orders.id]
    ///   }
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "id-orders"
    ///   issuer         = "https://login.microsoftonline.com/${data.azurerm_client_config.current.tenant_id}/v2.0"
    ///   subject        = azurerm_user_assigned_identity.orders.principal_id
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    FL202 "system-assigned-as-assertion"
    title: "a system-assigned identity is to vouch for an application",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    help: "give the resource a user-assigned identity and trust that one",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for Vouched { subject, bearer, .. } in vouched(model) {
        if bearer.kind == IdentityKind::SystemAssigned && !is_same(bearer.client_id.as_ref(), subject) {
            let message = format!("the subject is the system-assigned identity of `{}`", bearer.name);
            let finding = Finding::new(&RULE, message, subject.place, "only user-assigned identities are documented");
            out.push(finding.and(bearer.place, "its identity is created and deleted with it"));
        }
    }
}
