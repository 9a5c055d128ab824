//! The edits that make a JSON document into a corrected one, and leave alone what stays.

use serde_json::Value as Json;

use crate::Edit;
use crate::source::{Node, Place, Sources, Value};

/// The edits from what is written to what it should be.
pub(crate) fn towards(sources: &Sources, node: &Node, corrected: &Json) -> Vec<Edit> {
    if stays(node, corrected) {
        return Vec::new();
    }
    match (&node.value, corrected) {
        (Value::Mapping(entries), Json::Object(members)) => {
            let same_keys =
                entries.len() == members.len() && entries.iter().all(|entry| members.contains_key(&entry.key));
            if same_keys {
                let value = |key: &str| members.get(key).unwrap_or(&Json::Null);
                entries.iter().flat_map(|entry| towards(sources, &entry.value, value(&entry.key))).collect()
            } else {
                vec![Edit::replace(node.place, rewritten(sources, node, members))]
            }
        }
        _ => vec![Edit::replace(node.place, corrected.to_string())],
    }
}

/// Whether a value is left as it is. What stands in for a secret means that one.
fn stays(node: &Node, corrected: &Json) -> bool {
    let hidden = corrected.get("type").and_then(Json::as_str) == Some("SecureString");
    hidden || node.to_json() == *corrected
}

/// A mapping with other members: those that stay are copied, the rest is written.
fn rewritten(sources: &Sources, node: &Node, members: &serde_json::Map<String, Json>) -> String {
    let kept = node.entries().iter().filter_map(|entry| {
        let corrected = members.get(&entry.key)?;
        let value = if stays(&entry.value, corrected) {
            sources.text(entry.value.place).to_owned()
        } else {
            corrected.to_string()
        };
        Some(format!("{}: {value}", sources.text(entry.key_place)))
    });
    let added = members.iter().filter(|(key, _)| node.get(key).is_none());
    let added = added.map(|(key, value)| format!("{}: {value}", Json::String(key.clone())));
    let lines: Vec<String> = kept.chain(added).collect();
    if lines.is_empty() {
        return "{}".to_owned();
    }
    let inner = node.entries().first().map(|entry| indentation(sources, entry.key_place)).unwrap_or_default();
    let outer = closing(sources, node.place);
    format!("{{\n{inner}{}\n{outer}}}", lines.join(&format!(",\n{inner}")))
}

/// The blanks before a place, where nothing else stands before it in its line.
fn indentation(sources: &Sources, place: Place) -> String {
    let text = &sources.file(place.file).text;
    let before = text.get(..place.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().take_while(|c| c.is_whitespace()).collect()
}

/// The blanks before the bracket that ends a mapping.
fn closing(sources: &Sources, place: Place) -> String {
    indentation(sources, Place { start: place.end.saturating_sub(1), ..place })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::{FileId, SourceFile, json as reader};

    fn applied(text: &str, corrected: &Json) -> String {
        let sources = Sources::new(vec![SourceFile { path: "a.json".to_owned(), text: text.to_owned() }]);
        let node = reader::read(FileId(0), text).unwrap();
        let mut out = text.to_owned();
        let mut edits = towards(&sources, &node, corrected);
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.start));
        edits.iter().for_each(|edit| out.replace_range(edit.place.range(), &edit.text));
        out
    }

    #[test]
    fn members_that_stay_are_copied_as_they_are() {
        let text = "{\n  \"a\": {\n    \"keep\":   [1,2],\n    \"drop\": 1\n  }\n}\n";
        let corrected = json!({"a": {"keep": [1, 2], "new": "x"}});
        assert_eq!(applied(text, &corrected), "{\n  \"a\": {\n    \"keep\": [1,2],\n    \"new\": \"x\"\n  }\n}\n");
    }

    #[test]
    fn one_value_is_replaced_in_its_place() {
        assert_eq!(
            applied("{\"t\": \"OAuth2\"}", &json!({"t": "WorkspaceIdentity"})),
            "{\"t\": \"WorkspaceIdentity\"}"
        );
    }
}
