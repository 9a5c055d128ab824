use crate::Finding;
use crate::entra::{Attempt, Vouched, is_same, vouched};
use crate::model::{Identity, IdentityKind, Model};
use crate::rule::rule;
use crate::source::Text;

rule! {
    /// A credential trusts the service principal of an app registration.
    ///
    /// From an Entra tenant, Entra takes the tokens of managed identities only. The token of an application is
    /// app-only as well and is refused all the same, however it was got.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// data "azuread_client_config" "current" {}
    ///
    /// resource "azuread_application" "orders" {
    ///   display_name = "orders"
    /// }
    ///
    /// resource "azuread_service_principal" "orders" {
    ///   client_id = azuread_application.orders.client_id
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "orders"
    ///   issuer         = "https://login.microsoftonline.com/${data.azuread_client_config.current.tenant_id}/v2.0"
    ///   subject        = azuread_service_principal.orders.object_id
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// data "azuread_client_config" "current" {}
    ///
    /// resource "azurerm_user_assigned_identity" "orders" {
    ///   name                = "id-orders"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "orders"
    ///   issuer         = "https://login.microsoftonline.com/${data.azuread_client_config.current.tenant_id}/v2.0"
    ///   subject        = azurerm_user_assigned_identity.orders.principal_id
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    FL203 "app-token-as-assertion"
    title: "an app registration is to vouch for another one",
    severity: Error,
    confidence: High,
    code: None,
    basis: Seen,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    help: "let a user-assigned managed identity of the same tenant take the place of the application",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for Vouched { credential, subject, bearer } in vouched(model) {
        let target = model.identities.get(credential.identity);
        let Some(target) = target.filter(|_| bearer.kind == IdentityKind::Application) else { continue };
        let sent = sent(bearer, subject);
        let attempt = Attempt { credential, target, bearer: Some(bearer), subject: &sent };
        let Some(code) = attempt.refusal() else { continue };
        let message = format!("the subject names the app registration `{}`, whose tokens Entra does not take", bearer.name);
        let finding = Finding::new(&RULE, message, subject.place, "has to be a managed identity's principal id")
            .and(bearer.place, "an app registration")
            .predicts(code);
        let is_principal = sent == *subject;
        out.push(if is_principal {
            finding
        } else {
            finding.note("With the object id of its service principal as subject, Entra would answer AADSTS700226.")
        });
    }
}

/// What the application's token carries as `sub`: the object id of its service principal.
fn sent(bearer: &Identity, subject: &Text) -> Text {
    let is_other_id = is_same(bearer.client_id.as_ref(), subject)
        || subject.symbol().is_some_and(|symbol| !symbol.contains("azuread_service_principal."));
    match &bearer.principal_id {
        Some(principal) if is_other_id => principal.clone(),
        None if is_other_id => Text::literal("principal-id", subject.place),
        _ => subject.clone(),
    }
}
