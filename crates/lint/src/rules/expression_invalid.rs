use fedlens_trust::flexible::{Expression, IssuerError};

use crate::model::{Credential, Model, is_placeholder};
use crate::source::{Piece, Text};
use crate::{Confidence, Finding};
use crate::rule::rule;

rule! {
    /// The expression of a flexible credential cannot be read, or names what is not allowed for its issuer.
    ///
    /// The language is small: `claims['name'] eq 'text'` or `claims['name'] matches 'pattern'`, joined by `and`. It is
    /// documented for GitHub, GitLab and HCP Terraform, each with a few claims.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// extension microsoftGraphV1
    ///
    /// resource shop 'Microsoft.Graph/applications@beta' = {
    ///   uniqueName: 'shop'
    ///   displayName: 'Shop'
    /// }
    ///
    /// resource branches 'Microsoft.Graph/applications/federatedIdentityCredentials@beta' = {
    ///   name: '${shop.uniqueName}/branches'
    ///   issuer: 'https://token.actions.githubusercontent.com'
    ///   audiences: ['api://AzureADTokenExchange']
    ///   claimsMatchingExpression: {
    ///     value: 'claims[\'sub\'] startsWith \'repo:contoso/shop:\''
    ///     languageVersion: 1
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// extension microsoftGraphV1
    ///
    /// resource shop 'Microsoft.Graph/applications@beta' = {
    ///   uniqueName: 'shop'
    ///   displayName: 'Shop'
    /// }
    ///
    /// resource branches 'Microsoft.Graph/applications/federatedIdentityCredentials@beta' = {
    ///   name: '${shop.uniqueName}/branches'
    ///   issuer: 'https://token.actions.githubusercontent.com'
    ///   audiences: ['api://AzureADTokenExchange']
    ///   claimsMatchingExpression: {
    ///     value: 'claims[\'sub\'] matches \'repo:contoso/shop:*\' and claims[\'repository_id\'] eq \'990011\''
    ///     languageVersion: 1
    ///   }
    /// }
    /// ```
    FL137 "expression-invalid"
    title: "the expression of a flexible credential cannot be used",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials",
    help: "write `claims['sub'] matches '…'`, and join comparisons with `and`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let Some(text) = &credential.expression else { continue };
        out.extend(fault(credential, text));
    }
}

fn fault(credential: &Credential, text: &Text) -> Option<Finding> {
    if text.symbol().is_some() {
        return None;
    }
    let finding = |message: String| {
        let message = format!("the expression of credential `{}` cannot be used: {message}", credential.label);
        Finding::new(&RULE, message, text.place, "this expression")
    };
    let expression = match Expression::parse(&filled(text)) {
        Ok(expression) => expression,
        Err(error) => return Some(finding(lower_first(&error.message))),
    };
    let issuer = credential.issuer.known().filter(|issuer| !is_placeholder(issuer))?;
    let error = expression.check_issuer(issuer).err()?;
    let confidence = match error {
        // The list of issuers of the preview may have grown.
        IssuerError::Issuer { .. } => Confidence::Medium,
        IssuerError::Claim { .. } | IssuerError::Operator { .. } => Confidence::High,
    };
    Some(finding(lower_first(&error.to_string())).and(credential.issuer.place, "for this issuer").confidence(confidence))
}

/// The expression with a word in place of what is not known.
pub(super) fn filled(text: &Text) -> String {
    let piece = |piece: Piece| match piece {
        Piece::Literal(text) => text,
        Piece::Unknown(_) => "x".to_owned(),
    };
    text.pieces().into_iter().map(piece).collect()
}

/// A sentence as it continues another one, without its full stop.
fn lower_first(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
