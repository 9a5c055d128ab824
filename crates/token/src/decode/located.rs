//! A text taken out of another, with the way back to its positions.

use std::borrow::Cow;
use std::ops::Range;

/// Part of the pasted text, or something decoded from a part of it.
#[derive(Clone, Debug)]
pub(super) struct Located<'a> {
    text: Cow<'a, str>,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    /// Verbatim pieces of the paste, in order.
    Pieces(Vec<Piece>),
    /// Decoded from this range: single characters have no place of their own.
    Within(Range<usize>),
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    here: usize,
    there: usize,
    length: usize,
}

impl<'a> Located<'a> {
    /// The paste itself.
    pub(super) fn whole(text: &'a str) -> Self {
        let piece = Piece { here: 0, there: 0, length: text.len() };
        Self { text: Cow::Borrowed(text), origin: Origin::Pieces(vec![piece]) }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The part in `range`; an impossible range gives an empty text.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let text = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(range.clone()).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(range.clone()).unwrap_or_default().to_owned()),
        };
        let origin = match &self.origin {
            Origin::Pieces(pieces) => Origin::Pieces(cut(pieces, &range)),
            Origin::Within(outer) => Origin::Within(outer.clone()),
        };
        Self { text, origin }
    }

    /// What `range` says once decoded.
    pub(super) fn decoded(&self, range: Range<usize>, text: String) -> Self {
        Self { text: Cow::Owned(text), origin: Origin::Within(self.at(range)) }
    }

    /// The text without the characters that `drop` names; `None` when there are none.
    pub(super) fn without(&self, drop: fn(char) -> bool) -> Option<Self> {
        self.text.contains(drop).then(|| {
            let mut text = String::with_capacity(self.text.len());
            let mut kept = Vec::new();
            for (at, part) in words(&self.text, drop) {
                kept.push(Piece { here: text.len(), there: at, length: part.len() });
                text.push_str(part);
            }
            let origin = match &self.origin {
                Origin::Pieces(pieces) => {
                    Origin::Pieces(kept.iter().flat_map(|piece| through(pieces, piece)).collect())
                }
                Origin::Within(outer) => Origin::Within(outer.clone()),
            };
            Self { text: Cow::Owned(text), origin }
        })
    }

    /// Where `range` of this text stands in the paste.
    pub(super) fn at(&self, range: Range<usize>) -> Range<usize> {
        match &self.origin {
            Origin::Within(outer) => outer.clone(),
            Origin::Pieces(pieces) => {
                let last = range.end.min(self.text.len());
                let start = place(pieces, range.start.min(last));
                if range.start < last { start..place(pieces, last - 1) + 1 } else { start..start }
            }
        }
    }
}

fn words(text: &str, separator: fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let pieces = text.split_inclusive(separator).map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(separator))
    });
    pieces.filter(|(_, piece)| !piece.is_empty())
}

/// The place of one byte in the paste; the end of the last piece for a position behind it.
fn place(pieces: &[Piece], here: usize) -> usize {
    let next = pieces.partition_point(|piece| piece.here <= here);
    let Some(piece) = next.checked_sub(1).and_then(|index| pieces.get(index)) else {
        return pieces.first().map_or(0, |piece| piece.there);
    };
    piece.there + (here - piece.here).min(piece.length)
}

/// `piece` with its `there` followed through `pieces`.
fn through(pieces: &[Piece], piece: &Piece) -> Vec<Piece> {
    let mut found = cut(pieces, &(piece.there..piece.there + piece.length));
    for part in &mut found {
        part.here += piece.here;
    }
    found
}

/// The pieces in `range`, counted from its start.
fn cut(pieces: &[Piece], range: &Range<usize>) -> Vec<Piece> {
    let first = pieces.partition_point(|piece| piece.here + piece.length <= range.start);
    let overlapping = pieces.get(first..).unwrap_or_default().iter().take_while(|piece| piece.here < range.end);
    let mut found: Vec<Piece> = overlapping.map(|piece| clip(piece, range)).collect();
    if found.is_empty() {
        found.push(Piece { here: 0, there: place(pieces, range.start), length: 0 });
    }
    found
}

fn clip(piece: &Piece, range: &Range<usize>) -> Piece {
    let start = piece.here.max(range.start);
    let end = (piece.here + piece.length).min(range.end);
    Piece { here: start - range.start, there: piece.there + (start - piece.here), length: end.saturating_sub(start) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_survive_cutting_and_dropping() {
        let paste = "say 'ab\n cd ef' now";
        let inner = Located::whole(paste).slice(5..14);
        let joined = inner.without(char::is_whitespace).unwrap();
        assert_eq!(joined.text(), "abcdef");
        for (here, expected) in [(0..2, "ab"), (2..4, "cd"), (1..3, "b\n c"), (4..6, "ef"), (5..6, "f")] {
            assert_eq!(paste.get(joined.at(here)), Some(expected));
        }
        let tail = joined.slice(3..6);
        assert_eq!(paste.get(tail.at(0..1)), Some("d"));
        assert_eq!(paste.get(tail.at(1..3)), Some("ef"));
    }

    #[test]
    fn a_position_behind_the_end_is_the_end() {
        let located = Located::whole("  ab ").slice(2..4);
        assert_eq!(located.at(2..2), 4..4);
        assert_eq!(located.at(7..9), 4..4);
        assert_eq!(located.at(1..9), 3..4);
    }

    #[test]
    fn decoded_text_points_at_what_it_was_decoded_from() {
        let whole = Located::whole("x=%41%42&y");
        let decoded = whole.decoded(2..8, "AB".to_owned());
        assert_eq!(decoded.text(), "AB");
        assert_eq!(decoded.at(1..2), 2..8);
        assert_eq!(decoded.slice(1..2).at(0..1), 2..8);
    }

    #[test]
    fn nothing_to_drop_is_none() {
        assert!(Located::whole("ab").without(char::is_whitespace).is_none());
    }
}
