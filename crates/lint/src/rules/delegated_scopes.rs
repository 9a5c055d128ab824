use crate::code::{Scope, Source};
use crate::commands::{Kind, TokenRequest};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Place, Text};
use crate::{Edit, Finding, Severity};

rule! {
    /// An application asks for single scopes where it can only ask for `/.default`.
    ///
    /// Scopes such as `User.Read` are what a user can allow an application. An application that signs in as itself has
    /// no user: it asks for everything that it was granted on a resource, which is written `<resource>/.default`.
    /// Whatever else is asked for is refused before any credential is looked at.
    ///
    /// ## Wrong
    ///
    /// `mail.py`
    /// ```python
    /// import msal
    ///
    /// app = msal.ConfidentialClientApplication(CLIENT_ID, authority=AUTHORITY, client_credential=SECRET)
    /// result = app.acquire_token_for_client(scopes=["https://graph.microsoft.com/User.Read"])
    /// ```
    ///
    /// ## Right
    ///
    /// `mail.py`
    /// ```python
    /// import msal
    ///
    /// app = msal.ConfidentialClientApplication(CLIENT_ID, authority=AUTHORITY, client_credential=SECRET)
    /// result = app.acquire_token_for_client(scopes=["https://graph.microsoft.com/.default"])
    /// ```
    FL404 "delegated-scopes"
    title: "an application asks for a scope that is not `/.default`",
    severity: Error,
    confidence: High,
    code: Some("AADSTS1002012"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
    help: "ask for `<resource>/.default`",
    check: check,
}

const DEFAULT: &str = "/.default";

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for facts in &model.facts {
        out.extend(facts.code.scopes.iter().filter_map(in_code));
        for command in facts.commands.scripts.iter().flat_map(|script| &script.commands) {
            match &command.kind {
                Kind::TokenRequest(request) => out.extend(in_request(request)),
                Kind::ManagedIdentity { resource: Some(resource) } => out.extend(as_resource(resource)),
                _ => {}
            }
        }
    }
}

fn in_code(asked: &Scope) -> Option<Finding> {
    let ends_well = asked.scope.ends_with(DEFAULT);
    let finding = match asked.source {
        Source::Application | Source::Federated if !ends_well && !asked.scope.is_empty() && !asked.as_resource => {
            wrong(&asked.scope, asked.place)
        }
        Source::ManagedIdentity if asked.is_exchange() && !ends_well && !asked.as_resource => {
            let message = format!("the managed identity is asked for `{}`, which is no scope", asked.scope);
            let edit = Edit::after(inside(asked), DEFAULT);
            Finding::new(&RULE, message, asked.place, "`/.default` is missing")
                .severity(Severity::Warning)
                .note("a managed identity's own endpoint takes it as it is; any other credential does not")
                .suggest("ask for `/.default`", [edit])
        }
        _ => return None,
    };
    let label = format!("`{}` signs in as itself", asked.call);
    Some(if asked.call_place == asked.place { finding } else { finding.and(asked.call_place, label) })
}

/// The text without the quote that ends it.
fn inside(asked: &Scope) -> Place {
    Place { end: asked.place.end.saturating_sub(1), ..asked.place }
}

fn in_request(request: &TokenRequest) -> Option<Finding> {
    let grant = request.field("grant_type")?.text.known()?;
    let scope = &request.field("scope")?.text;
    let known = scope.known().filter(|scope| grant == "client_credentials" && !scope.ends_with(DEFAULT))?;
    (!known.is_empty()).then(|| wrong(known, scope.place))
}

fn wrong(scope: &str, place: Place) -> Finding {
    let message = format!("an application asks for `{scope}` as itself");
    let is_uri = scope.contains("://");
    let resource = if is_uri { scope.rsplit_once('/').map_or(scope, |(resource, _)| resource) } else { scope };
    let named = is_uri && resource.len() > "https://".len();
    let host_only = is_uri && resource.ends_with('/');
    let right = match (named, host_only) {
        (_, true) => format!("{}{DEFAULT}", scope.trim_end_matches('/')),
        (true, _) => format!("{resource}{DEFAULT}"),
        _ => "https://graph.microsoft.com/.default".to_owned(),
    };
    Finding::new(&RULE, message, place, "this is no `/.default`")
        .help(format!("ask for `{right}`, and grant the application the permissions that it needs on it"))
}

/// The metadata service takes a resource, not a scope.
fn as_resource(resource: &Text) -> Option<Finding> {
    let known = resource.known().filter(|resource| resource.ends_with(DEFAULT))?;
    let message = format!("the metadata service is asked for the scope `{known}` where it takes a resource");
    let mut finding = Finding::new(&RULE, message, resource.place, "`/.default` belongs to scopes only")
        .help("ask for the resource without `/.default`");
    finding.predicted = Some("AADSTS500011".to_owned());
    Some(finding)
}
