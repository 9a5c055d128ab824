use fedlens_trust::flexible::Expression;

use crate::Finding;
use crate::model::{Model, Origin};
use crate::rule::rule;

rule! {
    /// The expression of a flexible credential names the repository or project by its name alone.
    ///
    /// A name can be given up and taken by somebody else. Since mid-2026 Graph is reported to refuse an expression for
    /// GitHub that compares neither `repository_id` nor `repository_owner_id`, and one for GitLab without `project_id`.
    /// Which claims are required exactly is not documented with certainty.
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
    ///     value: 'claims[\'sub\'] matches \'repo:contoso/shop:*\''
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
    FL138 "expression-claims"
    title: "the expression rests on names alone",
    severity: Warning,
    confidence: Medium,
    code: None,
    basis: ThirdParty,
    source: "https://github.com/hashicorp/terraform-provider-azuread/issues/1901",
    help: "add `and claims['repository_id'] eq '…'`, with the number of the repository",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    // What an export shows was accepted.
    for credential in model.credentials.iter().filter(|credential| credential.origin != Origin::Export) {
        let (Some(text), Some(issuer)) = (&credential.expression, credential.issuer.known()) else { continue };
        let Ok(expression) = Expression::parse(&super::expression_invalid::filled(text)) else { continue };
        let missing = expression.missing_anchors(issuer);
        if missing.is_empty() || expression.check_issuer(issuer).is_err() {
            continue;
        }
        let claims = missing.iter().map(|claim| format!("`{claim}`")).collect::<Vec<_>>().join(" nor ");
        let neither = if missing.len() > 1 { "neither " } else { "not " };
        let message = format!("the expression of credential `{}` compares {neither}{claims}", credential.label);
        let finding = Finding::new(&RULE, message, text.place, "this expression")
            .note("That Graph asks for it is reported by others, and not documented with certainty.");
        out.push(match missing {
            [only] => finding.help(format!("add `and claims['{only}'] eq '…'`, with its number")),
            _ => finding,
        });
    }
}
