use fedlens_issuers::{Subject, parse_subject};

use crate::Finding;
use crate::model::{Credential, Model};
use crate::rule::rule;

rule! {
    /// Two credentials of one identity trust the same job, one by the names of the repository and one by its immutable ids.
    ///
    /// A repository sends one of the two forms and never the other. Once it sends ids, the credential by names does nothing for it, and would trust whoever gets hold of the names.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     environment: prod
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    /// ```
    ///
    /// `credentials.json`
    ///
    /// ```json
    /// [
    ///   {
    ///     "name": "by-name",
    ///     "issuer": "https://token.actions.githubusercontent.com",
    ///     "subject": "repo:contoso/shop:environment:prod",
    ///     "audiences": ["api://AzureADTokenExchange"]
    ///   },
    ///   {
    ///     "name": "by-id",
    ///     "issuer": "https://token.actions.githubusercontent.com",
    ///     "subject": "repo:contoso@9919/shop@20481:environment:prod",
    ///     "audiences": ["api://AzureADTokenExchange"]
    ///   }
    /// ]
    /// ```
    ///
    /// ## Right
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     strategy:
    ///       matrix:
    ///         stage: [prod, test]
    ///     environment: ${{ matrix.stage }}
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    /// ```
    ///
    /// `credentials.json`
    ///
    /// ```json
    /// [
    ///   {
    ///     "name": "by-name",
    ///     "issuer": "https://token.actions.githubusercontent.com",
    ///     "subject": "repo:contoso/shop:environment:prod",
    ///     "audiences": ["api://AzureADTokenExchange"]
    ///   },
    ///   {
    ///     "name": "by-id",
    ///     "issuer": "https://token.actions.githubusercontent.com",
    ///     "subject": "repo:contoso@9919/shop@20481:environment:test",
    ///     "audiences": ["api://AzureADTokenExchange"]
    ///   }
    /// ]
    /// ```
    FL105 "leftover-subject"
    title: "a credential by names is left beside its immutable twin",
    severity: Warning,
    confidence: Medium,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects",
    help: "delete the credential by names once the repository sends ids",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let parsed: Vec<_> = model.credentials.iter().map(github).collect();
    for (credential, own) in model.credentials.iter().zip(&parsed) {
        let Some((own, None)) = own else { continue };
        let twin = model.credentials.iter().zip(&parsed).find(|(other, theirs)| {
            let same_identity = other.identity == credential.identity && other.issuer == credential.issuer;
            same_identity && matches!(theirs, Some((theirs, Some(_))) if theirs == own)
        });
        if let Some((twin, _)) = twin {
            let message = format!("the credential `{}` by names is left beside its twin by ids", credential.label);
            out.push(
                Finding::new(&RULE, message, credential.subject_place(), "by names")
                    .and(twin.subject_place(), "by ids"),
            );
        }
    }
}

/// Owner, repository and context of a subject of GitHub, and its ids.
type Parts = ((String, String, String), Option<(String, String)>);

fn github(credential: &Credential) -> Option<Parts> {
    match parse_subject(credential.issuer.known(), credential.subject.as_ref()?.known()?) {
        Subject::GitHub { owner, repository, ids, context } => Some(((owner, repository, context), ids)),
        _ => None,
    }
}
