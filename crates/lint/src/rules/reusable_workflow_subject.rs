use std::collections::HashMap;

use fedlens_issuers::{Subject, parse_subject};

use super::refusal::{self, Cause};
use crate::Finding;
use crate::github::RemoteCall;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The credential names a called workflow, which is not in the subject unless a template puts it there.
    ///
    /// A reusable workflow runs as a part of the run that called it: the subject is that of the caller's repository. The called file is in the claim `job_workflow_ref`, which only a subject template, or a flexible credential, can match.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/release.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    ///   contents: read
    /// jobs:
    ///   release:
    ///     uses: ./.github/workflows/deploy.yml
    ///     secrets: inherit
    /// ```
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   workflow_call:
    /// permissions:
    ///   id-token: write
    ///   contents: read
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
    ///   "subject": "repo:contoso/shop:job_workflow_ref:contoso/shop/.github/workflows/deploy.yml@refs/heads/main",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    ///
    /// ## Right
    ///
    /// `.github/workflows/release.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    ///   contents: read
    /// jobs:
    ///   release:
    ///     uses: ./.github/workflows/deploy.yml
    ///     secrets: inherit
    /// ```
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   workflow_call:
    /// permissions:
    ///   id-token: write
    ///   contents: read
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
    FL108 "reusable-workflow-subject"
    title: "a called workflow is not in the subject",
    severity: Warning,
    confidence: Medium,
    code: Some("AADSTS700213"),
    basis: Documented,
    source: "https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-with-reusable-workflows",
    help: "trust the caller's subject, or set a subject template with `job_workflow_ref` in the repository",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    if model.github.repository.template.is_none() {
        for refusal in refusal::of(model, Cause::Template).filter(refusal::Refusal::names_workflow) {
            let message = "the credential names a called workflow, which the subject does not have";
            let finding = refusal.finding(&RULE, message).severity(RULE.severity).confidence(RULE.confidence);
            out.push(finding);
        }
    }
    remote(model, out);
}

/// A credential for the repository of a called workflow, where the caller is another one.
fn remote(model: &Model<'_>, out: &mut Vec<Finding>) {
    let Some((owner, name)) = &model.github.repository.name else { return };
    let called = |call: &&RemoteCall| !call.owner.eq_ignore_ascii_case(owner) || !call.name.eq_ignore_ascii_case(name);
    let mut calls: HashMap<(String, String), Vec<&RemoteCall>> = HashMap::new();
    for call in model.github.remote_calls.iter().filter(called) {
        calls.entry((call.owner.to_ascii_lowercase(), call.name.to_ascii_lowercase())).or_default().push(call);
    }
    for text in model.credentials.iter().filter_map(|credential| credential.subject.as_ref()) {
        let Subject::GitHub { owner: trusted, repository, .. } = parse_subject(None, &text.to_string()) else {
            continue;
        };
        let Some(calls) = calls.get(&(trusted.to_ascii_lowercase(), repository.to_ascii_lowercase())) else { continue };
        let message = "the credential trusts the repository of a called workflow, and the caller is another one";
        let label = format!("called from `{owner}/{name}`, whose subject is sent");
        let finding = Finding::new(&RULE, message, text.place, "the called workflow's repository");
        out.push(calls.iter().take(MOST_SHOWN).fold(finding, |finding, call| finding.and(call.uses, label.as_str())));
    }
}

/// How many calls are shown.
const MOST_SHOWN: usize = 3;
