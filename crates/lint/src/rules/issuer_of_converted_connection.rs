//! FL115.

use crate::azure_devops::{Outdated, outdated};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Place, Sources, Text};
use crate::{Edit, Finding};

rule! {
    /// The credential trusts the issuer that its service connection does not use.
    ///
    /// A connection has one issuer at a time: that of Azure DevOps before its conversion, that of Entra after it. The
    /// export of the connection says which; the credential has to say the same, issuer and subject both.
    ///
    /// ## Wrong
    ///
    /// `connections.json`
    ///
    /// ```json
    /// [{"id": "a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22", "name": "deploy-prod", "type": "azurerm",
    ///   "authorization": {"scheme": "WorkloadIdentityFederation", "parameters": {
    ///     "tenantid": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66", "serviceprincipalid": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55",
    ///     "workloadIdentityFederationIssuer": "https://login.microsoftonline.com/0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66/v2.0",
    ///     "workloadIdentityFederationSubject": "/eid1/c/pub/t/UhoOD9zoekuaTh0sO0pfZg/a/rISbSSETf0KqFyZ8ppdXmA/sc/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01/a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22"}}}]
    /// ```
    ///
    /// `credential.sh`
    ///
    /// ```sh
    /// az identity federated-credential create --name deploy --identity-name id-deploy --resource-group shop \
    ///   --issuer https://vstoken.dev.azure.com/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01 \
    ///   --subject sc://contoso/shop/deploy-prod \
    ///   --audiences api://AzureADTokenExchange
    /// ```
    ///
    /// ## Right
    ///
    /// `connections.json`
    ///
    /// ```json
    /// [{"id": "a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22", "name": "deploy-prod", "type": "azurerm",
    ///   "authorization": {"scheme": "WorkloadIdentityFederation", "parameters": {
    ///     "tenantid": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66", "serviceprincipalid": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55",
    ///     "workloadIdentityFederationIssuer": "https://login.microsoftonline.com/0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66/v2.0",
    ///     "workloadIdentityFederationSubject": "/eid1/c/pub/t/UhoOD9zoekuaTh0sO0pfZg/a/rISbSSETf0KqFyZ8ppdXmA/sc/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01/a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22"}}}]
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
    FL115 "issuer-of-converted-connection"
    title: "the credential trusts the issuer that its service connection does not use",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700211"),
    basis: Documented,
    source: "https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity",
    help: "let the credential have the issuer and the subject that the connection shows",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    out.extend(outdated(model).iter().filter_map(|found| finding(model, found)));
}

fn finding(model: &Model<'_>, found: &Outdated<'_>) -> Option<Finding> {
    let credential = model.credentials.get(found.credential)?;
    let name = &found.connection.name;
    let message = format!("`{}` trusts an issuer that the service connection `{name}` does not use", credential.label);
    let finding = Finding::new(&RULE, message, credential.issuer.place, "the other issuer")
        .and(found.issuer.place, "the issuer of the connection")
        .differs(found.issuer.to_string(), credential.issuer.to_string());
    let subject = credential.subject.as_ref()?;
    let edits = [(&credential.issuer, found.issuer), (subject, found.subject)].map(|(old, new)| edit(model.sources, old, new));
    Some(match edits {
        [Some(issuer), Some(subject)] => finding.suggest("trust the connection as it is now", [issuer, subject]),
        _ => finding,
    })
}

/// Writes one text in the place of another, where that one is written out.
fn edit(sources: &Sources, old: &Text, new: &Text) -> Option<Edit> {
    let (old_text, new) = (old.known()?, new.known()?);
    let written = sources.text(old.place);
    let at = written.find(old_text)?;
    let start = old.place.start as usize + at;
    Some(Edit::replace(Place::new(old.place.file, start..start + old_text.len()), new))
}
