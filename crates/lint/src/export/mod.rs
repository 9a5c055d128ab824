//! Applications, managed identities and credentials as Graph, ARM and `az` print them.

use crate::facts;
use crate::model::{Credential, Origin};
use crate::source::{Node, Text};

/// Reads an export; a document that is none says nothing.
pub(crate) fn read(document: &Node, facts: &mut facts::Facts) {
    for item in document.items() {
        let (Some(issuer), Some(subject)) =
            (item.get("issuer").and_then(Node::text), item.get("subject").and_then(Node::text))
        else {
            continue;
        };
        facts.is("export");
        facts.credentials.push(Credential {
            place: item.place,
            owner: Text::literal(format!("{:?}", item.place.file), item.place),
            identity: 0,
            origin: Origin::Export,
            label: item.known_at(&["name"]).unwrap_or_default().to_owned(),
            name: item.get("name").and_then(Node::text).cloned(),
            issuer: issuer.clone(),
            subject: Some(subject.clone()),
            audiences: item
                .get("audiences")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(Node::text)
                .cloned()
                .collect(),
            expression: None,
            description: None,
            repeated: false,
            unordered: false,
        });
    }
}
