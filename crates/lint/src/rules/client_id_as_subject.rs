use crate::entra::{Attempt, Vouched, is_same, vouched};
use crate::model::{Credential, Identity, IdentityKind, Model};
use crate::rule::rule;
use crate::source::Text;
use crate::{Edit, Finding};

rule! {
    /// The subject of a credential is a managed identity's client id, where its principal id has to stand.
    ///
    /// A managed identity has two ids of the same form. The client id goes into settings and code; the principal id,
    /// which the portal calls object id, is the `sub` of its tokens. The credential can be saved with either, and with
    /// the client id it never matches.
    ///
    /// ## Wrong
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
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "id-orders"
    ///   issuer         = "https://login.microsoftonline.com/${data.azurerm_client_config.current.tenant_id}/v2.0"
    ///   subject        = azurerm_user_assigned_identity.orders.client_id
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
    FL201 "client-id-as-subject"
    title: "the subject is a managed identity's client id",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    help: "set the subject to the identity's principal id (object id)",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for Vouched { credential, subject, bearer } in vouched(model) {
        if is_managed(bearer) && is_client_id(bearer, subject) {
            out.extend(finding(model, credential, subject, bearer));
        }
    }
}

fn is_managed(identity: &Identity) -> bool {
    matches!(identity.kind, IdentityKind::UserAssigned | IdentityKind::SystemAssigned)
}

/// An expression for a client id that is not the first one of its identity says so by its name.
fn is_client_id(identity: &Identity, subject: &Text) -> bool {
    let named = subject.symbol().and_then(|symbol| symbol.rsplit('.').next());
    let by_name = matches!(named, Some("client_id" | "clientId" | "application_id"));
    !is_same(identity.principal_id.as_ref(), subject) && (is_same(identity.client_id.as_ref(), subject) || by_name)
}

fn finding(model: &Model<'_>, credential: &Credential, subject: &Text, bearer: &Identity) -> Option<Finding> {
    let target = model.identities.get(credential.identity)?;
    let principal = bearer.principal_id.as_ref();
    let code = principal.and_then(|sent| Attempt { credential, target, bearer: Some(bearer), subject: sent }.refusal());
    let message = format!("the subject is the client id of `{}`, which its tokens do not carry as `sub`", bearer.name);
    let mut finding = Finding::new(&RULE, message, subject.place, "has to be the principal id")
        .and(bearer.place, "the managed identity");
    if let Some(code) = code {
        finding = finding.predicts(code);
    }
    if let Some(sent) = principal {
        finding = finding.differs(sent.to_string(), subject.to_string());
    }
    Some(finding.fix("use the principal id", edit(model, subject, principal)))
}

/// The same expression, or the same quotes, with the other id.
fn edit(model: &Model<'_>, subject: &Text, principal: Option<&Text>) -> Option<Edit> {
    let written = model.sources.text(subject.place);
    let (from, to) = match (subject.known(), principal.and_then(Text::known)) {
        (Some(from), Some(to)) => (from, to),
        (Some(_), None) => return None,
        (None, _) => (".client_id", ".principal_id"),
    };
    (written.matches(from).count() == 1).then(|| Edit::replace(subject.place, written.replacen(from, to, 1)))
}
