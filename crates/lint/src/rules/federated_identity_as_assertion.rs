//! FL208.

use fedlens_issuers::PlatformId;

use crate::entra::{Vouched, trusted, vouched};
use crate::model::{Credential, Identity, IdentityKind, Model, Workload};
use crate::rule::rule;
use crate::source::{Agreement, Place, Text};
use crate::{Confidence, Finding};

rule! {
    /// An application is to trust a managed identity that is itself signed in to with a federated credential.
    ///
    /// A pod or a workflow that signs in as a managed identity with its own token gets a token that comes from a
    /// federated credential. Entra does not take such a token as an assertion once more: it answers AADSTS700231. Only
    /// the tokens that a resource gets from the endpoint of its managed identity can vouch for an application.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// data "azurerm_client_config" "current" {}
    ///
    /// resource "azurerm_kubernetes_cluster" "aks" {
    ///   name                = "aks-shop"
    ///   oidc_issuer_enabled = true
    /// }
    ///
    /// resource "azurerm_user_assigned_identity" "orders" {
    ///   name                = "id-orders"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    /// }
    ///
    /// resource "azurerm_federated_identity_credential" "orders" {
    ///   name      = "aks"
    ///   parent_id = azurerm_user_assigned_identity.orders.id
    ///   issuer    = azurerm_kubernetes_cluster.aks.oidc_issuer_url
    ///   subject   = "system:serviceaccount:shop:orders"
    ///   audience  = ["api://AzureADTokenExchange"]
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
    ///
    /// `orders.yaml`
    ///
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   annotations:
    ///     azure.workload.identity/client-id: ${ORDERS_CLIENT_ID}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   labels:
    ///     azure.workload.identity/use: "true"
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// resource "azurerm_kubernetes_cluster" "aks" {
    ///   name                = "aks-shop"
    ///   oidc_issuer_enabled = true
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "aks"
    ///   issuer         = azurerm_kubernetes_cluster.aks.oidc_issuer_url
    ///   subject        = "system:serviceaccount:shop:orders"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    ///
    /// `orders.yaml`
    ///
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   annotations:
    ///     azure.workload.identity/client-id: ${PARTNER_CLIENT_ID}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   labels:
    ///     azure.workload.identity/use: "true"
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    /// ```
    FL208 "federated-identity-as-assertion"
    title: "the identity that is to vouch for an application is signed in to with a federated credential",
    severity: Warning,
    confidence: Medium,
    code: Some("AADSTS700231"),
    basis: Seen,
    source: "https://github.com/Azure/azure-workload-identity/issues/1363",
    help: "let the application trust the workload's own token, with the issuer and the subject of the other credential",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for Vouched { subject, bearer, .. } in vouched(model) {
        let named_by_principal = bearer.principal_id.as_ref().is_some_and(|id| id.agrees(subject) == Agreement::Equal);
        if bearer.kind != IdentityKind::UserAssigned || !named_by_principal || is_attached(model, subject) {
            continue;
        }
        let Some(position) = model.identities.iter().position(|identity| std::ptr::eq(identity, bearer)) else { continue };
        let external = model.credentials_of(position).map(|(_, own)| own).filter(|own| is_external(own));
        let used = external.filter_map(|own| Some((own, used_by(model, bearer, own)?)));
        let Some((credential, user)) = used.into_iter().next() else { continue };
        out.push(finding(subject.place, bearer, credential, user));
    }
}

fn finding(place: Place, bearer: &Identity, credential: &Credential, user: &Workload) -> Finding {
    let message = format!("the tokens that {} gets as `{}` come from a federated credential", user.name, bearer.name);
    let finding = Finding::new(&RULE, message, place, "is to vouch for the application")
        .and(credential.subject_place(), "the identity is signed in to with this")
        .and(user.place, "signs in as it")
        .note("A token that a resource gets from the endpoint of its managed identity would be accepted.");
    let named = user.client_id.as_ref().is_some_and(|id| bearer.is_called(id));
    if named { finding.confidence(Confidence::High) } else { finding }
}

/// Whether a resource of the repository has the identity, whose endpoint then gives out tokens that are accepted.
fn is_attached(model: &Model<'_>, subject: &Text) -> bool {
    const WINDOW: usize = 400;
    let written = model.sources.text(subject.place).trim();
    let stem = [".principal_id", ".properties.principalId"].iter().find_map(|end| written.strip_suffix(end));
    let Some(id) = stem.map(|stem| format!("{stem}.id")) else { return false };
    let mut texts = model.sources.iter().map(|(_, file)| file.text.as_str());
    texts.any(|text| {
        let lists = ["identity_ids", "userAssignedIdentities:"].into_iter().flat_map(|list| text.split(list).skip(1));
        lists.into_iter().any(|after| after.find(&id).is_some_and(|at| at < WINDOW && ends_list_after(after, at)))
    })
}

/// Whether a list, or an object, that begins with a text goes on at least to a position in it.
fn ends_list_after(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    !before.contains([']', '}']) || before.ends_with("${")
}

/// Whether a credential is for another platform than Entra's own managed identities.
fn is_external(credential: &Credential) -> bool {
    let service_connection = credential.subject.as_ref().is_some_and(|subject| subject.to_string().starts_with("/eid1/"));
    let entra = credential.platform() == Some(PlatformId::Entra) || trusted(credential).is_some();
    !entra || service_connection
}

/// A workload of the repository that signs in as the identity by that credential, as far as is known.
fn used_by<'m>(model: &'m Model<'_>, bearer: &Identity, credential: &Credential) -> Option<&'m Workload> {
    let sends = |workload: &&Workload| {
        let own = credential.subject.as_ref();
        let mut subjects = workload.candidates.iter().flat_map(|candidate| &candidate.subjects);
        let fits = |subject: &Text| own.is_some_and(|own| own.agrees(subject) != Agreement::Different);
        let same_issuer = workload.issuer.agrees(&credential.issuer) != Agreement::Different;
        let another = workload.client_id.as_ref().and_then(Text::known).is_some() && !may_be(workload, bearer);
        same_issuer && !another && subjects.any(fits)
    };
    model.workloads.iter().find(sends)
}

/// Whether a workload's client id may be the identity's.
fn may_be(workload: &Workload, bearer: &Identity) -> bool {
    match (&workload.client_id, &bearer.client_id) {
        (Some(asked), Some(own)) => bearer.is_called(asked) || asked.agrees(own) != Agreement::Different,
        _ => true,
    }
}
