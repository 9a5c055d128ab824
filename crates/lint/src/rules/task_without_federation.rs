//! FL320.

use crate::azure_devops::{Federation, Step, Task, federation};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Node, Place};
use crate::{Confidence, Edit, Finding, Severity};

rule! {
    /// A task of this version cannot sign in with a federated service connection.
    ///
    /// It asks the connection for a secret, which there is none of. Almost all tasks of Azure Pipelines have learned to
    /// use workload identity federation; of some only a later version has, and a few never did.
    ///
    /// ## Wrong
    ///
    /// `azure-pipelines.yml`
    ///
    /// ```yaml
    /// trigger: [main]
    /// steps:
    ///   - task: AzureFileCopy@4
    ///     inputs:
    ///       azureSubscription: deploy-prod
    ///       SourcePath: $(Build.ArtifactStagingDirectory)
    ///       Destination: AzureBlob
    /// ```
    ///
    /// `connections.json`
    ///
    /// ```json
    /// [{"id": "a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22", "name": "deploy-prod", "type": "azurerm",
    ///   "authorization": {"scheme": "WorkloadIdentityFederation", "parameters": {
    ///     "tenantid": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66", "serviceprincipalid": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55"}}}]
    /// ```
    ///
    /// ## Right
    ///
    /// `azure-pipelines.yml`
    ///
    /// ```yaml
    /// trigger: [main]
    /// steps:
    ///   - task: AzureFileCopy@6
    ///     inputs:
    ///       azureSubscription: deploy-prod
    ///       SourcePath: $(Build.ArtifactStagingDirectory)
    ///       Destination: AzureBlob
    /// ```
    ///
    /// `connections.json`
    ///
    /// ```json
    /// [{"id": "a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22", "name": "deploy-prod", "type": "azurerm",
    ///   "authorization": {"scheme": "WorkloadIdentityFederation", "parameters": {
    ///     "tenantid": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66", "serviceprincipalid": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55"}}}]
    /// ```
    FL320 "task-without-federation"
    title: "the task's version does not support workload identity federation",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity",
    help: "use a version of the task that supports workload identity federation",
    check: check,
}

/// A task of which some versions do not support workload identity federation.
struct Unsupported {
    task: &'static str,
    /// The versions that do not.
    majors: &'static [u32],
    /// The first version that does.
    instead: Option<&'static str>,
}

/// The rows of the documentation's table that do not say yes, as of March 2025.
const UNSUPPORTED: &[Unsupported] = &[
    Unsupported {
        task: "AzureCloudPowerShellDeployment",
        majors: &[1],
        instead: Some("AzureCloudPowerShellDeployment@2"),
    },
    Unsupported { task: "AzureFileCopy", majors: &[1, 2, 3, 4, 5], instead: Some("AzureFileCopy@6") },
    Unsupported { task: "AzureFunctionOnKubernetes", majors: &[0], instead: Some("AzureFunctionOnKubernetes@1") },
    Unsupported { task: "AzureMonitor", majors: &[0], instead: Some("AzureMonitor@1") },
    Unsupported { task: "AzureNLBManagement", majors: &[1], instead: None },
    Unsupported { task: "Kubernetes", majors: &[0], instead: Some("Kubernetes@1") },
    Unsupported { task: "KubernetesManifest", majors: &[0], instead: Some("KubernetesManifest@1") },
    Unsupported { task: "PackerBuild", majors: &[0], instead: Some("PackerBuild@1") },
    Unsupported { task: "PublishToAzureServiceBus", majors: &[1], instead: Some("PublishToAzureServiceBus@2") },
    Unsupported { task: "ServiceFabricComposeDeploy", majors: &[0], instead: None },
    Unsupported { task: "ServiceFabricDeploy", majors: &[1], instead: None },
];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for job in model.stages.iter().flat_map(|stage| &stage.jobs) {
        for step in &job.steps {
            let Some((task, row)) = unsupported(step) else { continue };
            let names = step.named_connections().filter_map(Node::text).map(|text| job.at_run_time(text));
            let judged = names.filter_map(|name| judge(model, task, row, name.known()?));
            out.extend(judged.max_by_key(|finding| finding.severity));
        }
    }
}

fn unsupported(step: &Step) -> Option<(Task<'_>, &'static Unsupported)> {
    let task = step.task()?;
    let is = |row: &&Unsupported| row.task.eq_ignore_ascii_case(task.name) && row.majors.contains(&task.major.unwrap_or(u32::MAX));
    Some((task, UNSUPPORTED.iter().find(is)?))
}

fn judge(model: &Model<'_>, task: Task<'_>, row: &Unsupported, name: &str) -> Option<Finding> {
    let (severity, confidence, place, label) = match federation(model, name) {
        Federation::Known(place) => (Severity::Error, Confidence::High, place, "the connection is federated"),
        Federation::Possible(place) => {
            (Severity::Warning, Confidence::Low, place, "a connection that is federated; it may be this one")
        }
        Federation::Unknown => return None,
    };
    let message = format!("{} cannot sign in with the federated service connection `{name}`", task.title());
    let finding = Finding::new(&RULE, message, task.place, "this version asks the connection for a secret")
        .severity(severity)
        .confidence(confidence)
        .and(place, label);
    Some(match row.instead {
        Some(instead) => replaced(model, finding.help(format!("use {instead}")), task.place, instead),
        None => finding.help("no version of the task supports it: sign in with AzureCLI@2 and do its work there"),
    })
}

/// Offers the later version, where the task is written out.
fn replaced(model: &Model<'_>, finding: Finding, place: Place, instead: &str) -> Finding {
    let plain = model.sources.text(place).starts_with(|c: char| c.is_ascii_alphabetic());
    if !plain {
        return finding;
    }
    finding
        .note("the inputs of the later version may differ")
        .suggest(format!("use {instead}"), [Edit::replace(place, instead)])
}
