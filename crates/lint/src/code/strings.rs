//! Strings of every grammar: known texts, and texts with values in them.

use tree_sitter::Node;

use super::Span;
use super::expressions::{Reading, named};
use super::syntax::{Expression, Kind};

impl Reading<'_> {
    /// A string, with or without values in it.
    pub(super) fn string(self, node: Node<'_>) -> Kind {
        if node.kind() == "concatenated_string" {
            return Kind::Joined(self.children(node));
        }
        let holes: Vec<Node<'_>> = named(node)
            .into_iter()
            .filter(|child| matches!(child.kind(), "interpolation" | "template_substitution"))
            .collect();
        if holes.is_empty() {
            return Kind::Text(content(self.written(node)));
        }
        let mut parts = Vec::new();
        let mut position = node.start_byte();
        for hole in holes {
            parts.push(self.literal(position..hole.start_byte()));
            parts.push(self.expression(hole));
            position = hole.end_byte();
        }
        parts.push(self.literal(position..node.end_byte()));
        Kind::Joined(parts)
    }

    fn literal(self, range: std::ops::Range<usize>) -> Expression {
        let span = Span { start: range.start, end: range.end };
        let written = self.text.get(range).unwrap_or_default();
        let written = written.trim_start_matches(['f', '$', '@']).trim_matches(['"', '\'', '`']);
        Expression { span, kind: Kind::Text(written.to_owned()) }
    }
}

/// What is between the quotes; escapes are of no importance to names and URLs.
fn content(written: &str) -> String {
    let written = written.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '@' | '$'));
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let Some(quote) = quote else { return written.to_owned() };
    let ends = |text: &str| text.len() - text.trim_start_matches(quote).len();
    let count = if ends(written) >= 3 && written.len() >= 6 { 3 } else { 1 };
    let last = written.len().saturating_sub(count).max(count);
    written.get(count..last).unwrap_or_default().to_owned()
}
