//! FL325.

use crate::azure_devops::{Job, Step, reads};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Node, Place};
use crate::{Edit, Finding};

rule! {
    /// A script of an AzureCLI task uses the connection's ids or token, which the task does not give it.
    ///
    /// `idToken`, `servicePrincipalId` and `tenantId` are in the script's environment only where the task has
    /// `addSpnToEnvironment: true`. Without it they are empty, and whatever signs in with them fails.
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
    ///         export ARM_CLIENT_ID=$servicePrincipalId
    ///         terraform apply -auto-approve
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
    ///       addSpnToEnvironment: true
    ///       scriptType: bash
    ///       scriptLocation: inlineScript
    ///       inlineScript: |
    ///         export ARM_CLIENT_ID=$servicePrincipalId
    ///         terraform apply -auto-approve
    /// ```
    FL325 "spn-variables-missing"
    title: "the script uses variables that need addSpnToEnvironment",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/azure-cli-v2",
    help: "set `addSpnToEnvironment: true` among the task's inputs",
    check: check,
}

const NAMES: &[&str] = &["idToken", "servicePrincipalId", "servicePrincipalKey", "tenantId"];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for job in model.stages.iter().flat_map(|stage| &stage.jobs) {
        out.extend(job.steps.iter().filter_map(|step| judge(model, job, step)));
    }
}

fn judge(model: &Model<'_>, job: &Job, step: &Step) -> Option<Finding> {
    let is_cli = step.task()?.name.eq_ignore_ascii_case("AzureCLI");
    let setting = step.input("addSpnToEnvironment");
    let off = setting.is_none_or(|setting| setting.known().is_some_and(|known| known.eq_ignore_ascii_case("false")));
    if !is_cli || !off {
        return None;
    }
    let (name, place) = used(model, job, step)?;
    let message = format!("the script uses `{name}`, which the task does not put into its environment");
    let finding = Finding::new(&RULE, message, place, "empty at this point");
    Some(finding.fix("put the connection's ids and token into the environment", edit(model, step, setting)))
}

/// The first of the variables that the script reads and nobody sets.
fn used(model: &Model<'_>, job: &Job, step: &Step) -> Option<(&'static str, Place)> {
    let (dialect, script) = step.script()?;
    let unset = NAMES.iter().filter(|name| !step.may_set(name) && !job.sets(name));
    let read = unset.filter_map(|name| Some((*name, reads(model.sources, dialect, script, name)?)));
    read.min_by_key(|(_, place)| place.start)
}

fn edit(model: &Model<'_>, step: &Step, setting: Option<&Node>) -> Option<Edit> {
    match setting {
        Some(setting) => Some(Edit::replace(setting.place, "true")),
        None => step.with_line(model.sources, Some("inputs"), "addSpnToEnvironment: true"),
    }
}
