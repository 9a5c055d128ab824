use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The workload asks its platform for a token with one audience, and the credentials name another.
    ///
    /// On GitHub, `azure/login` asks for `api://AzureADTokenExchange` unless its input `audience` says otherwise; it does not follow the input `environment`, so a national cloud needs both.
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
    ///           audience: https://management.azure.com
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
    ///           environment: AzureUSGovernment
    ///           audience: api://AzureADTokenExchangeUSGov
    /// ```
    ///
    /// `credentials.json`
    ///
    /// ```json
    /// [{
    ///   "name": "deploy",
    ///   "issuer": "https://token.actions.githubusercontent.com",
    ///   "subject": "repo:contoso/shop:ref:refs/heads/main",
    ///   "audiences": ["api://AzureADTokenExchangeUSGov"]
    /// }]
    /// ```
    FL124 "audience-mismatch"
    title: "the audience matches no credential",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700212"),
    basis: Seen,
    source: "https://github.com/Azure/login",
    help: "ask for the audience that the credential names",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::Audience) {
        let message = format!("{} audience matches no credential", refusal.who());
        let finding = refusal.finding(&RULE, message);
        // The credential has the audience of the cloud that is asked: it is the request that lacks it.
        let wanted = refusal.workload.cloud.exchange_audience();
        if wanted == refusal.refused.configured {
            out.push(finding.help(format!("ask for the audience `{wanted}`, which belongs to {}", refusal.workload.cloud.name())));
            continue;
        }
        out.push(refusal.trusted(model, finding, "trust the audience that is asked for"));
    }
}
