use crate::Finding;
use crate::code::{self, Source, advice};
use crate::commands::{Command, Kind, Script};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A token of a user is handed over as a client assertion.
    ///
    /// A client assertion says who the application is. Where Entra itself issued it, Entra wants it to be of a
    /// workload: a token that a person got by signing in, in a browser, with a device code, with a password or with an
    /// authorization code, is refused whatever the credential says. Subject and audience may fit and it still fails.
    ///
    /// Acquire the assertion with a managed identity, for the scope `api://AzureADTokenExchange/.default`. Where the
    /// application is to act for the user, the user's token is the `assertion` of the on-behalf-of flow, next to the
    /// application's own credential.
    ///
    /// ## Wrong
    ///
    /// `reports.py`
    /// ```python
    /// import msal
    ///
    /// signed_in = msal.PublicClientApplication(CLIENT_ID).acquire_token_interactive(scopes=["api://AzureADTokenExchange/.default"])
    /// app = msal.ConfidentialClientApplication(
    ///     APP_ID,
    ///     authority=AUTHORITY,
    ///     client_credential={"client_assertion": signed_in["access_token"]},
    /// )
    /// ```
    ///
    /// ## Right
    ///
    /// `reports.py`
    /// ```python
    /// import msal
    /// from azure.identity import ManagedIdentityCredential
    ///
    /// identity = ManagedIdentityCredential(client_id=IDENTITY_ID)
    /// app = msal.ConfidentialClientApplication(
    ///     APP_ID,
    ///     authority=AUTHORITY,
    ///     client_credential={
    ///         "client_assertion": lambda: identity.get_token("api://AzureADTokenExchange/.default").token,
    ///     },
    /// )
    /// ```
    FL401 "user-token-as-assertion"
    title: "a user's token is used as client assertion",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700229"),
    basis: Seen,
    source: "https://github.com/MicrosoftDocs/azure-docs/issues/109083",
    help: "acquire the assertion with a managed identity, for `api://AzureADTokenExchange/.default`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for handover in code::handovers(model).filter(|handover| handover.source == Source::User) {
        let message = format!("the token of a user, from `{}`, is used as client assertion", handover.call);
        let help = format!(
            "{}; to act for the user, use {} instead",
            advice::managed_identity(handover.language),
            advice::on_behalf_of(handover.language)
        );
        out.push(handover.finding(&RULE, message, "a user signs in here").help(help));
    }
    for script in model.facts.iter().flat_map(|facts| &facts.commands.scripts) {
        out.extend(script.commands.iter().filter_map(|command| in_script(script, command)));
    }
}

/// Grants by which a user signs in.
const GRANTS: &[&str] =
    &["password", "authorization_code", "device_code", "urn:ietf:params:oauth:grant-type:device_code"];

fn in_script(script: &Script, command: &Command) -> Option<Finding> {
    let made = script.commands.get(command.assertion()?.from?)?;
    let Kind::TokenRequest(request) = &made.kind else { return None };
    let url = request.url.to_string();
    let is_entra = url.contains("login.microsoftonline.") || url.ends_with("/oauth2/v2.0/token");
    let grant = request.field("grant_type")?.text.known().filter(|grant| is_entra && GRANTS.contains(grant))?;
    let message = format!("the token of a user, from the grant `{grant}`, is used as client assertion");
    let finding = Finding::new(&RULE, message, made.place, "a user signs in here");
    Some(finding.and(command.place, "it is handed over as the assertion here"))
}
