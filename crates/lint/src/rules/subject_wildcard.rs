use fedlens_issuers::SubjectFaultKind;

use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A standard credential's subject holds a `*` or `?`, which matches nothing but itself.
    ///
    /// The subject is compared letter by letter; only the expression of a flexible credential has patterns. No branch,
    /// repository, service account or workspace has a `*` in its name, so no token ever fits.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'main'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/*'
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
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'main'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:environment:prod'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL135 "subject-wildcard"
    title: "a wildcard in a subject that is compared letter by letter",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "name the exact subject, let the job use an environment, or use a flexible credential",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let (Some(subject), Some(fault)) = (&credential.subject, credential.subject_fault()) else { continue };
        if fault.kind != SubjectFaultKind::Wildcard {
            continue;
        }
        let message = format!("the wildcard in the subject of credential `{}` matches nothing: `{subject}`", credential.label);
        out.push(Finding::new(&RULE, message, subject.place, "compared letter by letter").note(fault.sentence));
    }
}
