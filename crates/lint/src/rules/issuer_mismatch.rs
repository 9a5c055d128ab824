use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// No credential of the identity names the issuer that the workload's tokens carry.
    ///
    /// Entra looks for the issuer first, and compares it letter by letter.
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
    ///   "issuer": "https://token.action.githubusercontent.com",
    ///   "subject": "repo:contoso/shop:ref:refs/heads/main",
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
    ///   "subject": "repo:contoso/shop:ref:refs/heads/main",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL117 "issuer-mismatch"
    title: "the issuer matches no credential",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700211"),
    basis: Seen,
    source: "https://github.com/Azure/azure-workload-identity/issues/1200",
    help: "set the issuer of the credential to the one that the platform writes",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::Issuer) {
        let message = format!("{} issuer matches no credential", refusal.who());
        out.push(refusal.trusted(model, refusal.finding(&RULE, message), "trust the issuer that is sent"));
    }
}
