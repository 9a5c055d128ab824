//! Text taken out of a raw window, with the place of every byte in the input.

use std::ops::Range;

/// Decoded text; every byte remembers the offset of the raw byte that it came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    text: String,
    at: Vec<usize>,
}

impl Text {
    /// Bytes as text: what is not UTF-8 becomes a replacement character.
    pub(super) fn lossy(raw: &[u8], base: usize) -> Self {
        if let Ok(valid) = std::str::from_utf8(raw) {
            return Self { text: valid.to_owned(), at: (base..base + raw.len()).collect() };
        }
        let mut text = Self { text: String::with_capacity(raw.len()), at: Vec::with_capacity(raw.len()) };
        let mut offset = base;
        for chunk in raw.utf8_chunks() {
            text.text.push_str(chunk.valid());
            text.at.extend(offset..offset + chunk.valid().len());
            offset += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER, offset);
                offset += chunk.invalid().len();
            }
        }
        text
    }

    /// An empty text with room for as much as another holds.
    pub(super) fn like(other: &Self) -> Self {
        Self { text: String::with_capacity(other.text.len()), at: Vec::with_capacity(other.at.len()) }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The raw offset of the byte at `index`, or of the end.
    pub(super) fn raw(&self, index: usize) -> usize {
        self.at.get(index).or(self.at.last()).copied().unwrap_or_default()
    }

    pub(super) fn push(&mut self, char: char, at: usize) {
        self.text.push(char);
        self.at.extend(std::iter::repeat_n(at, char.len_utf8()));
    }

    pub(super) fn push_str(&mut self, text: &str, at: usize) {
        self.text.push_str(text);
        self.at.extend(std::iter::repeat_n(at, text.len()));
    }

    /// Appends a part of another text; nothing where the range does not end between characters.
    pub(super) fn append(&mut self, from: &Self, range: Range<usize>) {
        if let (Some(text), Some(at)) = (from.text.get(range.clone()), from.at.get(range)) {
            self.text.push_str(text);
            self.at.extend_from_slice(at);
        }
    }

    /// A part of this text.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        part.append(self, range);
        part
    }
}
