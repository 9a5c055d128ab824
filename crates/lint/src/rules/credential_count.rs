use std::collections::BTreeMap;

use crate::Finding;
use crate::model::{Credential, Model, Origin};
use crate::rule::rule;

rule! {
    /// An identity has more than 20 credentials.
    ///
    /// An application or a user-assigned managed identity can have 20 federated identity credentials; the next one is
    /// refused when it is created. One credential for an environment serves every branch, and a flexible one many subjects.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// param teams array = [
    ///   'team-01'
    ///   'team-02'
    ///   'team-03'
    ///   'team-04'
    ///   'team-05'
    ///   'team-06'
    ///   'team-07'
    ///   'team-08'
    ///   'team-09'
    ///   'team-10'
    ///   'team-11'
    ///   'team-12'
    ///   'team-13'
    ///   'team-14'
    ///   'team-15'
    ///   'team-16'
    ///   'team-17'
    ///   'team-18'
    ///   'team-19'
    ///   'team-20'
    ///   'team-21'
    /// ]
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// @batchSize(1)
    /// resource teamCredentials 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for team in teams: {
    ///   parent: shop
    ///   name: team
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/${team}:environment:prod'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }]
    /// ```
    ///
    /// ## Right
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// param teams array = [
    ///   'team-01'
    ///   'team-02'
    ///   'team-03'
    /// ]
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// @batchSize(1)
    /// resource teamCredentials 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for team in teams: {
    ///   parent: shop
    ///   name: team
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/${team}:environment:prod'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }]
    /// ```
    FL133 "credential-count"
    title: "an identity has too many credentials",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "share one subject among the workloads, use a flexible credential, or spread them over several identities",
    check: check,
}

/// How many credentials an application or a managed identity can have.
const MOST: usize = 20;

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut counted: BTreeMap<(usize, bool, bool), Vec<&Credential>> = BTreeMap::new();
    for credential in model.credentials.iter().filter(|credential| !credential.repeated) {
        // What is declared may be seen in an export as well, and in a plan.
        let key = (credential.identity, credential.origin == Origin::Export, credential.origin == Origin::TerraformPlan);
        counted.entry(key).or_default().push(credential);
    }
    for ((identity, ..), credentials) in counted {
        let Some(first_too_many) = credentials.get(MOST) else { continue };
        let name = model.identities.get(identity).map_or("an identity", |identity| identity.name.as_str());
        let message = format!("`{name}` has {} credentials, and it can have {MOST}", credentials.len());
        let finding = Finding::new(&RULE, message, first_too_many.place, "the 21st");
        let defined = model.identities.get(identity).map(|identity| identity.place);
        out.push(match defined.filter(|place| *place != first_too_many.place) {
            Some(place) => finding.and(place, "this identity"),
            None => finding,
        });
    }
}
