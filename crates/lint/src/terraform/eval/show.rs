//! Values as one text each: what names an unknown that is made of others, and what tells whether two are the same.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::source::{Node, Value};

const MAX_SHOWN: usize = 300;

/// A value as text; two are the same exactly when their texts are.
pub(in crate::terraform) fn show(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    shortened(out)
}

/// A long name is cut, and told apart from others by a number.
pub(super) fn shortened(text: String) -> String {
    if text.len() <= MAX_SHOWN {
        return text;
    }
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let head: String = text.chars().take(80).collect();
    format!("{head}…{:016x}", hasher.finish())
}

/// A call whose value is not known.
pub(super) fn call(function: &str, arguments: &[Node]) -> String {
    let shown: Vec<String> = arguments.iter().map(show).collect();
    shortened(format!("{function}({})", shown.join(", ")))
}

fn write(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Scalar { text, quoted } => match (text.symbol(), quoted) {
            (Some(symbol), _) => out.push_str(symbol),
            (None, false) => _ = write!(out, "{text}"),
            (None, true) => _ = write!(out, "\"{text}\""),
        },
        Value::Sequence(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Mapping(entries) => {
            out.push('{');
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(&entry.key);
                out.push_str(" = ");
                write(&entry.value, out);
            }
            out.push('}');
        }
    }
}
