use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A pull request from a fork starts a job that signs in, and gets no token to sign in with.
    ///
    /// GitHub gives runs for pull requests from forks, and from Dependabot, neither `id-token: write` nor secrets. In a private repository without forks this does not happen, so this is a note.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   pull_request:
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
    ///   "subject": "repo:contoso/shop:pull_request",
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
    ///   pull_request:
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     if: github.event.pull_request.head.repo.full_name == github.repository
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
    ///   "subject": "repo:contoso/shop:pull_request",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL305 "fork-pull-request"
    title: "a pull request from a fork has no id token",
    severity: Note,
    confidence: Low,
    code: None,
    basis: Documented,
    source: "https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows",
    help: "let the job run only where `github.event.pull_request.head.repo.full_name == github.repository`",
    check: check,
}

/// What a condition that leaves forks out mentions.
const GUARDS: &[&str] = &["head.repo", "fork", "dependabot", "github.actor", "author_association"];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for login in model.github.logins.iter().filter(|login| login.is_federated() && login.caller.is_none()) {
        let Some(run) = login.runs.iter().find(|run| run.trigger.event == "pull_request") else { continue };
        if login.conditions.iter().any(|condition| GUARDS.iter().any(|guard| condition.contains(guard))) {
            continue;
        }
        let message = format!("job `{}` signs in on pull requests, and those from forks get no token", login.job_id);
        out.push(
            Finding::new(&RULE, message, run.trigger.place, "starts it for forks as well")
                .and(login.place, "finds no `ACTIONS_ID_TOKEN_REQUEST_URL` then"),
        );
    }
}
