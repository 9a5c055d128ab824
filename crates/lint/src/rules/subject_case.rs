use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The subject that a workload sends is in a credential but for the case of some letters.
    ///
    /// Entra compares subjects letter by letter. It was lenient until 2024 and is not any more, so a credential that worked for years can stop. GitHub sends the names of owner, repository and environment as they were created.
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
    /// [{
    ///   "name": "deploy",
    ///   "issuer": "https://token.actions.githubusercontent.com",
    ///   "subject": "repo:contoso/shop:environment:Prod",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
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
    /// [{
    ///   "name": "deploy",
    ///   "issuer": "https://token.actions.githubusercontent.com",
    ///   "subject": "repo:contoso/shop:environment:prod",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL102 "subject-case"
    title: "the subject differs only in letter case",
    severity: Error,
    confidence: High,
    code: Some("AADSTS7002138"),
    basis: Seen,
    source: "https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes",
    help: "write the subject of the credential in the letters that the workload sends",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::LetterCase) {
        let message = format!("{} subject differs from the credential only in letter case", refusal.who());
        let finding = refusal.finding(&RULE, message);
        out.push(finding.fix("use the letter case that is sent", refusal.edit(model)));
    }
}
