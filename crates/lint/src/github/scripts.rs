//! Commands in steps that sign in with a token of GitHub.

use super::expression::Value;
use super::login::Input;
use super::scope::Scope;
use crate::commands::{self, Command, Kind, Method, OidcProvider, OidcRequest, Script, Tool};
use crate::facts::Facts;
use crate::source::{Node, Place, Text};

/// The commands of a step's script, where it has any that matter.
pub(crate) fn of_step<'a>(facts: &'a [Facts], step: &Node) -> Option<&'a Script> {
    let run = step.get("run")?.place;
    let scripts = &facts.get(run.file.0 as usize)?.commands.scripts;
    let within = |command: &Command| command.place.start >= run.start && command.place.end <= run.end;
    scripts.iter().find(|script| script.commands.first().is_some_and(within))
}

/// The sign-ins of a step's script, with what they are given.
pub(crate) fn logins(facts: &[Facts], step: &Node, scope: &Scope<'_>) -> Vec<(Place, Vec<Input>)> {
    let Some(script) = of_step(facts, step) else { return Vec::new() };
    script.commands.iter().filter_map(|command| login(script, command, scope)).collect()
}

fn login(script: &Script, command: &Command, scope: &Scope<'_>) -> Option<(Place, Vec<Input>)> {
    let (client, tenant, audience) = match &command.kind {
        Kind::SignIn(sign_in) if sign_in.method == Method::Federated => {
            let own = sign_in.tool == Tool::AzureDeveloperCli && sign_in.assertion.is_none();
            let audience = match sign_in.assertion.as_ref().and_then(|assertion| requested(script, assertion)) {
                Some(request) => audience(request),
                None if own => None,
                None => return None,
            };
            (sign_in.client_id.clone(), sign_in.tenant.clone(), audience)
        }
        Kind::TokenRequest(request) => {
            let oidc = requested(script, request.field("client_assertion")?)?;
            let client = request.field("client_id").map(|value| value.text.clone());
            (client, request.tenant.clone(), audience(oidc))
        }
        _ => return None,
    };
    let named = [("client-id", client), ("tenant-id", tenant), ("audience", audience)];
    let input = |(name, value): (&str, Option<Text>)| {
        let value = scope.variables(&value?);
        Some(Input { name: name.to_owned(), name_place: command.place, value })
    };
    Some((command.place, named.into_iter().filter_map(input).collect()))
}

/// The request to GitHub that an assertion came from.
fn requested<'a>(script: &'a Script, assertion: &commands::Value) -> Option<&'a OidcRequest> {
    match &script.commands.get(assertion.from?)?.kind {
        Kind::OidcRequest(request) if request.provider == OidcProvider::GitHub => Some(request),
        _ => None,
    }
}

/// Without one, GitHub names the owner of the repository.
fn audience(request: &OidcRequest) -> Option<Text> {
    let place = request.url.place;
    let default = || {
        Text::literal("https://github.com/", place).then(&Text::unknown(
            "github.repository_owner",
            crate::source::Why::Repository,
            place,
        ))
    };
    Some(request.audience.clone().unwrap_or_else(default))
}

impl Scope<'_> {
    /// A text of a script, with the variables and expressions that the workflow gives a value.
    fn variables(&self, text: &Text) -> Text {
        let pieces = text.pieces().into_iter().flat_map(|piece| match piece {
            crate::source::Piece::Unknown(unknown) => {
                let known = self.env.get(&unknown.symbol.to_ascii_lowercase()).cloned();
                known.unwrap_or_else(|| Value::from(unknown)).text(text.place).pieces()
            }
            literal @ crate::source::Piece::Literal(_) => vec![literal],
        });
        self.text(&Text::of(pieces, text.place))
    }
}
