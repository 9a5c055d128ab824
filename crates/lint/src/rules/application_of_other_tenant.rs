use crate::Finding;
use crate::entra::{Names, sign_in_audience};
use crate::model::{Identity, IdentityKind, Model};
use crate::rule::rule;
use crate::source::Text;

rule! {
    /// A workload asks another tenant for a token than the one its identity is registered in.
    ///
    /// A managed identity and a single-tenant application exist in their own tenant only. Entra looks there first, so
    /// the credential is not even compared.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     environment: prod
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ vars.AZURE_CLIENT_ID }}
    ///           tenant-id: 11111111-1111-4111-8111-111111111111
    ///           subscription-id: ${{ vars.AZURE_SUBSCRIPTION_ID }}
    /// ```
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// provider "azuread" {
    ///   tenant_id = "22222222-2222-4222-8222-222222222222"
    /// }
    ///
    /// resource "azuread_application" "deploy" {
    ///   display_name = "deploy"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "prod" {
    ///   application_id = azuread_application.deploy.id
    ///   display_name   = "prod"
    ///   issuer         = "https://token.actions.githubusercontent.com"
    ///   subject        = "repo:contoso/shop:environment:prod"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    ///
    /// resource "github_actions_variable" "client_id" {
    ///   repository    = "shop"
    ///   variable_name = "AZURE_CLIENT_ID"
    ///   value         = azuread_application.deploy.client_id
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     environment: prod
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ vars.AZURE_CLIENT_ID }}
    ///           tenant-id: 22222222-2222-4222-8222-222222222222
    ///           subscription-id: ${{ vars.AZURE_SUBSCRIPTION_ID }}
    /// ```
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// provider "azuread" {
    ///   tenant_id = "22222222-2222-4222-8222-222222222222"
    /// }
    ///
    /// resource "azuread_application" "deploy" {
    ///   display_name = "deploy"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "prod" {
    ///   application_id = azuread_application.deploy.id
    ///   display_name   = "prod"
    ///   issuer         = "https://token.actions.githubusercontent.com"
    ///   subject        = "repo:contoso/shop:environment:prod"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    ///
    /// resource "github_actions_variable" "client_id" {
    ///   repository    = "shop"
    ///   variable_name = "AZURE_CLIENT_ID"
    ///   value         = azuread_application.deploy.client_id
    /// }
    /// ```
    FL207 "application-of-other-tenant"
    title: "the identity is not in the tenant that is asked",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700016"),
    basis: Seen,
    source: "https://github.com/AzureAD/microsoft-authentication-library-for-dotnet",
    help: "ask the tenant that the identity is registered in",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    if model.workloads.is_empty() {
        return;
    }
    let names = Names::of(model);
    for workload in &model.workloads {
        let (Some(client), Some(asked)) = (&workload.client_id, &workload.tenant) else { continue };
        let Some(identity) = names.find(model, client).filter(|identity| is_in_one_tenant(identity)) else { continue };
        let Some(home) = identity.tenant.as_ref() else { continue };
        if differ(asked, home) {
            let message = format!("{} asks tenant {asked} for `{}`, which is registered in {home}", workload.name, identity.name);
            let finding = Finding::new(&RULE, message, asked.place, "another tenant");
            out.push(finding.and(home.place, "the identity's tenant"));
        }
    }
}

/// An application that other tenants may add can be in any of them.
fn is_in_one_tenant(identity: &Identity) -> bool {
    match identity.kind {
        IdentityKind::Application => sign_in_audience(identity).is_some_and(|audience| !audience.is_multi_tenant()),
        IdentityKind::UserAssigned | IdentityKind::SystemAssigned => true,
        IdentityKind::Unknown => false,
    }
}

fn differ(own: &Text, other: &Text) -> bool {
    let id = |text: &Text| text.known().and_then(|text| uuid::Uuid::try_parse(text.trim()).ok());
    id(own).zip(id(other)).is_some_and(|(own, other)| own != other)
}
