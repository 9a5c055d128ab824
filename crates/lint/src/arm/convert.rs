//! From declared resources to identities and credentials.

use std::collections::BTreeMap;

use super::declared::Declared;
use super::evaluate::is_graph;
use super::order;
use super::template::{Kind, Language};
use crate::model::{Credential, Identity, IdentityKind, Origin};
use crate::source::{Node, Place, Text, Why};

const IDENTITY: &str = "microsoft.managedidentity/userassignedidentities";
const IDENTITY_CREDENTIAL: &str = "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials";
const APPLICATION: &str = "microsoft.graph/applications";
const APPLICATION_CREDENTIAL: &str = "microsoft.graph/applications/federatedidentitycredentials";
const SERVICE_PRINCIPAL: &str = "microsoft.graph/serviceprincipals";
/// How many credentials of one identity are compared with each other.
const MOST_COMPARED: usize = 60;

/// What one root defines.
#[derive(Default)]
pub(super) struct Root {
    pub(super) identities: Vec<Defined>,
    pub(super) credentials: Vec<Credential>,
}

/// An identity, and whether the root makes it or only refers to it.
pub(super) struct Defined {
    pub(super) identity: Identity,
    pub(super) existing: bool,
    /// Its own name in the directory or in Azure.
    pub(super) own_name: Option<Text>,
}

/// Converts everything that a root declares.
pub(super) fn root(all: &[Declared<'_>]) -> Root {
    let mut root = Root::default();
    for declared in all {
        root.identities.extend(identity(declared));
    }
    for declared in all.iter().filter(|declared| declared.kind == SERVICE_PRINCIPAL) {
        service_principal(declared, &mut root);
    }
    let written: Vec<(&Declared<'_>, Credential)> =
        all.iter().filter_map(|declared| Some((declared, credential(declared)?))).collect();
    let unordered = unordered(&written);
    for ((declared, credential), unordered) in written.into_iter().zip(unordered) {
        if !root.identities.iter().any(|known| known.identity.is_called(&credential.owner)) {
            root.identities.push(mentioned(declared, &credential));
        }
        root.credentials.push(Credential { unordered, ..credential });
    }
    one_each(root)
}

/// For each credential, whether nothing orders its write after those of the same identity before it. Graph has no
/// such limit.
fn unordered(written: &[(&Declared<'_>, Credential)]) -> Vec<bool> {
    let mut siblings: BTreeMap<String, Vec<&Declared<'_>>> = BTreeMap::new();
    let mut all = Vec::new();
    for (declared, credential) in written {
        if declared.kind != IDENTITY_CREDENTIAL {
            all.push(false);
            continue;
        }
        let before = siblings.entry(credential.owner.to_string()).or_default();
        let mut nearest = before.iter().rev().take(MOST_COMPARED);
        let looped = declared.statement.each.is_some() && order::rounds_at_once(declared);
        all.push(looped || nearest.any(|other| order::at_once(other, declared)));
        before.push(declared);
    }
    all
}

/// Leaves out references to an identity that the root makes or has named before.
fn one_each(root: Root) -> Root {
    let Root { identities, credentials } = root;
    let (made, referred): (Vec<Defined>, Vec<Defined>) = identities.into_iter().partition(|known| !known.existing);
    let mut kept: Vec<Defined> = Vec::new();
    for defined in made.into_iter().chain(referred) {
        let known = defined
            .identity
            .references
            .first()
            .is_some_and(|id| kept.iter().any(|kept| kept.identity.references.first() == Some(id)));
        if !known {
            kept.push(defined);
        }
    }
    Root { identities: kept, credentials }
}

fn identity(declared: &Declared<'_>) -> Option<Defined> {
    match declared.kind.as_str() {
        IDENTITY => Some(user_assigned(declared)),
        APPLICATION => Some(application(declared)),
        _ => system_assigned(declared),
    }
}

fn user_assigned(declared: &Declared<'_>) -> Defined {
    let (scope, locals) = (&declared.scope, &declared.iteration.locals);
    let symbol = scope.symbol(declared.at, locals);
    let name = declared.names().pop();
    let id = scope.id(declared.at, locals);
    let identity = azure_identity(&symbol, name.as_ref(), id, IdentityKind::UserAssigned, declared.statement.place);
    Defined { identity, existing: declared.statement.existing, own_name: name }
}

fn azure_identity(symbol: &str, name: Option<&Text>, id: Text, kind: IdentityKind, place: Place) -> Identity {
    let later = |what: &str| Text::unknown(format!("{symbol}.{what}"), Why::AfterDeployment, place);
    Identity {
        place,
        name: called(name, symbol),
        kind,
        references: vec![id, Text::unknown(symbol, Why::AfterDeployment, place)],
        client_id: Some(later("clientId")),
        principal_id: Some(later("principalId")),
        tenant: None,
        sign_in_audience: None,
        complete: false,
    }
}

fn called(name: Option<&Text>, symbol: &str) -> String {
    name.map_or_else(|| symbol.to_owned(), Text::to_string)
}

/// A resource with an identity that lives and dies with it.
fn system_assigned(declared: &Declared<'_>) -> Option<Defined> {
    let kind = declared.statement.body.get("identity").is_some().then(|| declared.text(&["identity", "type"]))??;
    if is_graph(declared.statement) || !kind.known()?.to_ascii_lowercase().contains("systemassigned") {
        return None;
    }
    let (scope, locals, place) = (&declared.scope, &declared.iteration.locals, declared.statement.place);
    let symbol = format!("{}.identity", scope.symbol(declared.at, locals));
    let name = declared.names().pop();
    let id = Text::unknown(symbol.clone(), Why::AfterDeployment, place);
    let identity = Identity {
        client_id: None,
        references: vec![id.clone()],
        ..azure_identity(&symbol, name.as_ref(), id, IdentityKind::SystemAssigned, place)
    };
    Some(Defined { identity, existing: declared.statement.existing, own_name: None })
}

fn application(declared: &Declared<'_>) -> Defined {
    let place = declared.statement.place;
    let symbol = declared.scope.symbol(declared.at, &declared.iteration.locals);
    let later = |what: &str| Text::unknown(format!("{symbol}.{what}"), Why::AfterDeployment, place);
    let unique = declared.text(&["uniqueName"]);
    let shown = declared.text(&["displayName"]).or_else(|| unique.clone());
    let identity = Identity {
        place,
        name: called(shown.as_ref(), &symbol),
        kind: IdentityKind::Application,
        references: vec![Text::unknown(symbol.clone(), Why::AfterDeployment, place), later("id")],
        client_id: Some(declared.text(&["appId"]).unwrap_or_else(|| later("appId"))),
        principal_id: None,
        tenant: None,
        sign_in_audience: declared.text(&["signInAudience"]),
        complete: false,
    };
    Defined { identity, existing: declared.statement.existing, own_name: unique }
}

/// Gives an application the object id of its service principal.
fn service_principal(declared: &Declared<'_>, root: &mut Root) {
    let Some(client) = declared.text(&["appId"]) else { return };
    let place = declared.statement.place;
    let symbol = declared.scope.symbol(declared.at, &declared.iteration.locals);
    let id = Text::unknown(format!("{symbol}.id"), Why::AfterDeployment, place);
    let found = root.identities.iter_mut().find(|known| known.identity.client_id.as_ref() == Some(&client));
    if let Some(found) = found {
        found.identity.principal_id = Some(id);
    }
}

fn credential(declared: &Declared<'_>) -> Option<Credential> {
    if declared.statement.existing {
        return None;
    }
    let properties: &[&str] = match declared.kind.as_str() {
        IDENTITY_CREDENTIAL => &["properties"],
        APPLICATION_CREDENTIAL => &[],
        _ => return None,
    };
    let place = declared.statement.place;
    let get = |name: &str| declared.get(&[properties, &[name]].concat());
    let text = |name: &str| get(name).and_then(|node| node.text().cloned());
    let name = declared.names().pop();
    let expression = get("claimsMatchingExpression").and_then(|node| expression(&node));
    let origin = match declared.scope.template.language {
        Language::Arm => Origin::Arm,
        Language::Bicep => Origin::Bicep,
    };
    Some(Credential {
        place,
        owner: owner(declared),
        identity: 0,
        origin,
        label: called(name.as_ref(), declared.statement.symbol.as_deref().unwrap_or("a credential")),
        name,
        issuer: text("issuer").unwrap_or_else(|| Text::literal("", place)),
        subject: text("subject").filter(|_| expression.is_none()),
        audiences: audiences(get("audiences").as_ref(), place),
        expression,
        description: text("description"),
        // One that hangs on a condition is there once or not at all.
        repeated: declared.repeated || declared.conditional,
        unordered: false,
    })
}

fn expression(node: &Node) -> Option<Text> {
    node.at_ignoring_case(&["value"]).unwrap_or(node).text().cloned()
}

/// The audiences; the public cloud's where none is written.
fn audiences(node: Option<&Node>, place: Place) -> Vec<Text> {
    let default = || vec![Text::literal(fedlens_issuers::Cloud::Public.exchange_audience(), place)];
    node.map_or_else(default, |node| node.one_or_many().iter().filter_map(Node::text).cloned().collect())
}

/// What names the identity that a credential belongs to.
fn owner(declared: &Declared<'_>) -> Text {
    let (scope, locals) = (&declared.scope, &declared.iteration.locals);
    let place = declared.statement.place;
    let mut names = declared.names();
    if names.len() < 2 {
        let whole = names.pop().map_or_else(String::new, |name| name.to_string());
        return Text::unknown(format!("the identity of {whole}"), Why::Expression, place);
    }
    if is_graph(declared.statement) {
        let name = names.first().cloned().unwrap_or_else(|| Text::literal("", place));
        return Text::unknown(scope.application_symbol(&name), Why::AfterDeployment, place);
    }
    let Kind::Resource(kind) = &declared.statement.kind else { return Text::literal("", place) };
    names.pop();
    let kind = kind.rsplit_once('/').map_or(kind.as_str(), |(outer, _)| outer);
    scope.id_in_group(declared.at, locals, kind, &names)
}

/// An identity that only a credential names.
fn mentioned(declared: &Declared<'_>, credential: &Credential) -> Defined {
    let place = credential.place;
    let mut names = declared.names();
    names.pop();
    let name = names.pop();
    let owner = credential.owner.clone();
    let identity = if is_graph(declared.statement) {
        let symbol = owner.symbol().unwrap_or_default().to_owned();
        let later = |what: &str| Text::unknown(format!("{symbol}.{what}"), Why::AfterDeployment, place);
        Identity {
            kind: IdentityKind::Application,
            client_id: Some(later("appId")),
            principal_id: None,
            ..azure_identity(&symbol, name.as_ref(), owner, IdentityKind::Application, place)
        }
    } else {
        let symbol = declared.scope.symbol_of_id(&owner);
        azure_identity(&symbol, name.as_ref(), owner, IdentityKind::UserAssigned, place)
    };
    Defined { identity, existing: true, own_name: name }
}
