use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A workload comes with a subject that is in no credential of the identity it signs in as.
    ///
    /// Entra compares the subject as a whole and letter by letter; it knows neither wildcards nor prefixes. The
    /// finding stands at what makes the workload send this subject and points to the credential that comes nearest.
    /// Which of the two is right is yours to say: change the credential, or add one.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [release]
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
    FL101 "subject-mismatch"
    title: "the subject matches no credential",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Seen,
    source: "https://github.com/Azure/login/issues/379",
    help: "set the credential's subject to exactly what the workload sends, or add a credential for it",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::Subject) {
        let message = match (refusal.repositories(), refusal.in_words()) {
            (Some((own, trusted)), _) => {
                format!("the credential is for `{trusted}`, and {} runs in `{own}`", refusal.workload.name)
            }
            (None, Some((sent, _))) => format!("no credential trusts {sent}, which {} sends", refusal.workload.name),
            (None, None) => format!("{} subject matches no credential", refusal.who()),
        };
        out.push(refusal.trusted(model, refusal.finding(&RULE, message), "trust the subject that is sent"));
    }
}
