//! The blanks between tokens, and other things that are read but doubtful.

use std::ops::Range;

use super::ExpressionWarning;
use super::scan::{Kind, Token};

/// Where a blank is missing in an expression that is otherwise right.
pub(super) fn missing(tokens: &[Token<'_>]) -> Option<Range<usize>> {
    let mut gaps = tokens.windows(2).filter_map(pair);
    gaps.find(|(left, right)| !joined(left, right) && left.at.end == right.at.start).map(|(_, right)| right.at.clone())
}

/// Everything doubtful in an expression that was parsed.
pub(super) fn warnings(text: &str, tokens: &[Token<'_>]) -> Vec<ExpressionWarning> {
    let mut warnings: Vec<_> = blanks(text, tokens).into_iter().collect();
    warnings
        .extend(tokens.iter().filter(|token| token.text.get(1..).is_some_and(|text| text.contains("''"))).map(quote));
    warnings
        .extend(tokens.windows(2).filter_map(pair).filter(|(operator, _)| operator.text == "eq").filter_map(wildcard));
    warnings
}

/// The first place with more blanks than documented. One is enough, since the same hand put in the others.
fn blanks(text: &str, tokens: &[Token<'_>]) -> Option<ExpressionWarning> {
    let first = tokens.first().map(|token| (0..token.at.start, ""));
    let last = tokens.last().map(|token| (token.at.end..text.len(), ""));
    let between = tokens.windows(2).filter_map(pair).map(|(left, right)| {
        let documented = if joined(left, right) { "" } else { " " };
        (left.at.end..right.at.start, documented)
    });
    let mut places = first.into_iter().chain(between).chain(last);
    let (at, _) = places.find(|(at, documented)| text.get(at.clone()) != Some(*documented))?;
    let message = "Only single spaces are documented, and none inside of claims['…'] or around the whole.".to_owned();
    Some(ExpressionWarning { at, message })
}

/// A quote inside of quotes.
fn quote(token: &Token<'_>) -> ExpressionWarning {
    let message = "Two single quotes are taken as one here; how Entra reads them is not documented.".to_owned();
    ExpressionWarning { at: token.at.clone(), message }
}

/// A comparand of `eq` that looks like a pattern.
fn wildcard((_, comparand): (&Token<'_>, &Token<'_>)) -> Option<ExpressionWarning> {
    let message = "The operator eq takes * and ? as they are; use matches for a pattern.".to_owned();
    comparand.text.contains(['*', '?']).then(|| ExpressionWarning { at: comparand.at.clone(), message })
}

/// Whether the two stand together without a blank: the parts of `claims['name']`.
fn joined(left: &Token<'_>, right: &Token<'_>) -> bool {
    left.kind == Kind::Open || matches!(right.kind, Kind::Open | Kind::Close)
}

fn pair<'t, 'a>(window: &'t [Token<'a>]) -> Option<(&'t Token<'a>, &'t Token<'a>)> {
    match window {
        [left, right] => Some((left, right)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Expression;

    fn warned(text: &str) -> Vec<&str> {
        Expression::parse(text).unwrap();
        Expression::warnings(text).into_iter().map(|warning| text.get(warning.at).unwrap()).collect()
    }

    #[test]
    fn the_documented_form_has_no_warning() {
        assert!(warned("claims['sub'] matches 'a*?' and claims['x'] eq ''").is_empty());
    }

    #[test]
    fn other_blanks_are_read_and_warned_of_once() {
        for (text, place) in [
            (" claims['sub'] eq 'a'", " "),
            ("claims['sub'] eq 'a'\n", "\n"),
            ("claims['sub']  eq\t'a'", "  "),
            ("claims[ 'sub' ] eq 'a'", " "),
            ("claims ['sub'] eq 'a'", " "),
        ] {
            assert_eq!(warned(text), [place], "{text:?}");
        }
    }

    #[test]
    fn doubled_quotes_and_wildcards_after_eq_are_doubtful() {
        assert_eq!(warned("claims['sub'] matches 'it''s'"), ["'it''s'"]);
        assert_eq!(warned("claims['sub'] eq 'repo:*'"), ["'repo:*'"]);
        assert!(Expression::warnings("claims['sub'] eq").is_empty());
    }
}
