//! Applications, managed identities and credentials as Graph, ARM and `az` print them.

mod members;
mod principals;

use std::collections::BTreeSet;

use crate::facts;
use crate::model::{Credential, Identity, Origin};
use crate::source::{Node, Place, Text};
use members::{Members, any, text};
use principals::Known;

/// The lists of a directory in the format of this program.
const LISTS: [&str; 3] = ["applications", "managedIdentities", "servicePrincipals"];
/// The name of the list of credentials inside of an identity.
const EMBEDDED: &str = "federatedIdentityCredentials";

/// Reads an export; a document that is none says nothing.
pub(crate) fn read(path: &str, document: &Node, facts: &mut facts::Facts) {
    let lists: Vec<&Node> = LISTS.iter().filter_map(|name| document.get(name)).collect();
    let is_directory =
        !lists.is_empty() && lists.iter().all(|list| !list.items().is_empty() || list.entries().is_empty());
    if is_directory && document.get("request").is_none() {
        let whole = document.known_at(&["view"]) == Some("whole");
        lists.into_iter().for_each(|list| read_members(path, &Members { complete: whole, ..Members::of(list) }, facts));
    } else {
        read_members(path, &Members::of(document), facts);
    }
}

fn read_members(path: &str, members: &Members<'_>, facts: &mut facts::Facts) {
    let mut lone = Vec::new();
    let mut known = Known::new();
    let before = facts.identities.len();
    for item in &members.items {
        match principals::Kind::of(item, members.context) {
            Some(kind) => {
                let at = principals::read(kind, item, &mut known, facts);
                embedded(item, at, facts);
            }
            None if is_credential(item) => lone.push(*item),
            None => {}
        }
    }
    if facts.identities.len() > before {
        facts.is("export of identities");
    }
    if !lone.is_empty() {
        facts.is("export of credentials");
        credentials_alone(path, &lone, members, facts);
    }
}

/// The credentials inside of an application or a managed identity, which are all that it has.
fn embedded(item: &Node, at: usize, facts: &mut facts::Facts) {
    let (Some(list), Some(identity)) = (any(item, &[EMBEDDED]), facts.identities.get_mut(at)) else { return };
    identity.complete = any(item, &["federatedIdentityCredentials@odata.nextLink"]).is_none();
    let owner = identity.references.first().or(identity.client_id.as_ref()).cloned();
    let Some(owner) = owner else { return };
    let found = list.one_or_many().iter().filter(|item| is_credential(item));
    facts.credentials.extend(found.map(|item| credential(item, owner.clone().at(item.place))).collect::<Vec<_>>());
}

/// A list of credentials that names its owner in its addresses, or belongs to one without a name.
fn credentials_alone(path: &str, items: &[&Node], members: &Members<'_>, facts: &mut facts::Facts) {
    let mut owners = BTreeSet::new();
    for item in items {
        let named = members::owner(item, members.context);
        let owner = named.unwrap_or_else(|| path.to_owned());
        let is_new = owners.insert(owner.to_lowercase());
        let owner = Text::literal(owner, item.place);
        if is_new && !facts.identities.iter().any(|identity| identity.is_called(&owner)) {
            facts.identities.push(unnamed(&owner, path, members));
        }
        facts.credentials.push(credential(item, owner));
    }
}

/// An identity of which only the credentials are known.
fn unnamed(owner: &Text, path: &str, members: &Members<'_>) -> Identity {
    let name = owner.known().and_then(|owner| owner.rsplit('/').next()).unwrap_or_default();
    Identity {
        place: owner.place,
        name: if owner.known() == Some(path) { path.to_owned() } else { name.to_owned() },
        kind: crate::model::IdentityKind::Unknown,
        references: vec![owner.clone()],
        client_id: None,
        principal_id: None,
        tenant: None,
        sign_in_audience: None,
        complete: members.complete && members.is_list,
    }
}

/// An issuer, an audience, and a subject or an expression: nothing else has all three.
fn is_credential(item: &Node) -> bool {
    let body = any(item, &["properties"]).filter(|body| !body.entries().is_empty()).unwrap_or(item);
    let issuer = text(body, &["issuer"]);
    let has_issuer = issuer.is_some_and(|issuer| issuer.known().is_none_or(|issuer| issuer.contains("://")));
    has_issuer
        && any(body, &["audiences"])
            .is_some_and(|audiences| audiences.one_or_many().iter().all(|one| one.text().is_some()))
        && (text(body, &["subject"]).is_some() || any(body, &["claimsMatchingExpression"]).is_some())
}

fn credential(item: &Node, owner: Text) -> Credential {
    let body = any(item, &["properties"]).filter(|body| !body.entries().is_empty()).unwrap_or(item);
    let expression = any(body, &["claimsMatchingExpression"]).filter(|node| !node.is_null());
    let expression = expression.and_then(|node| any(node, &["value"]).unwrap_or(node).text()).cloned();
    let name = text(item, &["name"]).cloned();
    let audiences = any(body, &["audiences"]).map(Node::one_or_many).unwrap_or_default();
    Credential {
        place: item.place,
        owner,
        identity: 0,
        origin: Origin::Export,
        label: name.as_ref().map_or_else(|| "a credential".to_owned(), Text::to_string),
        name,
        issuer: text(body, &["issuer"]).cloned().unwrap_or_else(|| empty(item.place)),
        subject: text(body, &["subject"]).cloned().filter(|_| expression.is_none()),
        audiences: audiences.iter().filter_map(Node::text).cloned().collect(),
        expression,
        description: text(body, &["description"]).cloned(),
        repeated: false,
        unordered: false,
    }
}

fn empty(place: Place) -> Text {
    Text::literal("", place)
}

#[cfg(test)]
mod tests;
