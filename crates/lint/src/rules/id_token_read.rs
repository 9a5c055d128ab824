use crate::github::{Level, Said};
use crate::model::Model;
use crate::rule::rule;
use crate::{Edit, Finding};

rule! {
    /// A job is given `id-token: read`, which the permission does not have.
    ///
    /// Only `write` and `none` mean something for `id-token`: asking for a token is writing, although the token is then read. The job gets no token.
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
    ///   id-token: read
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
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
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
    FL302 "id-token-read"
    title: "`id-token: read` grants nothing",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax",
    help: "write `id-token: write`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for login in model.github.logins.iter().filter(|login| login.is_federated()) {
        if let (Level::Read, Said::Entry(place)) = (login.grant.level, login.grant.said) {
            let message = format!("job `{}` is given `id-token: read`, and only `write` lets it ask for a token", login.job_id);
            out.push(
                Finding::new(&RULE, message, place, "has to be `write`")
                    .and(login.place, "needs `id-token: write`")
                    .fix("grant `id-token: write`", [Edit::replace(place, "write")]),
            );
        }
    }
}
