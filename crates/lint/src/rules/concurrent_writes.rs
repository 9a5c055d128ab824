use std::collections::BTreeMap;

use crate::Finding;
use crate::model::{Credential, Model, Origin};
use crate::rule::rule;

rule! {
    /// Several credentials of one user-assigned managed identity are written at the same time.
    ///
    /// Azure takes one write at a time under an identity and answers the others with `409 Conflict`. Whether a
    /// deployment meets it is a matter of milliseconds, so it fails now and then. The azurerm provider of Terraform
    /// waits by itself from version 3.40.0 on; azapi, ARM templates and Bicep have to be told.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// resource "azurerm_user_assigned_identity" "deploy" {
    ///   name                = "id-deploy"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    /// }
    ///
    /// resource "azapi_resource" "environment" {
    ///   for_each  = toset(["dev", "prod"])
    ///   type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31"
    ///   parent_id = azurerm_user_assigned_identity.deploy.id
    ///   name      = each.key
    ///   body = {
    ///     properties = {
    ///       issuer    = "https://token.actions.githubusercontent.com"
    ///       subject   = "repo:contoso/shop:environment:${each.key}"
    ///       audiences = ["api://AzureADTokenExchange"]
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// resource "azurerm_user_assigned_identity" "deploy" {
    ///   name                = "id-deploy"
    ///   resource_group_name = "rg-shop"
    ///   location            = "westeurope"
    /// }
    ///
    /// resource "azapi_resource" "environment" {
    ///   for_each  = toset(["dev", "prod"])
    ///   type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31"
    ///   parent_id = azurerm_user_assigned_identity.deploy.id
    ///   locks     = [azurerm_user_assigned_identity.deploy.id]
    ///   name      = each.key
    ///   body = {
    ///     properties = {
    ///       issuer    = "https://token.actions.githubusercontent.com"
    ///       subject   = "repo:contoso/shop:environment:${each.key}"
    ///       audiences = ["api://AzureADTokenExchange"]
    ///     }
    ///   }
    /// }
    /// ```
    FL140 "concurrent-writes"
    title: "credentials of one managed identity are written at the same time",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "write them one after the other",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut groups: BTreeMap<(usize, &str), Vec<&Credential>> = BTreeMap::new();
    for credential in model.credentials.iter().filter(|credential| credential.unordered) {
        groups.entry((credential.identity, remedy(credential.origin))).or_default().push(credential);
    }
    for ((identity, remedy), credentials) in groups {
        let Some((first, others)) = credentials.split_first() else { continue };
        let owner = model.identities.get(identity).map_or("one identity", |identity| identity.name.as_str());
        let message = if others.is_empty() && !first.repeated {
            format!("the credential `{}` is written at the same time as others of `{owner}`", first.label)
        } else {
            format!("credentials of `{owner}` are written at the same time")
        };
        let mut finding = Finding::new(&RULE, message, first.place, "nothing orders these").help(remedy);
        let mut shown = vec![first.place];
        for other in others {
            if !shown.contains(&other.place) && shown.len() < 4 {
                shown.push(other.place);
                finding = finding.and(other.place, "written at the same time");
            }
        }
        out.push(finding);
    }
}

fn remedy(origin: Origin) -> &'static str {
    match origin {
        Origin::Terraform | Origin::TerraformPlan => {
            "set `locks` to the identity's id, chain the credentials with `depends_on`, or use azurerm 3.40.0 or later"
        }
        Origin::Bicep => "put `@batchSize(1)` before the loop, or chain the credentials with `dependsOn`",
        Origin::Arm => "set the copy's `mode` to `serial`, or chain the credentials with `dependsOn`",
        Origin::Export | Origin::Command => "write them one after the other",
    }
}
