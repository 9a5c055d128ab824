//! Placeholders that are filled in before a manifest reaches the cluster.

use crate::source::{Piece, Text, Unknown, Why};

/// How placeholders begin and end, the longer beginnings first.
const FORMS: &[(&str, &str)] =
    &[("${", "}"), ("$(", ")"), ("#{", "}#"), ("{{", "}}"), ("@@", "@@"), ("__", "__"), ("<", ">"), ("%%", "%%")];

/// A text in which placeholders are pieces that are not known.
pub(super) fn read(text: &Text) -> Text {
    let pieces = text.pieces().into_iter().flat_map(|piece| match piece {
        Piece::Literal(literal) => split(&literal),
        unknown @ Piece::Unknown(_) => vec![unknown],
    });
    Text::of(pieces, text.place)
}

fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, symbol, after)) = first(rest) {
        pieces.push(Piece::Literal(before.to_owned()));
        pieces.push(Piece::Unknown(Unknown { symbol: symbol.to_owned(), why: Why::Placeholder }));
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces
}

/// What stands before the first placeholder, its name, and what follows it.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let delimited = FORMS.iter().filter_map(|(open, close)| {
        let (before, rest) = text.split_once(open)?;
        let (inner, after) = rest.split_once(close)?;
        name(inner).map(|symbol| (before, symbol, after))
    });
    delimited.chain(bare(text)).min_by_key(|(before, _, _)| before.len())
}

/// `$NAME`, as `envsubst` replaces it.
fn bare(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('$')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (symbol, after) = rest.split_at_checked(end)?;
    let named = symbol.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    named.then_some((before, symbol, after))
}

/// The name in a placeholder, without a default as in `${NAME:-default}`.
fn name(inner: &str) -> Option<&str> {
    let name = inner.split(":=").next()?.split(":-").next()?.trim();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '/');
    (!name.is_empty() && name.chars().all(fits)).then_some(name)
}

/// Whether a text stands where an id is still to be put, without any mark: `YOUR_CLIENT_ID`, `replace-me`.
pub(crate) fn is_stand_in(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "your",
        "replac",
        "change",
        "todo",
        "fixme",
        "placeholder",
        "xxxx",
        "example",
        "dummy",
        "insert",
        "fill",
        "patch",
        "overrid",
        "set-",
        "set_",
        "tbd",
        "to-be",
        "inject",
        "managed by",
        "...",
    ];
    let lower = text.to_ascii_lowercase();
    let constant = text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let zeros = text.chars().all(|c| c == '0' || c == '-');
    constant || zeros || WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place};

    #[test]
    fn every_form() {
        let place = Place::new(FileId(0), 0..0);
        for (written, read) in [
            ("orders", "orders"),
            ("${NS}-app", "${NS}-app"),
            ("${NS:=shop}", "${NS}"),
            ("a-__NS__-b", "a-${NS}-b"),
            ("<your namespace>", "${your namespace}"),
            ("#{clientId}#", "${clientId}"),
            ("$CLIENT_ID", "${CLIENT_ID}"),
            ("{{ ns }}/x", "${ns}/x"),
            ("a < b > c$", "a ${b} c$"),
            ("costs 5$", "costs 5$"),
        ] {
            assert_eq!(super::read(&Text::literal(written, place)).to_string(), read, "{written}");
        }
    }
}
