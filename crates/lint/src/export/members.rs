//! The objects of a list, of one or more pages, or a single object.

use crate::source::{Node, Text, Value};

/// The objects of a document and what surrounds them.
pub(super) struct Members<'a> {
    pub(super) items: Vec<&'a Node>,
    pub(super) is_list: bool,
    /// No further page is announced.
    pub(super) complete: bool,
    /// `@odata.context`
    pub(super) context: Option<&'a str>,
}

impl<'a> Members<'a> {
    pub(super) fn of(document: &'a Node) -> Self {
        let pages: Vec<&Node> = match &document.value {
            Value::Sequence(pages) if !pages.is_empty() && pages.iter().all(|page| values(page).is_some()) => {
                pages.iter().collect()
            }
            Value::Mapping(_) if values(document).is_some() => vec![document],
            Value::Sequence(items) => {
                return Self { items: items.iter().collect(), is_list: true, complete: true, context: None };
            }
            _ => return Self { items: vec![document], is_list: false, complete: false, context: context(document) },
        };
        Self {
            items: pages.iter().filter_map(|page| values(page)).flatten().collect(),
            is_list: true,
            complete: pages.last().is_none_or(|page| next(page).is_none()),
            context: pages.first().and_then(|page| context(page)),
        }
    }
}

fn values(page: &Node) -> Option<&[Node]> {
    match &page.at_ignoring_case(&["value"])?.value {
        Value::Sequence(items) => Some(items),
        _ => None,
    }
}

fn next(page: &Node) -> Option<&str> {
    ["@odata.nextLink", "nextLink", "odata.nextLink"].iter().find_map(|name| page.known_at(&[name]))
}

fn context(node: &Node) -> Option<&str> {
    node.known_at(&["@odata.context"])
}

/// The first of several members that is there and not null, in any letter case.
pub(super) fn any<'a>(node: &'a Node, names: &[&str]) -> Option<&'a Node> {
    let mut found = names.iter().filter_map(|name| node.at_ignoring_case(&[name]));
    found.find(|node| !node.is_null())
}

/// The same, as a text.
pub(super) fn text<'a>(node: &'a Node, names: &[&str]) -> Option<&'a Text> {
    any(node, names).and_then(Node::text)
}

/// The id of the identity whose credential it is, in the addresses of the credential or of its page.
pub(super) fn owner(item: &Node, context: Option<&str>) -> Option<String> {
    let own = ["id", "@odata.id", "@odata.context"].iter().filter_map(|name| item.known_at(&[name]));
    own.chain(context).find_map(owner_in)
}

/// `…/userAssignedIdentities/name/federatedIdentityCredentials/…` or `…applications('id')/…`
fn owner_in(address: &str) -> Option<String> {
    let lower = address.to_ascii_lowercase();
    if let Some(end) = lower.find("/federatedidentitycredentials")
        && lower.contains("/userassignedidentities/")
    {
        return address.get(..end).map(str::to_owned);
    }
    let at = lower.find("applications(").map(|at| at + 13).or(lower.find("application(").map(|at| at + 12))?;
    let key = address.get(at..)?.replace("%27", "'");
    let key = key.split(')').next()?.trim();
    let key = key.strip_prefix("appId=").unwrap_or(key).trim_matches('\'');
    (!key.is_empty()).then(|| key.to_owned())
}
