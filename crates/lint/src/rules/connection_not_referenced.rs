//! FL321.

use crate::azure_devops::{Stage, Step};
use crate::commands::{Kind, OidcProvider};
use crate::Finding;
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Place, Sources};

rule! {
    /// A script asks for the token of a service connection that no task of its stage refers to.
    ///
    /// Azure DevOps gives out a connection's token only in a stage in which a task names the connection: that is how
    /// it checks approvals and permissions before the stage begins. Otherwise the request is refused with "There is no
    /// explicit reference to service connection". An AzureCLI task that names it is enough.
    ///
    /// ## Wrong
    ///
    /// `azure-pipelines.yml`
    ///
    /// ```yaml
    /// trigger: [main]
    /// steps:
    ///   - script: terraform apply -auto-approve
    ///     env:
    ///       ARM_USE_OIDC: true
    ///       ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID: a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22
    ///       SYSTEM_ACCESSTOKEN: $(System.AccessToken)
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
    ///       inlineScript: terraform apply -auto-approve
    ///     env:
    ///       ARM_USE_OIDC: true
    ///       ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID: a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22
    ///       SYSTEM_ACCESSTOKEN: $(System.AccessToken)
    /// ```
    FL321 "connection-not-referenced"
    title: "no task of the stage refers to the service connection whose token is asked for",
    severity: Error,
    confidence: Medium,
    code: None,
    basis: Seen,
    source: "https://github.com/dotnet/docker-tools/issues/2012",
    help: "let a task of the stage name the connection, such as AzureCLI@2 with `azureSubscription`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for stage in model.stages.iter().filter(|stage| stage.complete && !refers(stage)) {
        for job in &stage.jobs {
            let places = job.steps.iter().filter_map(|step| asked_for(model.sources, step));
            out.extend(places.map(|place| {
                let message = "the token of a service connection is asked for in a stage where no task names one";
                Finding::new(&RULE, message, place, "the connection is asked for here")
            }));
        }
    }
}

/// Whether a task of the stage names a service connection.
fn refers(stage: &Stage) -> bool {
    let mut steps = stage.jobs.iter().flat_map(|job| &job.steps);
    steps.any(|step| step.named_connections().next().is_some())
}

/// Where a step asks for the token of a connection: in its script, or by what it tells its programs.
fn asked_for(sources: &Sources, step: &Step) -> Option<Place> {
    let told = step.environment().iter().find(|entry| {
        let key = entry.key.to_ascii_uppercase();
        let empty = entry.value.is_null() || entry.value.known() == Some("");
        key.ends_with("SERVICE_CONNECTION_ID") && !empty
    });
    let in_script = || {
        step.commands(sources).into_iter().find_map(|command| match command.kind {
            Kind::OidcRequest(request) if request.provider == OidcProvider::AzurePipelines => {
                request.service_connection.map(|_| command.place)
            }
            _ => None,
        })
    };
    let by_library = || {
        let (_, script) = step.script()?;
        script.known().is_some_and(|text| text.contains("AzurePipelinesCredential(")).then_some(script.place)
    };
    told.map(|entry| entry.value.place).or_else(in_script).or_else(by_library)
}
