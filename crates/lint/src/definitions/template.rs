//! Linked services, credentials and pipelines of a factory or workspace inside of an ARM template.

use crate::facts;
use crate::source::{Node, Text, Value};

use super::{MAX_DEPTH, MAX_ENTRIES};

/// The services whose resources are read.
const PROVIDERS: &[&str] = &["microsoft.datafactory/factories", "microsoft.synapse/workspaces"];

/// Reads every resource of a template that is one, also those inside of other resources and templates.
pub(crate) fn read_template(path: &str, template: &Node, facts: &mut facts::Facts) {
    // The parts of an exported template say the same as the whole beside them.
    if !path.to_ascii_lowercase().contains("linkedtemplates/") {
        resources(template, "", MAX_DEPTH, facts);
    }
}

fn resources(holder: &Node, outer: &str, depth: usize, facts: &mut facts::Facts) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let Some(list) = holder.at_ignoring_case(&["resources"]) else { return };
    let symbolic = list.entries().iter().map(|entry| &entry.value);
    for resource in list.items().iter().chain(symbolic).take(MAX_ENTRIES) {
        let own = resource.at_ignoring_case(&["type"]).and_then(Node::known).unwrap_or_default().to_ascii_lowercase();
        let kind = if own.contains('.') || outer.is_empty() { own } else { format!("{outer}/{own}") };
        if PROVIDERS.iter().any(|provider| kind.strip_prefix(provider).is_some_and(|rest| rest.starts_with('/'))) {
            super::read_entry(&renamed(resource, &kind), facts);
        }
        resources(resource, &kind, depth, facts);
        if let Some(template) = resource.at_ignoring_case(&["properties", "template"]) {
            resources(template, "", depth, facts);
        }
    }
}

/// The resource with its own name and its whole type, as its file in a repository has them.
fn renamed(resource: &Node, kind: &str) -> Node {
    let mut resource = resource.clone();
    for entry in resource.entries_mut() {
        let place = entry.value.place;
        let text = match entry.key.to_ascii_lowercase().as_str() {
            "name" => entry.value.known().map(|name| last(name).to_owned()),
            "type" => Some(kind.to_owned()),
            _ => None,
        };
        if let Some(text) = text {
            entry.value = Node { place, value: Value::Scalar { text: Text::literal(text, place), quoted: true } };
        }
    }
    resource
}

/// `lake` of `[concat(parameters('factoryName'), '/lake')]` and of `adf-shop/lake`.
fn last(name: &str) -> &str {
    let inside = name.trim_end_matches([']', ')', ' ', '\'']);
    inside.rsplit(['/', '\'']).next().filter(|last| !last.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_a_name() {
        for (name, expected) in [
            ("[concat(parameters('factoryName'), '/lake')]", "lake"),
            ("[format('{0}/{1}', parameters('factoryName'), 'lake')]", "lake"),
            ("adf-shop/lake", "lake"),
            ("lake", "lake"),
            ("", ""),
        ] {
            assert_eq!(last(name), expected, "{name}");
        }
    }
}
