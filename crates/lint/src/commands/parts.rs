//! The pieces of a word, as it is put together.

use super::Value;
use crate::source::{Piece, Place, Text, Unknown, Why};

/// The pieces of a word.
#[derive(Default)]
pub(super) struct Parts {
    pieces: Vec<Piece>,
    from: Option<usize>,
    fields: Vec<(String, Value)>,
    /// Where the one value was written that the word is.
    origin: Option<Place>,
}

impl Parts {
    pub(super) fn literal(&mut self, text: &str) {
        self.origin = None;
        match self.pieces.last_mut() {
            Some(Piece::Literal(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Literal(text.to_owned())),
        }
    }

    pub(super) fn extend_char(&mut self, character: Option<char>) {
        if let Some(character) = character {
            self.literal(character.encode_utf8(&mut [0; 4]));
        }
    }

    pub(super) fn unknown(&mut self, symbol: &str, why: Why) {
        self.origin = None;
        self.pieces.push(Piece::Unknown(Unknown { symbol: symbol.to_owned(), why }));
    }

    /// An expression of the platform, `${{ secrets.X }}`.
    pub(super) fn expression(&mut self, expression: &str) {
        let why = if expression.starts_with("secrets.") { Why::Stored } else { Why::NotGiven };
        self.unknown(expression, why);
    }

    pub(super) fn value_of(&mut self, value: &Value) {
        let alone = self.pieces.is_empty() && value.text.symbol().is_none();
        self.origin = alone.then_some(value.text.place);
        self.pieces.extend(value.text.pieces());
        self.from = self.from.or(value.from);
        if self.fields.is_empty() {
            self.fields.clone_from(&value.fields);
        }
    }

    pub(super) fn value(self, place: Place) -> Value {
        let place = self.origin.unwrap_or(place);
        Value { text: Text::of(self.pieces, place), from: self.from, fields: self.fields }
    }
}
