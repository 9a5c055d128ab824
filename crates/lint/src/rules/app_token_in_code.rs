use crate::Finding;
use crate::code::{self, Source, advice};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A token of an app registration is handed over as a client assertion.
    ///
    /// It is app-only, as the error texts ask for, and refused all the same: of the tokens that Entra issues itself,
    /// only those of managed identities (and of a few services of Microsoft) can be assertions. An application with a
    /// secret or a certificate does not need the detour: it can ask for the target's token directly, or the target can
    /// trust a managed identity.
    ///
    /// ## Wrong
    ///
    /// `orders.py`
    /// ```python
    /// from azure.identity import ClientAssertionCredential, ClientSecretCredential
    ///
    /// gateway = ClientSecretCredential(TENANT, GATEWAY_ID, SECRET)
    /// orders = ClientAssertionCredential(
    ///     TENANT, ORDERS_ID, lambda: gateway.get_token("api://AzureADTokenExchange/.default").token
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
    FL408 "app-token-in-code"
    title: "an app registration's token is used as client assertion",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700226"),
    basis: Seen,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity",
    help: "acquire the assertion with a managed identity, or use the app registration's own credential directly",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for handover in code::handovers(model).filter(|handover| handover.source == Source::Application) {
        let message =
            format!("the token of an app registration, from `{}`, is used as client assertion", handover.call);
        let help = advice::managed_identity(handover.language);
        out.push(handover.finding(&RULE, message, "an application signs in here").help(help));
    }
}
