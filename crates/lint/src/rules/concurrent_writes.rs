use std::collections::BTreeMap;

use crate::Finding;
use crate::model::{Credential, Model};
use crate::rule::rule;

rule! {
    /// Nothing orders the writes of two credentials of one managed identity.
    ///
    /// Azure takes one write to a managed identity's credentials at a time and answers the others with a conflict, so the
    /// deployment fails now and then. Azure Resource Manager deploys at once whatever does not depend on another resource,
    /// and all rounds of a loop.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource first 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'first'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// resource second 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'second'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:environment:prod'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource first 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'first'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// resource second 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'second'
    ///   dependsOn: [first]
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:environment:prod'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL140 "concurrent-writes"
    title: "credentials of one identity are written at once",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "let one depend on the other, or deploy a loop with `@batchSize(1)`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut first: BTreeMap<(usize, u32), &Credential> = BTreeMap::new();
    let mut told = Vec::new();
    for credential in &model.credentials {
        let key = (credential.identity, credential.place.file.0);
        let sibling = *first.entry(key).or_insert(credential);
        if !credential.unordered || told.last() == Some(&credential.place) {
            continue;
        }
        told.push(credential.place);
        out.push(finding(model, credential, sibling));
    }
}

fn finding(model: &Model<'_>, credential: &Credential, sibling: &Credential) -> Finding {
    let identity = model.identities.get(credential.identity).map_or("one identity", |identity| identity.name.as_str());
    if sibling.place == credential.place {
        let message = format!("the credentials of a loop are written to `{identity}` at once");
        return Finding::new(&RULE, message, credential.place, "every round of this loop");
    }
    let message =
        format!("credentials `{}` and `{}` are written to `{identity}` at once", sibling.label, credential.label);
    Finding::new(&RULE, message, credential.place, "does not wait").and(sibling.place, "for this one")
}
