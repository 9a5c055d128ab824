use crate::Finding;
use crate::code::{self, Source};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The federated token's file is read once, and what was read is handed over for as long as the program runs.
    ///
    /// Kubernetes renews the file before the token in it ends, after an hour by default. A program that has read it
    /// at its start keeps handing over the first one, and an hour later every sign-in fails. The callback that gives
    /// the assertion has to read the file each time.
    ///
    /// ## Wrong
    ///
    /// `worker.py`
    /// ```python
    /// import os
    /// from azure.identity import ClientAssertionCredential
    ///
    /// token = open(os.environ["AZURE_FEDERATED_TOKEN_FILE"]).read()
    /// credential = ClientAssertionCredential(TENANT, CLIENT_ID, lambda: token)
    /// ```
    ///
    /// ## Right
    ///
    /// `worker.py`
    /// ```python
    /// import os
    /// from azure.identity import ClientAssertionCredential
    ///
    /// credential = ClientAssertionCredential(
    ///     TENANT, CLIENT_ID, lambda: open(os.environ["AZURE_FEDERATED_TOKEN_FILE"]).read()
    /// )
    /// ```
    FL307 "token-file-read-once"
    title: "the federated token's file is read only once",
    severity: Warning,
    confidence: High,
    code: Some("AADSTS700024"),
    basis: Seen,
    source: "https://github.com/Azure/azure-workload-identity/blob/main/docs/book/src/troubleshooting.md",
    help: "read the file within the callback that gives the assertion, or use `WorkloadIdentityCredential`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let kept = code::handovers(model).filter(|handover| handover.source == Source::TokenFile && handover.kept);
    for handover in kept {
        let message = format!("the federated token is read once, with `{}`, and handed over every time", handover.call);
        let finding = handover.finding(&RULE, message, "the file is read here, once");
        out.push(finding.note("the token in the file is renewed; the one that was read ends, mostly after an hour"));
    }
}
