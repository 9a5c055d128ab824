use fedlens_issuers::{Cloud, EntraIssuer, recognise};

use crate::model::{Credential, Model};
use crate::source::Text;
use crate::{Edit, Finding};
use crate::rule::rule;

rule! {
    /// A credential for an Entra issuer has the audience of another cloud.
    ///
    /// Each cloud has an audience of its own: `api://AzureADTokenExchange` in the public one, `…USGov` in Azure US
    /// Government, `…China` in Azure operated by 21Vianet. A managed identity asks for its own cloud's, and an identity of
    /// one cloud cannot be used in another.
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
    ///     issuer: 'https://login.microsoftonline.us/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
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
    ///     issuer: 'https://login.microsoftonline.us/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     audiences: ['api://AzureADTokenExchangeUSGov']
    ///   }
    /// }
    /// ```
    FL121 "audience-wrong-cloud"
    title: "the audience is another cloud's",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700214"),
    basis: ThirdParty,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    help: "write the audience of the cloud that the issuer belongs to",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let Some(EntraIssuer { cloud, version: 2, .. }) = entra(credential) else { continue };
        for audience in &credential.audiences {
            let Some(other) = audience.known().and_then(cloud_of).filter(|other| *other != cloud) else { continue };
            out.push(finding(model, credential, audience, cloud, other));
        }
    }
}

fn entra(credential: &Credential) -> Option<EntraIssuer> {
    credential.issuer.known().and_then(recognise)?.entra
}

fn cloud_of(audience: &str) -> Option<Cloud> {
    [Cloud::Public, Cloud::UsGov, Cloud::China].into_iter().find(|cloud| cloud.exchange_audience() == audience)
}

fn finding(model: &Model<'_>, credential: &Credential, audience: &Text, cloud: Cloud, other: Cloud) -> Finding {
    let wanted = cloud.exchange_audience();
    let message = format!(
        "credential `{}` trusts an issuer of {} and has the audience of {}",
        credential.label,
        cloud.name(),
        other.name()
    );
    let finding = Finding::new(&RULE, message, audience.place, "this audience")
        .and(credential.issuer.place, format!("an issuer of {}", cloud.name()))
        .differs(wanted, audience.to_string());
    match Edit::rewrite(model.sources, audience, wanted) {
        Some(edit) => finding.suggest(format!("write `{wanted}`"), [edit]),
        None => finding,
    }
}
