use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The repository sends its subject in one form, by names or with immutable ids, and the credential has the other.
    ///
    /// Repositories that were created, renamed or transferred since 2026-07-15 send `repo:OWNER@ID/NAME@ID:…`; older ones send names until an administrator opts in. The prefix in GitHub's answer about the repository (`sub_claim_prefix`) tells which; the flag `use_immutable_subject` beside it does not. Without that answer either form is accepted here.
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
    /// `subject.json`
    ///
    /// ```json
    /// {"use_default": true, "use_immutable_subject": false, "sub_claim_prefix": "repo:contoso@9919/shop@20481"}
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
    /// `subject.json`
    ///
    /// ```json
    /// {"use_default": true, "use_immutable_subject": false, "sub_claim_prefix": "repo:contoso@9919/shop@20481"}
    /// ```
    ///
    /// `credentials.json`
    ///
    /// ```json
    /// [{
    ///   "name": "deploy",
    ///   "issuer": "https://token.actions.githubusercontent.com",
    ///   "subject": "repo:contoso@9919/shop@20481:ref:refs/heads/main",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL104 "subject-form"
    title: "names and immutable ids are different subjects",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects",
    help: "write the credential in the form that the repository sends",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::Form) {
        let message = match refusal.refused.presented.contains('@') {
            true => "the repository sends its numeric ids, and the credential has the names alone",
            false => "the repository sends its names alone, and the credential has the numeric ids",
        };
        out.push(refusal.trusted(model, refusal.finding(&RULE, message), "trust the form that is sent"));
    }
}
