//! FL405.

use fedlens_evidence::DefinitionKind;

use crate::Finding;
use crate::definitions::{Service, is_entra_user, towards};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A connection of a data platform signs in to Entra as a user.
    ///
    /// A refresh or pipeline that runs unattended then depends on a person: the grant ends when the password changes,
    /// when nobody signs in for 90 days, or when a policy asks for another factor (AADSTS50173, AADSTS700082,
    /// AADSTS50076). Whatever token it gets is a delegated one, which Entra refuses as the assertion of a federated
    /// identity credential (AADSTS700229). A managed identity, a workspace identity or a service principal has none
    /// of these troubles.
    ///
    /// ## Wrong
    ///
    /// `connections.json`
    ///
    /// ```json
    /// {
    ///   "value": [
    ///     {
    ///       "id": "5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01",
    ///       "displayName": "orders",
    ///       "connectivityType": "ShareableCloud",
    ///       "connectionDetails": {"type": "SQL", "path": "orders.database.windows.net;orders"},
    ///       "credentialDetails": {"credentialType": "OAuth2", "singleSignOnType": "None"}
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `connections.json`
    ///
    /// ```json
    /// {
    ///   "value": [
    ///     {
    ///       "id": "5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01",
    ///       "displayName": "orders",
    ///       "connectivityType": "ShareableCloud",
    ///       "connectionDetails": {"type": "SQL", "path": "orders.database.windows.net;orders"},
    ///       "credentialDetails": {"credentialType": "WorkspaceIdentity", "singleSignOnType": "None"}
    ///     }
    ///   ]
    /// }
    /// ```
    FL405 "user-credential"
    title: "an unattended connection signs in as a user",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/fabric/data-factory/connector-overview",
    help: "let it sign in as a managed identity, a workspace identity or a service principal",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let services = model.facts.iter().flat_map(|facts| &facts.definitions.services);
    out.extend(services.filter(|service| is_entra_user(service)).map(|service| finding(model, service)));
}

fn finding(model: &Model<'_>, service: &Service) -> Finding {
    let message = format!("{} signs in as a user", service.title());
    let finding = Finding::new(&RULE, message, service.decided_at(), service.definition.said_by.clone());
    let is_json = model.sources.path(service.node.place).to_ascii_lowercase().ends_with("json");
    match service.definition.corrected.as_ref().filter(|_| is_json) {
        Some(corrected) => {
            let identity = match service.definition.definition {
                DefinitionKind::FabricConnection => "the workspace identity",
                _ => "the factory's managed identity",
            };
            finding
                .note(format!("{identity} needs a role at the target before it can replace the user"))
                .suggest(format!("sign in as {identity}"), towards(model.sources, &service.node, corrected))
        }
        None => finding,
    }
}
