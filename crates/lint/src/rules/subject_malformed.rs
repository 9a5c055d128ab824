use fedlens_issuers::{PlatformId, SubjectFaultKind};

use crate::model::{Credential, Model};
use crate::rule::rule;
use crate::source::Text;
use crate::{Edit, Finding};

rule! {
    /// A credential's subject is of a form that its platform never sends.
    ///
    /// The subject is compared letter by letter. `pull-request` in place of `pull_request`, a branch without
    /// `ref:refs/heads/`, an address in place of a name, a blank at the end, or a slash in place of a colon is accepted when
    /// the credential is created, and then no token fits.
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
    ///     subject: 'repo:contoso/shop:pull-request'
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
    ///     subject: 'repo:contoso/shop:pull_request'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL136 "subject-malformed"
    title: "no token has this subject",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://docs.github.com/actions/reference/security/oidc",
    help: "write the subject exactly as the platform sends it",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let (Some(subject), Some(fault)) = (&credential.subject, credential.subject_fault()) else { continue };
        if fault.kind != SubjectFaultKind::Malformed {
            continue;
        }
        if is_of_user(credential, subject) {
            let message = format!("credential `{}` trusts the subject of a user's token", credential.label);
            out.push(
                Finding::new(&RULE, message, subject.place, "Entra makes such subjects for users, one for each application")
                    .predicts("AADSTS700229")
                    .help("trust the object id of a managed identity: Entra takes no user's token for an assertion"),
            );
            continue;
        }
        let message = format!("no token has the subject of credential `{}`: `{subject}`", credential.label);
        let mut finding = Finding::new(&RULE, message, subject.place, "this subject").note(fault.sentence);
        if let Some(instead) = fault.instead {
            finding = finding.differs(&instead, subject.to_string());
            if let Some(edit) = Edit::rewrite(model.sources, subject, &instead) {
                finding = finding.suggest(format!("write `{instead}`"), [edit]);
            }
        }
        out.push(finding);
    }
}

/// The subjects of users' tokens are 32 bytes in base64url, where those of app-only tokens are GUIDs.
fn is_of_user(credential: &Credential, subject: &Text) -> bool {
    let encoded = |text: &str| text.len() == 43 && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c));
    credential.platform() == Some(PlatformId::Entra) && subject.known().is_some_and(encoded)
}
