use super::refusal::{self, Cause};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A token is asked for without an audience, and the platform's default is no audience that the credential names.
    ///
    /// GitHub's default is the address of the repository's owner, `https://github.com/OWNER`; a credential that Azure's tools make names `api://AzureADTokenExchange`. `azure/login` asks for the right one by itself, a script has to. Older instructions for GitLab had the server's own address as audience.
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
    ///       - run: |
    ///           TOKEN=$(curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL" | jq -r .value)
    ///           az login --service-principal -u "$AZURE_CLIENT_ID" -t "$AZURE_TENANT_ID" --federated-token "$TOKEN"
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
    ///       - run: |
    ///           TOKEN=$(curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange" | jq -r .value)
    ///           az login --service-principal -u "$AZURE_CLIENT_ID" -t "$AZURE_TENANT_ID" --federated-token "$TOKEN"
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
    FL123 "audience-default"
    title: "no audience is asked for",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700212"),
    basis: Documented,
    source: "https://docs.github.com/actions/reference/security/oidc",
    help: "ask for the audience that the credential names: `&audience=api://AzureADTokenExchange`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for refusal in refusal::of(model, Cause::DefaultAudience) {
        let message = format!("{} audience is the platform's default, which the credential does not name", refusal.who());
        out.push(refusal.finding(&RULE, message));
    }
}
