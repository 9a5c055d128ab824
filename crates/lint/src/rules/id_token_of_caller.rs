use super::id_token_missing::{grant_edit, listed};
use crate::Finding;
use crate::github::{Caller, Level, Login, Said};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A workflow is called that signs in, and the job that calls it may not ask for an id token.
    ///
    /// The permissions of the calling job bound those of the called workflow: what the caller lacks, the called jobs cannot have, whatever they declare. GitHub refuses the run, or the job finds no `ACTIONS_ID_TOKEN_REQUEST_URL`.
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
    /// ## Right
    ///
    /// `.github/workflows/release.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   contents: read
    ///   id-token: write
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
    FL303 "id-token-of-caller"
    title: "the calling job may not ask for an id token",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows",
    help: "grant `id-token: write` to the job that calls the workflow",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut found: Vec<(Caller, Vec<&Login>)> = Vec::new();
    for login in model.github.logins.iter().filter(|login| login.is_federated()) {
        let Some(caller) = login.caller.filter(|caller| caller.grant.level != Level::Write) else { continue };
        match found.iter_mut().rev().take(64).find(|(known, _)| known.uses == caller.uses) {
            Some((_, logins)) => logins.push(login),
            None => found.push((caller, vec![login])),
        }
    }
    out.extend(found.iter().map(|(caller, logins)| finding(model, caller, logins)));
}

fn finding(model: &Model<'_>, caller: &Caller, logins: &[&Login]) -> Finding {
    let mut jobs: Vec<&str> = logins.iter().map(|login| login.job_id.as_str()).collect();
    jobs.dedup();
    let its = if jobs.len() > 1 { "jobs" } else { "job" };
    let message = format!(
        "the job that calls this workflow may not ask for an id token, so its {its} {} cannot either",
        listed(&jobs)
    );
    let mut finding = Finding::new(&RULE, message, caller.uses, "calls a workflow that signs in");
    for login in logins {
        if finding.secondary.iter().all(|label| label.place != login.place) {
            finding = finding.and(login.place, "needs `id-token: write`");
        }
    }
    let finding = match caller.grant.said {
        Said::Entry(place) => finding.and(place, "this is not `write`"),
        Said::Block(key, _) => finding.and(key, "these permissions leave `id-token` out"),
        Said::All(place) => finding.and(place, "this does not include `id-token: write`"),
        Said::Nothing => finding,
    };
    finding.fix("grant `id-token: write` to the calling job", grant_edit(model, caller.grant, caller.job))
}
