use crate::Finding;
use crate::code::{self, Source};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The managed identity's token that becomes the assertion is for another resource.
    ///
    /// A token has one audience. That of an assertion has to be the token exchange: `api://AzureADTokenExchange`, or
    /// the one of the same kind in other clouds. A token for Azure Resource Manager or for Graph names another
    /// audience, which no credential trusts; and it is a v1 token whose issuer no credential names.
    ///
    /// ## Wrong
    ///
    /// `orders.py`
    /// ```python
    /// from azure.identity import ClientAssertionCredential, ManagedIdentityCredential
    ///
    /// identity = ManagedIdentityCredential(client_id=IDENTITY_ID)
    /// orders = ClientAssertionCredential(
    ///     TENANT, ORDERS_ID, lambda: identity.get_token("https://management.azure.com/.default").token
    /// )
    /// ```
    ///
    /// ## Right
    ///
    /// `orders.py`
    /// ```python
    /// from azure.identity import ClientAssertionCredential, ManagedIdentityCredential
    ///
    /// identity = ManagedIdentityCredential(client_id=IDENTITY_ID)
    /// orders = ClientAssertionCredential(
    ///     TENANT, ORDERS_ID, lambda: identity.get_token("api://AzureADTokenExchange/.default").token
    /// )
    /// ```
    FL409 "managed-identity-wrong-audience"
    title: "the managed identity's token is for another resource",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700212"),
    basis: Seen,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    help: "ask the managed identity for `api://AzureADTokenExchange/.default`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for handover in code::handovers(model).filter(|handover| handover.source == Source::ManagedIdentity) {
        let Some(audience) = handover.audience.as_deref().filter(|_| handover.is_for_exchange() == Some(false)) else {
            continue;
        };
        if !audience.contains([':', '/']) {
            continue;
        }
        let message = format!("the managed identity's token is for `{audience}` and is used as client assertion");
        out.push(
            handover
                .finding(&RULE, message, "the token is acquired here")
                .differs(audience.trim_end_matches("/.default"), "api://AzureADTokenExchange"),
        );
    }
}
