use fedlens_issuers::{Cloud, EntraIssuer, recognise};

use crate::model::{Answer, Credential, Exchange, Field, Model, Workload};
use crate::source::Text;
use crate::rule::rule;
use crate::{Edit, Finding, Severity};

rule! {
    /// A credential for an Entra issuer has the audience of another cloud, or a sign-in asks for it.
    ///
    /// Each cloud has an audience of its own: `api://AzureADTokenExchange` in the public one, `…USGov` in Azure US
    /// Government, `…China` in Azure operated by 21Vianet. A managed identity asks for its own cloud's, and an identity of
    /// one cloud cannot be used in another. `azure/login` asks for the public cloud's whatever its input `environment` says.
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
    out.extend(model.workloads.iter().enumerate().filter_map(|(at, workload)| asked(model, at, workload)));
}

/// A sign-in to one cloud that asks its platform for the audience of another. A credential may name any audience, so
/// nothing is said where one does, and where one shows that it is another.
fn asked(model: &Model<'_>, at: usize, workload: &Workload) -> Option<Finding> {
    let (cloud, other) = (workload.cloud, workload.audience.known().and_then(cloud_of)?);
    let settled = |exchange: &Exchange| match &exchange.answer {
        Answer::Accepted { .. } => true,
        Answer::Refused(refused) => refused.field == Field::Audience,
        Answer::CannotTell { .. } => false,
    };
    if cloud == other || model.exchanges.iter().any(|exchange| exchange.workload == at && settled(exchange)) {
        return None;
    }
    let wanted = cloud.exchange_audience();
    let message =
        format!("{} signs in to {} and asks for the audience of {}", workload.name, cloud.name(), other.name());
    Some(
        Finding::new(&RULE, message, workload.audience.place, format!("asks for `{}`", workload.audience))
            .predicts("AADSTS700212")
            .severity(Severity::Warning)
            .help(format!("ask for the audience `{wanted}`, and let the credential name it")),
    )
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
    finding.suggest(format!("write `{wanted}`"), Edit::rewrite(model.sources, audience, wanted))
}
