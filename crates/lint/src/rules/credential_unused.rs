use fedlens_issuers::{Subject, parse_subject};

use crate::Finding;
use crate::model::{Answer, Exchange, Model, Platform};
use crate::rule::rule;
use crate::source::{Agreement, Text};

rule! {
    /// A credential trusts a job that no workflow of the repository has.
    ///
    /// It was left behind by an environment or a branch that is gone, or its workflow is elsewhere. A credential that nothing uses is a door that nobody watches.
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
    ///     "subject": "repo:contoso/shop:environment:staging",
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
    FL130 "credential-unused"
    title: "no workload of the repository uses the credential",
    severity: Warning,
    confidence: Medium,
    code: None,
    basis: Inferred,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "delete the credential, or add the workload that it is for",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let github = &model.github;
    // What is called elsewhere, or by others, may sign in with any credential.
    let elsewhere = !github.remote_calls.is_empty() || github.logins.iter().any(|login| login.uncalled);
    let Some((owner, name)) = github.repository.name.as_ref().filter(|_| !elsewhere) else { return };
    if !model.workloads.iter().any(|workload| workload.platform == Platform::GitHub) {
        return;
    }
    for (at, credential) in model.credentials.iter().enumerate() {
        let Some(subject) = credential.subject.as_ref().and_then(Text::known) else { continue };
        let own = match parse_subject(credential.issuer.known(), subject) {
            Subject::GitHub { owner: trusted, repository, .. } => {
                trusted.eq_ignore_ascii_case(owner) && repository.eq_ignore_ascii_case(name)
            }
            _ => false,
        };
        if own && !is_used(model, at) {
            let message = format!("no job of the repository uses the credential `{}`", credential.label);
            out.push(Finding::new(&RULE, message, credential.subject_place(), "no job sends this"));
        }
    }
}

/// Whether a job may send its subject, or comes so near that it is reported for that.
fn is_used(model: &Model<'_>, at: usize) -> bool {
    let Some(own) = model.credentials.get(at).and_then(|credential| credential.subject.as_ref()) else { return true };
    let mut subjects = model.workloads.iter().flat_map(|workload| &workload.candidates).flat_map(|found| &found.subjects);
    let near = |exchange: &Exchange| match &exchange.answer {
        Answer::Refused(refused) => {
            model.credentials.get(refused.credential).is_some_and(|near| near.subject.as_ref() == Some(own))
        }
        _ => false,
    };
    subjects.any(|subject| subject.agrees(own) != Agreement::Different)
        || model.exchanges.iter().any(near)
        || is_for_secret_login(model, own)
}

/// A job that could use it signs in with a secret, which is reported as such.
fn is_for_secret_login(model: &Model<'_>, own: &Text) -> bool {
    model.github.secret_logins.iter().any(|(_, subjects)| subjects.contains(own))
}
