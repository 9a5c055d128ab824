use super::refusal::{self, Cause};
use crate::model::Model;
use crate::rule::rule;
use crate::{Confidence, Finding, Severity};

rule! {
    /// The repository's subjects are made by a template of its own, and the credential is written for the default one, or the other way.
    ///
    /// A template (`include_claim_keys`) replaces the default `repo:OWNER/NAME:CONTEXT` as a whole, for every workflow. It takes effect for a repository only with `use_default: false`.
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
    /// `infra/subject.json`
    ///
    /// ```json
    /// {"use_default": false, "use_immutable_subject": false, "sub_claim_prefix": "repo:contoso/shop", "include_claim_keys": ["repo", "event_name", "context"]}
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
    /// `infra/subject.json`
    ///
    /// ```json
    /// {"use_default": false, "use_immutable_subject": false, "sub_claim_prefix": "repo:contoso/shop", "include_claim_keys": ["repo", "event_name", "context"]}
    /// ```
    ///
    /// `credentials.json`
    ///
    /// ```json
    /// [{
    ///   "name": "deploy",
    ///   "issuer": "https://token.actions.githubusercontent.com",
    ///   "subject": "repo:contoso/shop:event_name:push:ref:refs/heads/main",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL107 "subject-template"
    title: "the repository's subject template does not make this subject",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://docs.github.com/actions/reference/security/oidc",
    help: "write the subject as the template makes it",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let template = model.github.repository.template.as_ref();
    for refusal in refusal::of(model, Cause::Template) {
        if template.is_none() && refusal.names_workflow() {
            continue;
        }
        let message = match template {
            Some(_) => "the subject is made by a template that the credential does not follow",
            None => "the credential follows a subject template that nothing in the repository sets",
        };
        let mut finding = refusal.finding(&RULE, message);
        match template {
            Some(template) => finding = finding.and(template.place, "sets what the subject is made of"),
            None => finding = finding.severity(Severity::Warning).confidence(Confidence::Low),
        }
        out.push(finding.suggest("trust the subject that is sent", refusal.edit(model).filter(|_| template.is_some())));
    }
}
