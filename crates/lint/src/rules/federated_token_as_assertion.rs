use crate::Finding;
use crate::code::{self, Source, advice};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A token that came from a federated credential is handed over as the assertion for another one.
    ///
    /// Entra does not allow such chains: a token that was itself acquired with a federated credential, as by workload
    /// identity on Kubernetes, is no assertion. The workload's own token, of Kubernetes or of the pipeline, can be
    /// trusted by the second application directly.
    ///
    /// ## Wrong
    ///
    /// `orders.py`
    /// ```python
    /// from azure.identity import ClientAssertionCredential, WorkloadIdentityCredential
    ///
    /// pod = WorkloadIdentityCredential()
    /// orders = ClientAssertionCredential(
    ///     TENANT, ORDERS_ID, lambda: pod.get_token("api://AzureADTokenExchange/.default").token
    /// )
    /// ```
    ///
    /// ## Right
    ///
    /// `orders.py`
    /// ```python
    /// import os
    /// from azure.identity import ClientAssertionCredential
    ///
    /// def pod_token():
    ///     with open(os.environ["AZURE_FEDERATED_TOKEN_FILE"]) as file:
    ///         return file.read()
    ///
    /// orders = ClientAssertionCredential(TENANT, ORDERS_ID, pod_token)
    /// ```
    FL204 "federated-token-as-assertion"
    title: "a token from a federated credential is used as client assertion",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700231"),
    basis: Seen,
    source: "https://github.com/Azure/azure-workload-identity/issues/1363",
    help: "let the second application trust the workload's own token",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for handover in code::handovers(model).filter(|handover| handover.source == Source::Federated) {
        let message =
            format!("the token of `{}` came from a federated credential and is used as client assertion", handover.call);
        let help = format!(
            "hand over the workload's own token, which the second application then has to trust; or {}",
            advice::managed_identity(handover.language)
        );
        out.push(handover.finding(&RULE, message, "a federated credential is used here").help(help));
    }
}
