use std::collections::BTreeMap;

use crate::Finding;
use crate::model::{Credential, Model, Origin};
use crate::rule::rule;

rule! {
    /// Two credentials of one identity have the same issuer and subject, or the same name.
    ///
    /// Within one application or managed identity the pair of issuer and subject is unique, and so is the name. Graph and
    /// Azure Resource Manager refuse the second one when it is created, whatever its audience is.
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
    ///   dependsOn: [first]
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
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
    FL132 "credential-duplicate"
    title: "two credentials of one identity are the same",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "keep one of the two",
    check: check,
}

/// What has to be different in each credential of an identity that is defined in one way.
type Key = (usize, u8, String, String);

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut pairs: BTreeMap<Key, &Credential> = BTreeMap::new();
    let mut names: BTreeMap<Key, &Credential> = BTreeMap::new();
    for credential in model.credentials.iter().filter(|credential| !credential.repeated) {
        if let Some(subject) = &credential.subject {
            let key = key(credential, credential.issuer.to_string(), subject.to_string());
            if let Some(first) = pairs.get(&key) {
                out.push(same_pair(credential, first));
                continue;
            }
            pairs.insert(key, credential);
        }
        if let Some(name) = &credential.name {
            let key = key(credential, String::new(), name.to_string().to_lowercase());
            if let Some(first) = names.get(&key) {
                out.push(same_name(credential, first));
                continue;
            }
            names.insert(key, credential);
        }
    }
}

/// One that is declared and also seen in an export is one credential, so definitions of one kind are compared.
fn key(credential: &Credential, a: String, b: String) -> Key {
    let origin = match credential.origin {
        Origin::Terraform => 0,
        Origin::TerraformPlan => 1,
        Origin::Bicep => 2,
        Origin::Arm => 3,
        Origin::Export => 4,
        Origin::Command => 5,
    };
    (credential.identity, origin, a, b)
}

fn same_pair(second: &Credential, first: &Credential) -> Finding {
    let message = format!("credentials `{}` and `{}` have the same issuer and subject", first.label, second.label);
    Finding::new(&RULE, message, second.subject_place(), "the second one").and(first.subject_place(), "the first one")
}

fn same_name(second: &Credential, first: &Credential) -> Finding {
    let message = format!("two credentials of one identity are called `{}`", first.label);
    let place = |credential: &Credential| credential.name.as_ref().map_or(credential.place, |name| name.place);
    Finding::new(&RULE, message, place(second), "the second one")
        .and(place(first), "the first one")
        .help("give one of the two another name")
}
