//! FL323.

use crate::Finding;
use crate::azure_devops::{Job, Step, reads};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Entry, Place};

rule! {
    /// A step needs `SYSTEM_ACCESSTOKEN` and does not map it.
    ///
    /// Azure Pipelines does not put the job's token into the environment by itself. The variable is empty, so that the
    /// request for an OIDC token is answered with 401 or a sign-in page. Each step that needs it has to map it.
    ///
    /// ## Wrong
    ///
    /// `azure-pipelines.yml`
    ///
    /// ```yaml
    /// trigger: [main]
    /// steps:
    ///   - task: AzureCLI@2
    ///     inputs:
    ///       azureSubscription: deploy-prod
    ///       scriptType: bash
    ///       scriptLocation: inlineScript
    ///       inlineScript: |
    ///         curl -s -X POST -H "Authorization: Bearer $SYSTEM_ACCESSTOKEN" -H "Content-Length: 0" \
    ///           "$SYSTEM_OIDCREQUESTURI?api-version=7.1&serviceConnectionId=$AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
    /// ```
    ///
    /// ## Right
    ///
    /// `azure-pipelines.yml`
    ///
    /// ```yaml
    /// trigger: [main]
    /// steps:
    ///   - task: AzureCLI@2
    ///     inputs:
    ///       azureSubscription: deploy-prod
    ///       scriptType: bash
    ///       scriptLocation: inlineScript
    ///       inlineScript: |
    ///         curl -s -X POST -H "Authorization: Bearer $SYSTEM_ACCESSTOKEN" -H "Content-Length: 0" \
    ///           "$SYSTEM_OIDCREQUESTURI?api-version=7.1&serviceConnectionId=$AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
    ///     env:
    ///       SYSTEM_ACCESSTOKEN: $(System.AccessToken)
    /// ```
    FL323 "system-accesstoken-not-mapped"
    title: "a step needs SYSTEM_ACCESSTOKEN and does not map it",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/devops/pipelines/build/variables",
    help: "map it in the step: `env:` with `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`",
    check: check,
}

const NAME: &str = "SYSTEM_ACCESSTOKEN";

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for job in model.stages.iter().flat_map(|stage| &stage.jobs) {
        for step in &job.steps {
            let Some((place, label)) = needed(model, job, step) else { continue };
            let message = "the step needs SYSTEM_ACCESSTOKEN, which is not in its environment";
            let finding = Finding::new(&RULE, message, place, label);
            out.push(finding.fix("map the job's token", mapping(model, step)));
        }
    }
}

/// Where a step needs the token, and what for.
fn needed(model: &Model<'_>, job: &Job, step: &Step) -> Option<(Place, &'static str)> {
    let (dialect, script) = step.script()?;
    if step.may_set(NAME) || job.sets(NAME) {
        return None;
    }
    let read = reads(model.sources, dialect, script, NAME).map(|place| (place, "empty at this point"));
    read.or_else(|| provider(step).map(|entry| (entry.key_place, "with this, the provider asks for a token in the job's name")))
}

/// What tells a provider of Terraform to ask Azure DevOps for a token.
fn provider(step: &Step) -> Option<&Entry> {
    let names = ["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"];
    let given = ["ARM_OIDC_REQUEST_TOKEN", "ARM_OIDC_TOKEN", "ARM_OIDC_TOKEN_FILE_PATH"].iter().any(|name| step.may_set(name));
    let told = step.environment().iter().find(|entry| names.contains(&entry.key.to_ascii_uppercase().as_str()));
    told.filter(|_| !given)
}

fn mapping(model: &Model<'_>, step: &Step) -> Option<crate::Edit> {
    let line = format!("{NAME}: $(System.AccessToken)");
    if step.environment().is_empty() {
        step.with_line(model.sources, None, &format!("env:\n  {line}"))
    } else {
        step.with_line(model.sources, Some("env"), &line)
    }
}
