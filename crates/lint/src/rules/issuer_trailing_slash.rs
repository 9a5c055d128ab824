use fedlens_issuers::OddityKind;

use crate::model::Model;
use crate::{Edit, Finding};
use crate::rule::rule;

rule! {
    /// A credential's issuer ends in a slash that its platform does not write, or lacks one that it does.
    ///
    /// Entra compares the issuer letter by letter, the slash at the end included. Tokens of Azure Kubernetes Service end in
    /// a slash; those of GitHub, GitLab, Azure DevOps and Entra do not. The credential is accepted when it is created, and
    /// only the sign-in fails.
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
    ///     issuer: 'https://westeurope.oic.prod-aks.azure.com/72f988bf-86f1-41af-91ab-2d7cd011db47/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     subject: 'system:serviceaccount:shop:orders'
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
    ///     issuer: 'https://westeurope.oic.prod-aks.azure.com/72f988bf-86f1-41af-91ab-2d7cd011db47/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/'
    ///     subject: 'system:serviceaccount:shop:orders'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL111 "issuer-trailing-slash"
    title: "the issuer has a slash too many or too few",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700211"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "write the issuer exactly as the platform's tokens carry it",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let Some(oddity) = credential.issuer_oddities().into_iter().find(|odd| odd.kind == OddityKind::TrailingSlash)
        else {
            continue;
        };
        let issuer = credential.issuer.to_string();
        let (message, mended) = match issuer.strip_suffix('/') {
            Some(bare) => ("ends in a slash", bare.trim_end_matches('/').to_owned()),
            None => ("lacks the slash at its end", format!("{issuer}/")),
        };
        let message = format!("the issuer of credential `{}` {message}: `{issuer}`", credential.label);
        let mut finding = Finding::new(&RULE, message, credential.issuer.place, "this issuer")
            .differs(&mended, &issuer)
            .note(oddity.sentence);
        if let Some(edit) = Edit::rewrite(model.sources, &credential.issuer, &mended) {
            finding = finding.fix(format!("write `{mended}`"), [edit]);
        }
        out.push(finding);
    }
}
