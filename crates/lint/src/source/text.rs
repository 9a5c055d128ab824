//! Texts of which a part may not be known before the deployment.

use std::fmt;

use super::Place;

/// A text at its place: known, or known but for some pieces.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it stands.
    pub place: Place,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Known(String),
    /// With an unknown piece at least, no two literals side by side and none empty.
    Mixed(Vec<Piece>),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As written.
    Literal(String),
    /// Not known.
    Unknown(Unknown),
}

/// Something that has a value only later, or elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What is written in its place, which is also its identity: `azuread_application.app.client_id`,
    /// `secrets.AZURE_CLIENT_ID`. Two of one name in one place have one value.
    pub symbol: String,
    /// Why it is not known.
    pub why: Why,
}

/// Why a value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It is kept outside of the repository: a secret, a variable of the platform.
    Stored,
    /// A variable, input or parameter for which no value is in the repository.
    NotGiven,
    /// It exists only once the resource does.
    AfterDeployment,
    /// An expression that is not worked out here.
    Expression,
    /// A module, template or file that is not in the repository.
    Elsewhere,
    /// A placeholder that a tool fills in.
    Placeholder,
    /// The repository's own name is not known.
    Repository,
}

impl Why {
    /// Why, as what follows "`X`".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "is kept outside of the repository",
            Self::NotGiven => "has no value in the repository",
            Self::AfterDeployment => "is known only after the deployment",
            Self::Expression => "is an expression that cannot be worked out before the run",
            Self::Elsewhere => "is defined in a place that was not given",
            Self::Placeholder => "is a placeholder",
            Self::Repository => "is the repository's name, which is not known here (give `--repository`)",
        }
    }
}

/// Whether two texts are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// They are.
    Equal,
    /// Whatever the unknown pieces turn out to be, they are not.
    Different,
    /// It depends on what is not known.
    Open,
}

impl Text {
    /// A text that is known.
    pub fn literal(text: impl Into<String>, place: Place) -> Self {
        Self { place, content: Content::Known(text.into()) }
    }

    /// A text that is not known at all.
    pub fn unknown(symbol: impl Into<String>, why: Why, place: Place) -> Self {
        Self { place, content: Content::Mixed(vec![Piece::Unknown(Unknown { symbol: symbol.into(), why })]) }
    }

    /// A text of pieces.
    pub fn of(pieces: impl IntoIterator<Item = Piece>, place: Place) -> Self {
        let mut merged: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (merged.last_mut(), piece) {
                (_, Piece::Literal(text)) if text.is_empty() => {}
                (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
                (_, piece) => merged.push(piece),
            }
        }
        let content = match merged.as_mut_slice() {
            [] => Content::Known(String::new()),
            [Piece::Literal(text)] => Content::Known(std::mem::take(text)),
            _ => Content::Mixed(merged),
        };
        Self { place, content }
    }

    /// The same text at another place.
    pub fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The text, where all of it is known.
    pub fn known(&self) -> Option<&str> {
        match &self.content {
            Content::Known(text) => Some(text),
            Content::Mixed(_) => None,
        }
    }

    /// Its pieces; one for a text that is known, none for an empty one.
    pub fn pieces(&self) -> Vec<Piece> {
        match &self.content {
            Content::Known(text) if text.is_empty() => Vec::new(),
            Content::Known(text) => vec![Piece::Literal(text.clone())],
            Content::Mixed(pieces) => pieces.clone(),
        }
    }

    /// What is not known of it.
    pub fn unknowns(&self) -> impl Iterator<Item = &Unknown> {
        let pieces = match &self.content {
            Content::Known(_) => &[][..],
            Content::Mixed(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Unknown(unknown) => Some(unknown),
            Piece::Literal(_) => None,
        })
    }

    /// The symbol, where the text is one unknown and nothing else.
    pub fn symbol(&self) -> Option<&str> {
        match &self.content {
            Content::Mixed(pieces) => match pieces.as_slice() {
                [Piece::Unknown(unknown)] => Some(&unknown.symbol),
                _ => None,
            },
            Content::Known(_) => None,
        }
    }

    /// One text after the other, at this one's place.
    pub fn then(&self, other: &Self) -> Self {
        if let (Content::Known(own), Content::Known(other)) = (&self.content, &other.content) {
            return Self::literal([own.as_str(), other].concat(), self.place);
        }
        Self::of(self.pieces().into_iter().chain(other.pieces()), self.place)
    }

    /// Whether the two are one text.
    pub fn agrees(&self, other: &Self) -> Agreement {
        match (&self.content, &other.content) {
            (Content::Known(own), Content::Known(other)) if own == other => Agreement::Equal,
            (Content::Known(_), Content::Known(_)) => Agreement::Different,
            (Content::Known(text), Content::Mixed(pieces)) | (Content::Mixed(pieces), Content::Known(text)) => {
                if fits(pieces, text) { Agreement::Open } else { Agreement::Different }
            }
            (Content::Mixed(own), Content::Mixed(other)) if own == other => Agreement::Equal,
            (Content::Mixed(own), Content::Mixed(other)) => {
                if ends_conflict(own, other) {
                    Agreement::Different
                } else {
                    Agreement::Open
                }
            }
        }
    }

    /// The values that the unknown pieces must have for the whole to be `text`, by symbol; `None` where it cannot be.
    /// The first reading is taken where several are possible.
    pub fn fill_from(&self, text: &str) -> Option<Vec<(String, String)>> {
        match &self.content {
            Content::Known(own) => (own == text).then(Vec::new),
            Content::Mixed(pieces) => solve(pieces, text),
        }
    }
}

/// Two texts are equal when they read the same, wherever they stand.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

/// The text with its unknown pieces as `${symbol}`.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Known(text) => f.write_str(text),
            Content::Mixed(pieces) => pieces.iter().try_for_each(|piece| match piece {
                Piece::Literal(text) => f.write_str(text),
                Piece::Unknown(unknown) => write!(f, "${{{}}}", unknown.symbol),
            }),
        }
    }
}

/// Whether values for the unknown pieces make a text; one symbol always has one value.
fn fits(pieces: &[Piece], text: &str) -> bool {
    solve(pieces, text).is_some()
}

fn solve(pieces: &[Piece], text: &str) -> Option<Vec<(String, String)>> {
    let mut values = Vec::new();
    // The search is exponential only in the number of unknown pieces, of which no subject has many.
    let few = pieces.len() <= 16 && text.len() <= 2048;
    if matches!(pieces.last(), Some(Piece::Literal(end)) if !text.ends_with(end.as_str())) {
        return None;
    }
    if few { solve_from(pieces, text, &mut values).then_some(values) } else { Some(Vec::new()) }
}

fn solve_from(pieces: &[Piece], text: &str, values: &mut Vec<(String, String)>) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return text.is_empty() };
    match first {
        Piece::Literal(literal) => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| solve_from(rest, text, values))
        }
        Piece::Unknown(unknown) => {
            if let Some((_, value)) = values.iter().find(|(symbol, _)| *symbol == unknown.symbol) {
                let value = value.clone();
                return text.strip_prefix(value.as_str()).is_some_and(|text| solve_from(rest, text, values));
            }
            if rest.is_empty() {
                values.push((unknown.symbol.clone(), text.to_owned()));
                return true;
            }
            let ends = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len()));
            for end in ends {
                let (value, left) = text.split_at(end);
                let known = values.len();
                values.push((unknown.symbol.clone(), value.to_owned()));
                if solve_from(rest, left, values) {
                    return true;
                }
                values.truncate(known);
            }
            false
        }
    }
}

/// Whether what both begin with, or both end with, cannot be one text.
fn ends_conflict(a: &[Piece], b: &[Piece]) -> bool {
    let first = |pieces: &[Piece]| match pieces.first() {
        Some(Piece::Literal(text)) => text.clone(),
        _ => String::new(),
    };
    let last = |pieces: &[Piece]| match pieces.last() {
        Some(Piece::Literal(text)) => text.clone(),
        _ => String::new(),
    };
    let (a_first, b_first, a_last, b_last) = (first(a), first(b), last(a), last(b));
    let begin = !a_first.starts_with(&b_first) && !b_first.starts_with(&a_first);
    let end = !a_last.ends_with(&b_last) && !b_last.ends_with(&a_last);
    begin || end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    const HERE: Place = Place { file: FileId(0), start: 0, end: 0 };

    /// `a${b}c`: a literal, an unknown, a literal.
    fn text(written: &str) -> Text {
        let mut pieces = Vec::new();
        for (at, part) in written.split("${").enumerate() {
            match part.split_once('}') {
                Some((symbol, literal)) if at > 0 => {
                    pieces.push(Piece::Unknown(Unknown { symbol: symbol.to_owned(), why: Why::NotGiven }));
                    pieces.push(Piece::Literal(literal.to_owned()));
                }
                _ => pieces.push(Piece::Literal(part.to_owned())),
            }
        }
        Text::of(pieces, HERE)
    }

    #[test]
    fn agreement() {
        use Agreement::{Different, Equal, Open};
        for (a, b, expected) in [
            ("repo:o/r:environment:prod", "repo:o/r:environment:prod", Equal),
            ("repo:o/r:environment:prod", "repo:o/r:environment:Prod", Different),
            ("repo:${repo}:environment:prod", "repo:o/r:environment:prod", Open),
            ("repo:${repo}:environment:prod", "repo:o/r:environment:dev", Different),
            ("repo:${repo}:environment:prod", "repo:${repo}:environment:prod", Equal),
            ("repo:${repo}:environment:prod", "repo:${repo}:environment:dev", Different),
            ("${a}/${a}", "x/x", Open),
            ("${a}/${a}", "x/y", Different),
            ("${a}", "", Open),
            ("", "", Equal),
        ] {
            assert_eq!(text(a).agrees(&text(b)), expected, "{a} and {b}");
            assert_eq!(text(b).agrees(&text(a)), expected, "{b} and {a}");
        }
    }

    #[test]
    fn values_of_the_unknown() {
        let found = text("repo:${owner}/${name}:ref").fill_from("repo:contoso/app:ref").unwrap();
        assert_eq!(found, [("owner".to_owned(), "contoso".to_owned()), ("name".to_owned(), "app".to_owned())]);
    }
}
