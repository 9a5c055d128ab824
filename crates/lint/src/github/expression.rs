//! Expressions of GitHub Actions, worked out as far as they can be before a run.

mod evaluate;
mod parse;

pub(crate) use evaluate::{Context, Value};
pub(crate) use parse::{Expression, Operator, parse};

use crate::source::{Piece, Place, Text, Unknown, Why};

/// A text with its `${{ … }}` worked out; what cannot be stays as an unknown piece.
pub(crate) fn text(written: &Text, context: &Context<'_>) -> Text {
    let Some(raw) = written.known() else { return written.clone() };
    if !raw.contains("${{") {
        return written.clone();
    }
    let mut pieces = Vec::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("${{") {
        pieces.push(Piece::Literal(before.to_owned()));
        let Some((inside, following)) = after.split_once("}}") else { break };
        pieces.extend(value(inside, context, written.place).pieces());
        rest = following;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Text::of(pieces, written.place)
}

/// One expression as a text.
fn value(expression: &str, context: &Context<'_>, place: Place) -> Text {
    match parse(expression).map(|parsed| context.evaluate(&parsed)) {
        Some(value) => value.text(place),
        None => {
            Text::of([Piece::Unknown(Unknown { symbol: expression.trim().to_owned(), why: Why::Expression })], place)
        }
    }
}

/// The expression of an `if:`, with or without the braces.
pub(crate) fn condition(written: &str) -> Option<Expression> {
    let trimmed = written.trim();
    let inside = trimmed.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    parse(inside.unwrap_or(trimmed))
}
