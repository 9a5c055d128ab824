//! An inverted index over the entries: which words stand where, and how much that says.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{Catalog, Entry};
use crate::words::words;

/// Postings by word: entry number and weight.
pub(crate) struct Index(BTreeMap<String, BTreeMap<u16, u8>>);

impl Index {
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let mut index = Self(BTreeMap::new());
        for (number, entry) in catalog.entries.values().enumerate() {
            index.add(u16::try_from(number).unwrap_or(u16::MAX), entry, catalog);
        }
        index
    }

    /// A word counts for every kind of place it stands in, the first cause more than the others.
    fn add(&mut self, number: u16, entry: &Entry, catalog: &Catalog) {
        let head = &entry.head;
        let mut causes =
            head.causes.iter().filter_map(|id| catalog.causes.get(id)).map(|(cause, _)| cause.title.clone());
        let places: Vec<(u8, String)> = vec![
            (12, head.code.clone()),
            (10, head.name.clone().unwrap_or_default()),
            (10, head.title.clone()),
            (8, causes.next().unwrap_or_default()),
            (4, causes.collect::<Vec<_>>().join(" ")),
            (4, format!("{} {} {}", head.family, head.category, head.surfaces.join(" "))),
            (5, head.messages.join(" ")),
            (4, entry.meaning.clone()),
            (3, entry.questions.iter().map(|(question, _)| question.clone()).collect::<Vec<_>>().join(" ")),
            (2, entry.why.clone()),
        ];
        for (weight, text) in places {
            for word in words(&text).into_iter().collect::<BTreeSet<_>>() {
                let known = self.0.entry(word).or_default().entry(number).or_default();
                *known = known.saturating_add(weight);
            }
        }
    }

    /// The words in order, a line each.
    pub(crate) fn words(&self) -> String {
        self.0.keys().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Three bytes for each posting: the entry's number, little-endian, and the weight.
    pub(crate) fn postings(&self) -> Vec<u8> {
        let bytes = |(number, weight): (&u16, &u8)| {
            let [low, high] = number.to_le_bytes();
            [low, high, *weight]
        };
        self.0.values().flat_map(|postings| postings.iter().flat_map(bytes).collect::<Vec<u8>>()).collect()
    }

    /// Where each word's postings end, counted in postings, four bytes little-endian each.
    pub(crate) fn ends(&self) -> Vec<u8> {
        let mut end = 0_u32;
        let mut ends = Vec::new();
        for postings in self.0.values() {
            end += u32::try_from(postings.len()).unwrap_or(u32::MAX);
            ends.extend(end.to_le_bytes());
        }
        ends
    }
}
