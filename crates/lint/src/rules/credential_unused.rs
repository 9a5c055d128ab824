use std::collections::{BTreeMap, HashSet};

use fedlens_issuers::{Subject, parse_subject};

use crate::Finding;
use crate::model::{Answer, Model, Platform};
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
    let uncalled = github.logins.iter().any(|login| login.uncalled);
    let elsewhere = !github.remote_calls.is_empty() || github.unseen || uncalled;
    let Some((owner, name)) = github.repository.name.as_ref().filter(|_| !elsewhere) else { return };
    if !model.workloads.iter().any(|workload| workload.platform == Platform::GitHub) {
        return;
    }
    let used = Used::of(model);
    for credential in &model.credentials {
        let Some(text) = &credential.subject else { continue };
        let Some(subject) = text.known() else { continue };
        let own = match parse_subject(credential.issuer.known(), subject) {
            Subject::GitHub { owner: trusted, repository, .. } => {
                trusted.eq_ignore_ascii_case(owner) && repository.eq_ignore_ascii_case(name)
            }
            _ => false,
        };
        if own && !used.has(text, subject) {
            let message = format!("no job of the repository uses the credential `{}`", credential.label);
            out.push(Finding::new(&RULE, message, credential.subject_place(), "no job sends this"));
        }
    }
}

/// The subjects that jobs may send, or come so near to that it is reported.
struct Used<'a> {
    known: HashSet<&'a str>,
    open: Vec<&'a Text>,
}

impl<'a> Used<'a> {
    fn of(model: &'a Model<'_>) -> Self {
        let sent = model.workloads.iter().flat_map(|workload| &workload.candidates).flat_map(|found| &found.subjects);
        let near = model.exchanges.iter().filter_map(|exchange| match &exchange.answer {
            Answer::Refused(refused) => model.credentials.get(refused.credential)?.subject.as_ref(),
            _ => None,
        });
        // A job that signs in with a secret although a credential fits is reported as such.
        let instead = model.github.secret_logins.iter().flat_map(|(_, subjects)| subjects);
        let open: BTreeMap<String, &Text> =
            sent.clone().filter(|subject| subject.known().is_none()).map(|subject| (subject.to_string(), subject)).collect();
        Self {
            known: sent.chain(near).chain(instead).filter_map(Text::known).collect(),
            open: open.into_values().collect(),
        }
    }

    fn has(&self, text: &Text, known: &str) -> bool {
        self.known.contains(known) || self.open.iter().any(|sent| sent.agrees(text) != Agreement::Different)
    }
}
