//! The functions that configurations use to put subjects, issuers and collections of credentials together.

mod collection;
mod encoding;
mod text;

pub(in crate::terraform) use encoding::moved;

use super::{Evaluated, Scope, show, unknown, why};
use crate::source::{Node, Place, Text, Value};

/// What a function makes of its arguments: nothing where it hangs on what is not known.
type Made = Result<Option<Node>, super::Invalid>;

/// The value of a call.
pub(super) fn call(scope: &Scope<'_, '_>, name: &str, arguments: Vec<Node>, at: Place) -> Evaluated {
    let made = match collection::call(name, &arguments, at)? {
        Some(made) => Some(made),
        None => match text::call(name, &arguments, at)? {
            Some(made) => Some(made),
            None => encoding::call(scope, name, &arguments, at)?,
        },
    };
    if let Some(made) = made {
        let mut size = 0;
        made.walk(&mut |node| size += 1 + node.known().map_or(0, str::len) / 64);
        scope.world.charge(size)?;
        return Ok(made);
    }
    let all: Vec<&Node> = arguments.iter().collect();
    let mut symbol = show::call(name, &arguments);
    if matches!(name, "uuid" | "timestamp" | "bcrypt" | "plantimestamp") {
        // Another call has another value.
        symbol = format!("{symbol} at {}", at.start);
    }
    Ok(unknown(symbol, why(&all), at))
}

fn known_text(text: impl Into<String>, at: Place) -> Node {
    Node::scalar(Text::literal(text, at), true)
}

fn bare(text: impl Into<String>, at: Place) -> Node {
    Node::scalar(Text::literal(text, at), false)
}

fn sequence(items: Vec<Node>, at: Place) -> Node {
    Node { place: at, value: Value::Sequence(items) }
}

/// The members of a list or set; `None` where it is not known.
fn items(node: &Node) -> Option<&[Node]> {
    match &node.value {
        Value::Sequence(items) => Some(items),
        _ => None,
    }
}
