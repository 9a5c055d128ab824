use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A job runs on a tag and the credential is for a branch, or the other way.
    ///
    /// Tags are sent as `ref:refs/tags/NAME`, branches as `ref:refs/heads/NAME`. A classic credential names one tag or one branch; a release job is best given an environment, which does not change from tag to tag.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     tags: ["v*"]
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
    ///     tags: ["v*"]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     environment: release
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
    ///   "subject": "repo:contoso/shop:environment:release",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL106 "tag-or-branch"
    title: "a tag is not a branch",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://docs.github.com/actions/reference/security/oidc",
    help: "give the job an environment and trust that, or add a credential for the ref",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::TagOrBranch) {
        let message = match refusal.in_words() {
            Some((sent, trusted)) => format!("{} sends {sent}, and the credential trusts {trusted}", refusal.workload.name),
            None => "a tag is sent where a branch is trusted, or a branch where a tag is".to_owned(),
        };
        out.push(refusal.trusted(model, refusal.finding(&RULE, message), "trust the ref that is sent"));
    }
}
