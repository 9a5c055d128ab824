use std::collections::HashMap;

use crate::Finding;
use crate::model::{Credential, Model};
use crate::rule::rule;
use crate::source::Text;

rule! {
    /// A job signs in with a stored secret, although a federated identity credential fits it.
    ///
    /// The credential is there and would be accepted, so the secret can go: it expires, it leaks, and it is the reason for `AADSTS7000222` on some morning.
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
    ///           creds: ${{ secrets.AZURE_CREDENTIALS }}
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
    FL309 "secret-despite-federation"
    title: "a secret is used although a credential fits",
    severity: Warning,
    confidence: Medium,
    code: None,
    basis: Documented,
    source: "https://github.com/Azure/login#readme",
    help: "give `client-id`, `tenant-id` and `subscription-id` instead of `creds`, and grant `id-token: write`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut by_subject: HashMap<&str, &Credential> = HashMap::new();
    for credential in &model.credentials {
        if let Some(subject) = credential.subject.as_ref().and_then(Text::known) {
            by_subject.entry(subject).or_insert(credential);
        }
    }
    for (login, subjects) in &model.github.secret_logins {
        let fits = |subject: &Text| by_subject.get(subject.known()?).copied();
        let Some(credential) = subjects.iter().find_map(fits) else { continue };
        let message = format!("job `{}` signs in with a secret although a credential trusts its token", login.job_id);
        let place = login.input("creds").map_or(login.place, |creds| creds.place);
        out.push(
            Finding::new(&RULE, message, place, "a secret")
                .and(credential.subject_place(), "this credential trusts the job's token"),
        );
    }
}
