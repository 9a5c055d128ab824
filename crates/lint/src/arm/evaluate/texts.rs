//! The functions of ARM templates and of Bicep that make texts.

use super::resources::split;
use super::text_of;
use super::values::{items, list, truth};
use crate::source::{Node, Place, Text, Value};

/// Functions that give a text, of texts.
pub(super) fn of_texts(name: &str, values: &[Node], place: Place) -> Option<Node> {
    let first = values.first()?;
    let is_text = values.iter().all(|value| matches!(value.value, Value::Scalar { .. } | Value::Null));
    let text = |text: Text| Some(Node::scalar(text.at(place), true));
    let own = text_of(first);
    match name {
        "concat" if is_text => {
            text(Text::of(values.iter().flat_map(|value| text_of(value).pieces()).collect::<Vec<_>>(), place))
        }
        "format" => text(formatted(&own, values.get(1..)?, place)?),
        "tolower" | "toupper" => {
            let known = own.known()?;
            let changed = if name == "tolower" { known.to_lowercase() } else { known.to_uppercase() };
            text(Text::literal(changed, place))
        }
        "trim" => text(Text::literal(own.known()?.trim(), place)),
        "string" if is_text => text(own),
        "int" if is_text => Some(Node::scalar(own, false)),
        "replace" => {
            let (from, to) = (text_of(values.get(1)?), text_of(values.get(2)?));
            text(Text::literal(own.known()?.replace(from.known()?, to.known()?), place))
        }
        "substring" => {
            let at = |index: usize| values.get(index).and_then(Node::known)?.parse::<usize>().ok();
            let start = at(1)?;
            let length = if values.len() > 2 { at(2)? } else { usize::MAX };
            text(Text::literal(own.known()?.chars().skip(start).take(length).collect::<String>(), place))
        }
        "take" | "skip" if is_text => {
            let count = values.get(1).and_then(Node::known)?.parse::<usize>().ok()?;
            let chars = own.known()?.chars();
            let kept: String = if name == "take" { chars.take(count).collect() } else { chars.skip(count).collect() };
            text(Text::literal(kept, place))
        }
        "split" => parts(&own, values.get(1)?, place),
        "join" => text(together(first, values.get(1)?, place)?),
        "startswith" | "endswith" => {
            let (own, part) = (own.known()?.to_lowercase(), text_of(values.get(1)?).known()?.to_lowercase());
            Some(truth(if name == "startswith" { own.starts_with(&part) } else { own.ends_with(&part) }, place))
        }
        _ => None,
    }
}

/// A text taken apart.
fn parts(own: &Text, separator: &Node, place: Place) -> Option<Node> {
    let separator = separator.known()?;
    let one = separator.chars().next().filter(|first| first.len_utf8() == separator.len());
    let parts = match (one, own.known()) {
        (Some(separator), _) => split(own, separator),
        (None, Some(known)) => known.split(separator).map(|part| Text::literal(part, place)).collect(),
        (None, None) => return None,
    };
    Some(list(parts.into_iter().map(|part| Node::scalar(part, true)).collect(), place))
}

/// The items of a list with a separator between them.
fn together(own: &Node, separator: &Node, place: Place) -> Option<Text> {
    let separator = text_of(separator).pieces();
    let mut pieces = Vec::new();
    for (at, item) in items(own)?.iter().enumerate() {
        if at > 0 {
            pieces.extend(separator.iter().cloned());
        }
        pieces.extend(text_of(item).pieces());
    }
    Some(Text::of(pieces, place))
}

/// `{0}` in a text stands for the first further argument.
fn formatted(pattern: &Text, arguments: &[Node], place: Place) -> Option<Text> {
    let mut pieces = Vec::new();
    let mut rest = pattern.known()?;
    while let Some((before, after)) = rest.split_once('{') {
        let (index, after) = after.split_once('}')?;
        pieces.extend(Text::literal(before, place).pieces());
        pieces.extend(text_of(arguments.get(index.parse::<usize>().ok()?)?).pieces());
        rest = after;
    }
    pieces.extend(Text::literal(rest, place).pieces());
    Some(Text::of(pieces, place))
}
