use fedlens_issuers::{Oddity, OddityKind, recognise};

use crate::model::{Credential, Model};
use crate::{Confidence, Edit, Finding, Severity};
use crate::rule::rule;

rule! {
    /// A credential's issuer is written in a way in which no token carries it.
    ///
    /// It is compared letter by letter with the `iss` of the assertion. An address with `http://`, the address of the
    /// metadata document, upper-case letters, blanks, a tenant's domain name in place of its id, or Azure DevOps' address
    /// without the organisation's id never equals one.
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
    ///     issuer: 'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0'
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
    ///     issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL116 "issuer-malformed"
    title: "no token has this issuer",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700211"),
    basis: Inferred,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "copy the issuer from a token, or from the platform's settings",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let oddities = credential.issuer_oddities();
        let private = oddities.iter().any(|odd| matches!(odd.kind, OddityKind::InCluster | OddityKind::Unreachable));
        if let Some(oddity) = oddities.iter().find(|odd| is_here(odd) && !private) {
            out.push(malformed(model, credential, oddity));
        } else if oddities.is_empty() && is_version_1(credential) && !super::credential_overlap::has_twin(model, credential) {
            out.push(version_1(credential));
        }
    }
}

/// Whether no other rule tells of it.
fn is_here(oddity: &Oddity) -> bool {
    !matches!(oddity.kind, OddityKind::TrailingSlash | OddityKind::InCluster | OddityKind::Unreachable)
}

fn malformed(model: &Model<'_>, credential: &Credential, oddity: &Oddity) -> Finding {
    let issuer = credential.issuer.to_string();
    let message = format!("no token has the issuer of credential `{}`: `{issuer}`", credential.label);
    let finding = Finding::new(&RULE, message, credential.issuer.place, "this issuer").note(&*oddity.sentence);
    let mended = match oddity.kind {
        OddityKind::Padding => Some(issuer.trim().to_owned()),
        OddityKind::Scheme => issuer.strip_prefix("http://").map(|rest| format!("https://{rest}")),
        _ => None,
    };
    let mended = mended.filter(|mended| fedlens_issuers::issuer_oddities(mended).is_empty());
    match mended.and_then(|new| Some((Edit::rewrite(model.sources, &credential.issuer, &new)?, new))) {
        Some((edit, new)) => finding.fix(format!("write `{new}`"), [edit]),
        None => finding,
    }
}

fn is_version_1(credential: &Credential) -> bool {
    credential.issuer.known().and_then(recognise).and_then(|found| found.entra).is_some_and(|entra| entra.version == 1)
}

/// Tokens for the exchange are of version 2.
fn version_1(credential: &Credential) -> Finding {
    let message = format!(
        "credential `{}` expects a token of version 1, and tokens for the exchange are of version 2: `{}`",
        credential.label, credential.issuer
    );
    Finding::new(&RULE, message, credential.issuer.place, "this issuer")
        .severity(Severity::Warning)
        .confidence(Confidence::Medium)
        .help("set the issuer to `https://login.microsoftonline.com/{tenant id}/v2.0`")
}
