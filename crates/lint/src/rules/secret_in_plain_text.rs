//! FL406.

use crate::Finding;
use crate::definitions;
use crate::model::Model;
use crate::rule::rule;
use crate::source::Node;

rule! {
    /// A secret of a linked service, connection or pipeline is written in the repository.
    ///
    /// Whoever can read the repository can sign in with it, and it stays in the history after it is taken out.
    /// `SecureString` hides a value in the portal only. Keep it in a key vault and refer to it, or sign in without a
    /// secret: as a managed identity or by workload identity federation. A secret that was committed has to be
    /// replaced.
    ///
    /// ## Wrong
    ///
    /// `linkedService/lake.json`
    ///
    /// ```json
    /// {
    ///   "name": "lake",
    ///   "properties": {
    ///     "type": "AzureBlobFS",
    ///     "typeProperties": {
    ///       "url": "https://contosolake.dfs.core.windows.net",
    ///       "servicePrincipalId": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55",
    ///       "servicePrincipalKey": {"type": "SecureString", "value": "not-really-secret-8Q~"},
    ///       "tenant": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `linkedService/lake.json`
    ///
    /// ```json
    /// {
    ///   "name": "lake",
    ///   "properties": {
    ///     "type": "AzureBlobFS",
    ///     "typeProperties": {
    ///       "url": "https://contosolake.dfs.core.windows.net",
    ///       "servicePrincipalId": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55",
    ///       "servicePrincipalKey": {
    ///         "type": "AzureKeyVaultSecret",
    ///         "store": {"referenceName": "vault", "type": "LinkedServiceReference"},
    ///         "secretName": "lake-key"
    ///       },
    ///       "tenant": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66"
    ///     }
    ///   }
    /// }
    /// ```
    FL406 "secret-in-plain-text"
    title: "a secret is written in the repository",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/data-factory/store-credentials-in-key-vault",
    help: "replace the secret, keep the new one in a key vault and refer to it, or sign in as a managed identity",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for facts in &model.facts {
        for (title, node) in facts.definitions.titled() {
            report(&title, node, out);
        }
        for pipeline in &facts.definitions.pipelines {
            let name = pipeline.known_at(&["name"]).map(|name| format!(" `{name}`")).unwrap_or_default();
            authentications(pipeline).into_iter().for_each(|node| report(&format!("pipeline{name}"), node, out));
        }
    }
}

fn report(title: &str, node: &Node, out: &mut Vec<Finding>) {
    for secret in definitions::secrets(node) {
        let message = format!("{title} holds the secret `{}` in plain text", secret.key);
        let finding = Finding::new(&RULE, message, secret.place, "a secret, readable by everybody with the repository")
            .hides(secret.place);
        let note = "`SecureString` does not encrypt what is written in a file";
        out.push(if secret.secure_string { finding.note(note) } else { finding });
    }
}

/// How the activities of a pipeline sign in.
fn authentications(pipeline: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    pipeline.walk(&mut |node| found.extend(node.get("authentication").filter(|node| !node.entries().is_empty())));
    found
}
