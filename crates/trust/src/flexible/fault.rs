//! An expression drawn with a caret under its fault.

use std::fmt;
use std::ops::Range;

use super::{ExpressionError, MAX_EXPRESSION_BYTES};

/// How much of the expression is drawn before the fault, in characters.
const BEFORE: usize = 60;
/// How much is drawn from the start of the fault on, in characters.
const FROM: usize = 60;

impl ExpressionError {
    /// A fault of `expression`, of which no more than the limit is kept.
    pub(super) fn new(expression: &str, at: Range<usize>, message: impl Into<String>) -> Self {
        let end = expression.floor_char_boundary(MAX_EXPRESSION_BYTES);
        let expression = expression.get(..end).unwrap_or(expression).to_owned();
        Self { expression, at, message: message.into() }
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, carets) = draw(&self.expression, &self.at);
        write!(f, "{}\n  {line}\n  {carets}", self.message)
    }
}

impl std::error::Error for ExpressionError {}

/// The part of the expression around the fault and the line below it. A fault at the very end gets one caret.
fn draw(expression: &str, at: &Range<usize>) -> (String, String) {
    let characters = |upto: usize| expression.char_indices().take_while(|(place, _)| *place < upto).count();
    let (start, end, total) = (characters(at.start), characters(at.end), expression.chars().count());
    let first = start.saturating_sub(BEFORE);
    let last = total.min(start + FROM);
    let shown = expression.chars().skip(first).take(last - first).map(|c| if c.is_control() { ' ' } else { c });
    let opening = if first > 0 { "…" } else { "" };
    let closing = if last < total { "…" } else { "" };
    // Control characters would break the line or move the caret, so each is drawn as one blank.
    let line: String = opening.chars().chain(shown).chain(closing.chars()).collect();
    let indent = " ".repeat(opening.chars().count() + start - first);
    let carets = "^".repeat(end.min(last).saturating_sub(start).max(1));
    (line, indent + &carets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_fault_whatever_the_width_in_bytes() {
        let expression = "claims['süb'] eq é";
        let at = expression.find('é').unwrap()..expression.len();
        let error = ExpressionError::new(expression, at, "Put it in quotes.");
        assert_eq!(error.to_string(), "Put it in quotes.\n  claims['süb'] eq é\n                   ^");
    }

    #[test]
    fn a_long_expression_is_cut_on_both_sides() {
        let expression = format!("{}!!{}", "a".repeat(500), "b".repeat(500));
        let (line, carets) = draw(&expression, &(500..502));
        assert_eq!(line, format!("…{}!!{}…", "a".repeat(60), "b".repeat(58)));
        assert_eq!(carets, format!("{}^^", " ".repeat(61)));
    }

    #[test]
    fn a_fault_at_the_end_and_places_outside_are_drawn() {
        assert_eq!(draw("ab", &(2..2)), ("ab".to_owned(), "  ^".to_owned()));
        assert_eq!(draw("", &(0..0)), (String::new(), "^".to_owned()));
        assert_eq!(draw("a\tb", &(7..9)).0, "a b");
    }
}
