//! FL324.

use fedlens_issuers::{Subject, parse_subject};

use crate::Finding;
use crate::commands::{Command, Kind, OidcProvider};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Place, Text};

rule! {
    /// The OIDC request names no service connection, and what is trusted is one.
    ///
    /// Without `serviceConnectionId`, Azure DevOps issues a token of the pipeline, whose subject begins with `p://`.
    /// A credential for `sc://organisation/project/connection` does not match it.
    ///
    /// ## Wrong
    ///
    /// `azure-pipelines.yml`
    ///
    /// ```yaml
    /// trigger: [main]
    /// steps:
    ///   - bash: |
    ///       curl -s -X POST -H "Authorization: Bearer $SYSTEM_ACCESSTOKEN" -H "Content-Length: 0" \
    ///         "$SYSTEM_OIDCREQUESTURI?api-version=7.1"
    ///     env:
    ///       SYSTEM_ACCESSTOKEN: $(System.AccessToken)
    /// ```
    ///
    /// `credential.sh`
    ///
    /// ```sh
    /// az identity federated-credential create --name deploy --identity-name id-deploy --resource-group shop \
    ///   --issuer https://login.microsoftonline.com/0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66/v2.0 \
    ///   --subject /eid1/c/pub/t/UhoOD9zoekuaTh0sO0pfZg/a/rISbSSETf0KqFyZ8ppdXmA/sc/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01/a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22 \
    ///   --audiences api://AzureADTokenExchange
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
    ///           "$SYSTEM_OIDCREQUESTURI?api-version=7.1&serviceConnectionId=a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22"
    ///     env:
    ///       SYSTEM_ACCESSTOKEN: $(System.AccessToken)
    /// ```
    FL324 "oidc-without-connection-id"
    title: "the OIDC request names no service connection",
    severity: Error,
    confidence: Medium,
    code: Some("AADSTS700213"),
    basis: Seen,
    source: "https://github.com/microsoft/terraform-provider-azuredevops/issues/1443",
    help: "add `&serviceConnectionId=` with the id of the service connection to the address",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let Some(trusted) = trusted(model) else { return };
    for step in model.stages.iter().flat_map(|stage| &stage.jobs).flat_map(|job| &job.steps) {
        let commands = step.commands(model.sources);
        out.extend(commands.iter().filter(|command| is_of_pipeline(command)).map(|command| {
            let message = "the token is of the pipeline, and what is trusted is a service connection";
            Finding::new(&RULE, message, command.place, "the subject begins with `p://`")
                .and(trusted, "the subject of a service connection")
        }));
    }
}

/// A credential for a service connection, where none is for a pipeline.
fn trusted(model: &Model<'_>) -> Option<Place> {
    let mut connection = None;
    for subject in model.credentials.iter().filter_map(|credential| credential.subject.as_ref()) {
        match subject.known().map(|known| parse_subject(None, known)) {
            Some(Subject::Pipeline { .. }) => return None,
            Some(Subject::Eid1(eid1)) if eid1.pipeline().is_some() => return None,
            Some(Subject::Eid1(eid1)) if eid1.service_connection().is_some() => connection = Some(subject.place),
            Some(Subject::ServiceConnection { .. }) => connection = Some(subject.place),
            None if subject.to_string().starts_with("sc://") => connection = Some(subject.place),
            _ => {}
        }
    }
    connection
}

/// Whether a command asks for a token without naming a connection; an address of unknown parts may name one.
fn is_of_pipeline(command: &Command) -> bool {
    let Kind::OidcRequest(request) = &command.kind else { return false };
    request.provider == OidcProvider::AzurePipelines && request.service_connection.is_none() && is_plain(&request.url)
}

fn is_plain(url: &Text) -> bool {
    url.unknowns().all(|unknown| unknown.symbol.to_ascii_lowercase().contains("oidcrequesturi"))
}
