//! FL322.

use crate::Finding;
use crate::azure_devops::Step;
use crate::commands::{Command, Kind, OidcProvider};
use crate::model::Model;
use crate::rule::rule;
use crate::source::Place;

rule! {
    /// The OIDC token of Azure Pipelines is asked for with GET.
    ///
    /// `System.OidcRequestUri` takes POST alone and answers a GET with 405, "The requested resource does not support
    /// http method 'GET'". GitHub's endpoint takes GET, so that a script, or the GitHub mode of a provider, does not
    /// work here unchanged.
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
    ///         curl -s -H "Authorization: Bearer $SYSTEM_ACCESSTOKEN" \
    ///           "$SYSTEM_OIDCREQUESTURI?api-version=7.1&serviceConnectionId=$AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
    ///     env:
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
    ///       inlineScript: |
    ///         curl -s -X POST -H "Authorization: Bearer $SYSTEM_ACCESSTOKEN" -H "Content-Length: 0" \
    ///           "$SYSTEM_OIDCREQUESTURI?api-version=7.1&serviceConnectionId=$AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
    ///     env:
    ///       SYSTEM_ACCESSTOKEN: $(System.AccessToken)
    /// ```
    FL322 "oidc-request-get"
    title: "the OIDC token of Azure Pipelines is asked for with GET",
    severity: Error,
    confidence: High,
    code: None,
    basis: Seen,
    source: "https://github.com/Azure/terraform-provider-azapi/issues/852",
    help: "send the request as a POST with an empty body",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for step in model.stages.iter().flat_map(|stage| &stage.jobs).flat_map(|job| &job.steps) {
        let commands = step.commands(model.sources);
        let gets = commands.iter().filter(|command| is_get(model, command));
        out.extend(gets.map(|command| {
            let message = "the OIDC token is asked for with GET, which Azure DevOps answers with 405";
            Finding::new(&RULE, message, command.place, "sent as GET")
        }));
        out.extend(github_mode(step).map(|place| {
            let message = "the program is told to ask Azure DevOps for a token as it would ask GitHub: with GET";
            Finding::new(&RULE, message, place, "this address takes POST alone")
                .confidence(crate::Confidence::Medium)
                .help("give it the id of the service connection: ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID")
        }));
    }
}

/// Whether a command sends GET; a method that is not known may be POST.
fn is_get(model: &Model<'_>, command: &Command) -> bool {
    let Kind::OidcRequest(request) = &command.kind else { return false };
    let written = model.sources.text(command.place);
    let says_get = written.split_whitespace().any(|word| word.to_ascii_lowercase().contains("get"));
    let open = written.split_whitespace().any(names_method) && !says_get;
    request.provider == OidcProvider::AzurePipelines && request.method == "GET" && !open
}

/// Whether a word gives the method: an option for it, or a table of parameters made elsewhere.
fn names_method(word: &str) -> bool {
    let splatted = word.strip_prefix('@').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let option = word.starts_with("-X") || word.starts_with("--request") || word.to_ascii_lowercase().starts_with("-me");
    splatted || option
}

/// Where the address of the request is handed to a provider that is not told of a service connection.
fn github_mode(step: &Step) -> Option<Place> {
    let named = |name: &str| step.environment().iter().find(|entry| entry.key.eq_ignore_ascii_case(name));
    let address = named("ARM_OIDC_REQUEST_URL").or_else(|| named("ACTIONS_ID_TOKEN_REQUEST_URL"))?;
    let to_azure_devops = address.value.known()?.to_ascii_lowercase().contains("system.oidcrequesturi");
    let connection = step.environment().iter().any(|entry| entry.key.to_ascii_uppercase().ends_with("SERVICE_CONNECTION_ID"));
    (to_azure_devops && !connection && named("ARM_OIDC_TOKEN").is_none()).then_some(address.value.place)
}
