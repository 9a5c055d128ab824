use crate::github::{Later, Login, Work};
use crate::model::Model;
use crate::rule::rule;
use crate::{Confidence, Finding, Severity};

rule! {
    /// A step asks Azure for something long after the login, when the token of GitHub has expired.
    ///
    /// GitHub's token is valid for five minutes. `azure/login` presents it once, for Azure Resource Manager; when a later step needs a token for another service, such as storage, Key Vault or Graph, the CLI presents it again. The finding stands where the steps in between wait for at least five minutes by what they say, and is a note where they only look long.
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
    ///       - run: sleep 600
    ///       - run: az storage blob upload --account-name shop --container-name site --file site.zip
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
    ///       - run: sleep 600
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    ///       - run: az storage blob upload --account-name shop --container-name site --file site.zip
    /// ```
    FL306 "late-step"
    title: "the assertion has expired when the step needs it",
    severity: Warning,
    confidence: Medium,
    code: Some("AADSTS700024"),
    basis: Seen,
    source: "https://github.com/Azure/azure-cli/issues/28708",
    help: "log in again right before the step, or after the long work instead of before it",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for login in model.github.logins.iter().filter(|login| login.is_federated()) {
        let mut waited: Option<&Later> = None;
        for later in &login.later {
            if later.signs_in {
                break;
            }
            match (later.asks_azure, waited) {
                (true, Some(long)) => {
                    out.push(finding(login, long, later));
                    break;
                }
                (false, None) if later.work != Work::Short => waited = Some(later),
                (false, Some(before)) if before.work == Work::Long && later.work == Work::Waits => waited = Some(later),
                _ => {}
            }
        }
    }
}

fn finding(login: &Login, long: &Later, step: &Later) -> Finding {
    let waits = long.work == Work::Waits;
    let message = format!("job `{}` asks Azure again after the token it signed in with has expired", login.job_id);
    let finding = Finding::new(&RULE, message, step.place, "may need a new token of Entra here")
        .and(login.place, "presents a token that is valid for five minutes")
        .and(long.place, if waits { "takes at least five minutes" } else { "may take longer than that" });
    if waits { finding } else { finding.severity(Severity::Note).confidence(Confidence::Low) }
}
