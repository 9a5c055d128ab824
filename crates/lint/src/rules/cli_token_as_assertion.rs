use crate::code::{self, Source, advice};
use crate::commands::{AccessToken, Command, Kind, Method, Script, Value};
use crate::model::Model;
use crate::rule::rule;
use crate::{Confidence, Finding};

rule! {
    /// A token of whoever signed in to the Azure command line is handed over as a client assertion.
    ///
    /// `az account get-access-token` and `Get-AzAccessToken` give a token of the account that is signed in: on a
    /// developer's machine, a user's, which Entra refuses as an assertion. In a pipeline it is that of an application,
    /// which is refused just as well. Only where a managed identity is signed in, and the token is for
    /// `api://AzureADTokenExchange`, can it be one.
    ///
    /// ## Wrong
    ///
    /// `deploy.sh`
    /// ```bash
    /// az login --use-device-code
    /// TOKEN=$(az account get-access-token --resource api://AzureADTokenExchange --query accessToken -o tsv)
    /// az login --service-principal -u "$APP_ID" --tenant "$TENANT_ID" --federated-token "$TOKEN"
    /// ```
    ///
    /// ## Right
    ///
    /// `deploy.sh`
    /// ```bash
    /// az login --identity --client-id "$IDENTITY_ID" --allow-no-subscriptions
    /// TOKEN=$(az account get-access-token --resource api://AzureADTokenExchange --query accessToken -o tsv)
    /// az login --service-principal -u "$APP_ID" --tenant "$TENANT_ID" --federated-token "$TOKEN"
    /// ```
    FL403 "cli-token-as-assertion"
    title: "a token of the Azure command line is used as client assertion",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700229"),
    basis: Inferred,
    source: "https://learn.microsoft.com/cli/azure/account#az-account-get-access-token",
    help: "acquire the assertion with a managed identity, for `api://AzureADTokenExchange`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for handover in code::handovers(model).filter(|handover| handover.source == Source::DeveloperTool) {
        let message = format!("the token of whoever signed in, from `{}`, is used as client assertion", handover.call);
        let finding = handover.finding(&RULE, message, "whoever signed in to the tool");
        out.push(finding.confidence(Confidence::Medium).help(advice::managed_identity(handover.language)));
    }
    for script in model.facts.iter().flat_map(|facts| &facts.commands.scripts) {
        for command in &script.commands {
            out.extend(command.assertion().and_then(|value| in_script(script, command, value)));
        }
    }
}

fn in_script(script: &Script, user: &Command, value: &Value) -> Option<Finding> {
    let at = value.from?;
    let made = script.commands.get(at)?;
    let Kind::AccessToken(token) = &made.kind else { return None };
    let before = script.commands.get(..at)?;
    let signed_in = before.iter().rev().find_map(|command| match &command.kind {
        Kind::SignIn(sign_in) if sign_in.tool == token.tool => Some((command, sign_in.method)),
        _ => None,
    });
    let (predicted, who, confidence) = judged(script, token, signed_in.map(|(_, method)| method))?;
    let message = format!("the access token of {who} is used as client assertion");
    let finding = Finding::new(&RULE, message, made.place, "this gives the token of whoever is signed in")
        .and(user.place, "it is handed over as the assertion here")
        .predicts(predicted)
        .confidence(confidence);
    Some(match signed_in {
        Some((command, _)) => finding.and(command.place, "this is the sign-in"),
        None => finding,
    })
}

/// What Entra answers, whose token it is, and how sure that is.
fn judged(
    script: &Script,
    token: &AccessToken,
    method: Option<Method>,
) -> Option<(&'static str, &'static str, Confidence)> {
    let asked = token.resource.as_ref().map(|resource| resource.known().map(str::to_ascii_lowercase));
    let for_exchange = match &asked {
        Some(Some(resource)) => Some(resource.contains("azureadtokenexchange")),
        Some(None) => None,
        None => Some(false),
    };
    match method {
        Some(method) if method.is_user() => {
            Some(("AADSTS700229", "a user who signed in to the command line", Confidence::High))
        }
        Some(Method::Secret | Method::Certificate) => {
            Some(("AADSTS700226", "an app registration that signed in to the command line", Confidence::High))
        }
        Some(Method::Federated) => {
            Some(("AADSTS700231", "an application that signed in with a federated credential", Confidence::High))
        }
        Some(Method::ManagedIdentity) if for_exchange == Some(false) => {
            Some(("AADSTS700212", "a managed identity, for another resource,", Confidence::High))
        }
        Some(Method::ManagedIdentity | Method::Unclear) => None,
        // In a step, the sign-in may be a managed identity's in another step.
        _ if script.in_step && for_exchange != Some(false) => None,
        _ if script.in_step => Some(("AADSTS700226", "whoever signed in before", Confidence::Medium)),
        _ => Some(("AADSTS700229", "whoever signed in to the command line", Confidence::Medium)),
    }
}
