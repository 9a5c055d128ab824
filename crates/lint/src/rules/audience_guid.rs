use fedlens_issuers::{PlatformId, recognise};
use fedlens_trust::is_exchange_audience;

use crate::model::{Credential, Model};
use crate::source::Text;
use crate::{Edit, Finding};
use crate::rule::rule;

rule! {
    /// A credential for an Entra issuer has the audience that the token carries, rather than the one that Entra wants.
    ///
    /// A token that Entra issues for the exchange has the `aud` `fb60f99c-7a34-4190-8149-302f77469936`, the id of the
    /// exchange's application. The credential must name it by its URI all the same: Entra treats the two as one, and refuses
    /// a credential with the GUID.
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
    ///     issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     audiences: ['fb60f99c-7a34-4190-8149-302f77469936']
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
    ///     issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL122 "audience-guid"
    title: "the audience is the GUID of the exchange",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700214"),
    basis: ThirdParty,
    source: "https://github.com/gravitational/teleport/blob/master/rfd/0211-azure-devops-joining.md",
    help: "write `api://AzureADTokenExchange`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in model.credentials.iter().filter(|credential| is_of_entra(credential)) {
        for audience in credential.audiences.iter().filter(|audience| is_guid(audience)) {
            out.push(finding(model, credential, audience));
        }
    }
}

fn is_of_entra(credential: &Credential) -> bool {
    credential.platform() == Some(PlatformId::Entra) || credential.issuer.to_string().starts_with("https://login.microsoftonline.")
}

fn is_guid(audience: &Text) -> bool {
    let Some(known) = audience.known() else { return false };
    let bare = known.trim_start_matches("api://");
    !bare.starts_with("Azure") && is_exchange_audience(bare)
}

fn finding(model: &Model<'_>, credential: &Credential, audience: &Text) -> Finding {
    let cloud = credential.issuer.known().and_then(recognise).and_then(|found| found.entra).map(|entra| entra.cloud);
    let wanted = cloud.unwrap_or_default().exchange_audience();
    let message = format!("credential `{}` has the GUID of the exchange as its audience", credential.label);
    let finding =
        Finding::new(&RULE, message, audience.place, "this audience").differs(wanted, audience.to_string());
    finding.fix(format!("write `{wanted}`"), Edit::rewrite(model.sources, audience, wanted))
}
