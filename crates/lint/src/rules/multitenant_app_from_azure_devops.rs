use crate::Finding;
use crate::entra::{Attempt, sign_in_audience, trusted};
use crate::model::{Model, Origin};
use crate::rule::rule;
use crate::source::{Piece, Text};
use crate::Edit;

rule! {
    /// A multitenant application trusts a service connection of Azure DevOps whose tokens Entra issues.
    ///
    /// Entra lets such a connection sign in as a managed identity, a service account, or an application of a single
    /// tenant. Connections with the older issuer `vstoken.dev.azure.com` are not concerned.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// resource "azuread_application" "deploy" {
    ///   display_name     = "deploy"
    ///   sign_in_audience = "AzureADMultipleOrgs"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "azure_devops" {
    ///   application_id = azuread_application.deploy.id
    ///   display_name   = "azure-devops"
    ///   issuer         = "https://login.microsoftonline.com/7a2e4b60-6a0e-4f7b-9c55-0b7f2f7f1a10/v2.0"
    ///   subject        = "/eid1/c/pub/t/YEsueg5qe0-cVQt_L38aEA/a/rISbSSETf0KqFyZ8ppdXmA/sc/11111111-2222-4333-8444-555555555555/66666666-7777-4888-8999-000000000000"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// resource "azuread_application" "deploy" {
    ///   display_name     = "deploy"
    ///   sign_in_audience = "AzureADMyOrg"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "azure_devops" {
    ///   application_id = azuread_application.deploy.id
    ///   display_name   = "azure-devops"
    ///   issuer         = "https://login.microsoftonline.com/7a2e4b60-6a0e-4f7b-9c55-0b7f2f7f1a10/v2.0"
    ///   subject        = "/eid1/c/pub/t/YEsueg5qe0-cVQt_L38aEA/a/rISbSSETf0KqFyZ8ppdXmA/sc/11111111-2222-4333-8444-555555555555/66666666-7777-4888-8999-000000000000"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    FL206 "multitenant-app-from-azure-devops"
    title: "a multitenant application trusts a service connection",
    severity: Error,
    confidence: High,
    code: Some("AADSTS70052"),
    basis: Documented,
    source: "https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity",
    help: "use a single-tenant application or a managed identity for the service connection",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in model.credentials.iter().filter(|credential| trusted(credential).is_some()) {
        let Some(subject) = credential.subject.as_ref().filter(|subject| is_service_connection(subject)) else { continue };
        let Some(target) = model.identities.get(credential.identity) else { continue };
        let Some((written, audience)) = target.sign_in_audience.as_ref().zip(sign_in_audience(target)) else { continue };
        if !audience.is_multi_tenant() {
            continue;
        }
        let code = Attempt { credential, target, bearer: None, subject }.refusal();
        if code.as_deref() != Some("AADSTS70052") {
            continue;
        }
        let message = format!("`{}` is multitenant and trusts a service connection of Azure DevOps", target.name);
        let finding = Finding::new(&RULE, message, written.place, "has to be a single tenant's")
            .and(subject.place, "a service connection whose tokens Entra issues");
        out.push(if credential.origin == Origin::Terraform { finding.suggest(TITLE, edit(model, written)) } else { finding });
    }
}

const TITLE: &str = "make the application single-tenant";

fn edit(model: &Model<'_>, written: &Text) -> Option<Edit> {
    let (text, known) = (model.sources.text(written.place), written.known()?);
    (text.matches(known).count() == 1).then(|| Edit::replace(written.place, text.replacen(known, "AzureADMyOrg", 1)))
}

/// The application in the middle of such a subject is Azure DevOps, written as Entra does.
fn is_service_connection(subject: &Text) -> bool {
    let begins = matches!(subject.pieces().first(), Some(Piece::Literal(first)) if first.starts_with("/eid1/"));
    begins && subject.to_string().contains("/a/rISbSSETf0KqFyZ8ppdXmA/sc/")
}
