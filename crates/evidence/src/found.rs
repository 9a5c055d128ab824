//! What a reader of one kind hands back.

use crate::{Content, Evidence, Item, Skipped};

/// The parts of a document, and what could not be used of it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// What was recognised, in the order of the input.
    pub(crate) parts: Vec<Part>,
    /// Why the rest is of no use, a sentence each.
    pub(crate) skipped: Vec<String>,
}

/// One recognised thing, before it is known which input it is from.
#[derive(Debug)]
pub(crate) struct Part {
    /// In a few words, with counts.
    pub(crate) taken_for: String,
    /// What is in it.
    pub(crate) content: Content,
}

impl Found {
    /// One part.
    pub(crate) fn part(taken_for: impl Into<String>, content: Content) -> Self {
        Self { parts: vec![Part { taken_for: taken_for.into(), content }], skipped: Vec::new() }
    }

    /// Nothing but a reason.
    pub(crate) fn skipped(why: impl Into<String>) -> Self {
        Self { parts: Vec::new(), skipped: vec![why.into()] }
    }

    /// Adds what another reader found.
    pub(crate) fn extend(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.skipped.extend(other.skipped);
    }

    /// Whether nothing was recognised, not even as unusable.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.skipped.is_empty()
    }

    /// The evidence, now that its source is known.
    pub(crate) fn into_evidence(self, source: &str) -> Evidence {
        let item = |Part { taken_for, content }| Item { source: source.to_owned(), taken_for, content };
        let skipped = |why| Skipped { source: source.to_owned(), why };
        Evidence {
            items: self.parts.into_iter().map(item).collect(),
            skipped: self.skipped.into_iter().map(skipped).collect(),
        }
    }
}

/// `1 refresh`, `12,345 refreshes`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    let digits = count.to_string();
    let mut number = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    format!("{number} {}", if count == 1 { one } else { many })
}

/// `none failed`, `1 failed`.
pub(crate) fn failed(count: u64) -> String {
    if count == 0 { "none failed".to_owned() } else { counted(count, "failed", "failed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_well() {
        assert_eq!(counted(1, "line", "lines"), "1 line");
        assert_eq!(counted(999, "line", "lines"), "999 lines");
        assert_eq!(counted(12_345_678, "line", "lines"), "12,345,678 lines");
        assert_eq!(failed(0), "none failed");
    }
}
