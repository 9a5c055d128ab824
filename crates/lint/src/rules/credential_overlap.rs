use fedlens_token::Claims;
use fedlens_trust::flexible::Expression;

use crate::model::{Credential, Model};
use crate::source::Agreement;
use crate::{Confidence, Finding, Severity};
use crate::rule::rule;

rule! {
    /// Two credentials of one identity trust the same workload.
    ///
    /// One names the tenant's issuer of version 1 (`sts.windows.net`), the other that of version 2, both with the same
    /// subject. Tokens for the exchange are of version 2, so the first is of no use, and Entra is reported to refuse the
    /// sign-in because more than one credential fits. A standard credential whose subject a flexible one of the same issuer
    /// covers is only noted: one of the two is superfluous.
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
    ///     issuer: 'https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// resource second 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'second'
    ///   dependsOn: [first]
    ///   properties: {
    ///     issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
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
    /// resource second 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'second'
    ///   properties: {
    ///     issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0'
    ///     subject: '3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL131 "credential-overlap"
    title: "two credentials of one identity that cannot both matter",
    severity: Warning,
    confidence: Medium,
    code: Some("AADSTS700263"),
    basis: ThirdParty,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "keep the credential with the issuer of version 2",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        if let Some(twin) = twin(model, credential) {
            out.push(versions(credential, twin));
        } else if let Some(flexible) = covering(model, credential) {
            out.push(covered(credential, flexible));
        }
    }
}

/// Whether a credential for tokens of version 1 has one for version 2 beside it.
pub(super) fn has_twin(model: &Model<'_>, credential: &Credential) -> bool {
    twin(model, credential).is_some()
}

fn siblings<'m>(model: &'m Model<'_>, credential: &'m Credential) -> impl Iterator<Item = &'m Credential> {
    let own = model.credentials_of(credential.identity).map(|(_, other)| other);
    own.filter(move |other| other.origin == credential.origin && other.place != credential.place)
}

fn twin<'m>(model: &'m Model<'_>, credential: &'m Credential) -> Option<&'m Credential> {
    let issuer = credential.issuer.to_string();
    let tenant = issuer.strip_prefix("https://sts.windows.net/")?.trim_end_matches('/');
    let subject = credential.subject.as_ref()?;
    let newer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    siblings(model, credential).find(|other| {
        let same = other.subject.as_ref().is_some_and(|other| other.agrees(subject) == Agreement::Equal);
        same && other.issuer.to_string() == newer
    })
}

fn versions(credential: &Credential, twin: &Credential) -> Finding {
    let message = format!(
        "credentials `{}` and `{}` trust one subject under the issuers of version 1 and 2",
        credential.label, twin.label
    );
    Finding::new(&RULE, message, credential.issuer.place, "the issuer of version 1")
        .and(twin.issuer.place, "the issuer of version 2")
        .note("That Entra answers so is reported by others, and not documented.")
}

/// A flexible credential that takes whatever the standard one does.
fn covering<'m>(model: &'m Model<'_>, credential: &'m Credential) -> Option<&'m Credential> {
    let subject = credential.subject.as_ref()?.known()?;
    let claims = Claims([("sub".to_owned(), subject.into())].into_iter().collect());
    siblings(model, credential).find(|other| {
        let expression = other.expression.as_ref().and_then(|text| Expression::parse(text.known()?).ok());
        expression.is_some_and(|expression| expression.first_mismatch(&claims).is_none())
            && other.issuer.agrees(&credential.issuer) == Agreement::Equal
            && other.audiences == credential.audiences
    })
}

fn covered(credential: &Credential, flexible: &Credential) -> Finding {
    let message = format!("credential `{}` is covered by the flexible credential `{}`", credential.label, flexible.label);
    let finding = Finding::new(&RULE, message, credential.subject_place(), "this subject")
        .and(flexible.subject_place(), "fits this expression")
        .severity(Severity::Note)
        .confidence(Confidence::Medium)
        .help("keep one of the two");
    Finding { predicted: None, ..finding }
}
