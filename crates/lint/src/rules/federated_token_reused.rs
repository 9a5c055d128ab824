use crate::Finding;
use crate::commands::{Command, Kind, Script, SignIn};
use crate::model::Model;
use crate::rule::rule;
use crate::source::Agreement;

rule! {
    /// One federated token is asked for once and signed in with again and again.
    ///
    /// GitHub's tokens, and those of Azure DevOps' own issuer, end five minutes after they were made. A script that
    /// signs in anew, because its session has ended or because it works through a list, has to ask for a new one each
    /// time: the first is refused once its time is over.
    ///
    /// ## Wrong
    ///
    /// `deploy.sh`
    /// ```bash
    /// TOKEN=$(curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
    ///   "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange" | jq -r .value)
    /// for region in westeurope northeurope; do
    ///   az login --service-principal -u "$APP_ID" --tenant "$TENANT_ID" --federated-token "$TOKEN"
    ///   ./deploy "$region"
    /// done
    /// ```
    ///
    /// ## Right
    ///
    /// `deploy.sh`
    /// ```bash
    /// for region in westeurope northeurope; do
    ///   TOKEN=$(curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
    ///     "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange" | jq -r .value)
    ///   az login --service-principal -u "$APP_ID" --tenant "$TENANT_ID" --federated-token "$TOKEN"
    ///   ./deploy "$region"
    /// done
    /// ```
    FL308 "federated-token-reused"
    title: "one federated token is used for several sign-ins",
    severity: Warning,
    confidence: Medium,
    code: Some("AADSTS700024"),
    basis: Seen,
    source: "https://github.com/Azure/azure-cli/issues/28708",
    help: "ask for a new token right before each sign-in",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for script in model.facts.iter().flat_map(|facts| &facts.commands.scripts) {
        let mut before: Vec<(usize, &SignIn)> = Vec::new();
        for command in &script.commands {
            let Some((at, made, sign_in)) = federated(script, command) else { continue };
            let in_loop = command.repeated && !made.repeated;
            let again = before.iter().any(|(other, signed_in)| *other == at && is_same(signed_in, sign_in));
            if in_loop || again {
                out.push(found(made, command, in_loop));
            }
            before.push((at, sign_in));
        }
    }
}

fn found(made: &Command, command: &Command, in_loop: bool) -> Finding {
    let (message, label) = if in_loop {
        ("a federated token is asked for once and signed in with in a loop", "this is in a loop")
    } else {
        ("a federated token is asked for once and signed in with again", "this signs in again")
    };
    Finding::new(&RULE, message, command.place, label)
        .and(made.place, "the token is asked for here, once")
        .note("the token ends five minutes after it was made")
}

/// A sign-in with a token that the platform gave, and where that was asked for.
fn federated<'s>(script: &'s Script, command: &'s Command) -> Option<(usize, &'s Command, &'s SignIn)> {
    let Kind::SignIn(sign_in) = &command.kind else { return None };
    let at = sign_in.assertion.as_ref()?.from?;
    let made = script.commands.get(at)?;
    matches!(made.kind, Kind::OidcRequest(_)).then_some((at, made, sign_in))
}

/// Whether two sign-ins are of one tool and one identity: the second is there because the first has ended.
fn is_same(a: &SignIn, b: &SignIn) -> bool {
    let ids = a.client_id.as_ref().zip(b.client_id.as_ref());
    a.tool == b.tool && ids.is_some_and(|(a, b)| a.agrees(b) == Agreement::Equal)
}
