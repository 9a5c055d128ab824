//! YAML as trees with places.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Entry, FileId, Node, Place, SyntaxError, Text, Value};

/// How deep a document may be nested, and how many nodes aliases may add to it.
const MAX_DEPTH: usize = 128;
const MAX_ALIASED: usize = 100_000;

/// Every document of a file, and where reading stopped if it did; the documents before that are kept.
pub fn read(file: FileId, text: &str) -> (Vec<Node>, Option<SyntaxError>) {
    let mut reader = Reader {
        file,
        offsets: Offsets::new(text),
        anchors: HashMap::new(),
        aliased: 0,
        open: Vec::new(),
        documents: Vec::new(),
    };
    let mut error = None;
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                if let Err(message) = reader.event(event, span) {
                    let place = reader.place(span);
                    error = Some(SyntaxError { place, message });
                    break;
                }
            }
            Err(failure) => {
                let at = reader.offsets.byte(failure.marker().index());
                let place = Place::new(file, at..at);
                error = Some(SyntaxError { place, message: failure.info().to_owned() });
                break;
            }
        }
    }
    (reader.documents, error)
}

/// From characters, which the parser counts, to bytes.
struct Offsets {
    /// The byte of every character, where the text is not all ASCII.
    bytes: Option<Vec<u32>>,
    len: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let table = || text.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        Self { bytes: (!text.is_ascii()).then(table), len: text.len() }
    }

    fn byte(&self, character: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(character).map_or(self.len, |at| *at as usize),
            None => character.min(self.len),
        }
    }
}

/// A collection that is being read.
enum Open {
    Sequence { place: Place, anchor: usize, items: Vec<Node> },
    Mapping { place: Place, anchor: usize, entries: Vec<Entry>, key: Option<(String, Place)> },
}

struct Reader {
    file: FileId,
    offsets: Offsets,
    anchors: HashMap<usize, Node>,
    /// How many nodes aliases have copied.
    aliased: usize,
    open: Vec<Open>,
    documents: Vec<Node>,
}

impl Reader {
    fn place(&self, span: Span) -> Place {
        Place::new(self.file, self.offsets.byte(span.start.index())..self.offsets.byte(span.end.index()))
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        let place = self.place(span);
        match event {
            Event::Scalar(text, style, anchor, _) => self.add(scalar(text, style, place), anchor),
            Event::SequenceStart(anchor, _) => {
                self.open.push(Open::Sequence { place, anchor, items: Vec::new() });
            }
            Event::MappingStart(anchor, _) => {
                self.open.push(Open::Mapping { place, anchor, entries: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place),
            Event::Alias(anchor) => self.alias(anchor, place)?,
            _ => {}
        }
        if self.open.len() > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        Ok(())
    }

    fn close(&mut self, end: Place) {
        match self.open.pop() {
            Some(Open::Sequence { place, anchor, items }) => {
                let place = items.last().map_or(place.to(end), |last| place.to(last.place));
                self.add(Node { place, value: Value::Sequence(items) }, anchor);
            }
            Some(Open::Mapping { place, anchor, entries, .. }) => {
                // The parser ends a block where the next token begins; what is in it ends earlier.
                let place = entries.last().map_or(place.to(end), |last| place.to(last.value.place));
                self.add(Node { place, value: Value::Mapping(merged(entries)) }, anchor);
            }
            None => {}
        }
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), String> {
        let node = self.anchors.get(&anchor).cloned().unwrap_or(Node { place, value: Value::Null });
        let mut count = 0;
        node.walk(&mut |_| count += 1);
        self.aliased += count;
        if self.aliased > MAX_ALIASED {
            return Err("aliases make the document too large".to_owned());
        }
        self.add(node, 0);
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                Some((key, key_place)) => entries.push(Entry { key, key_place, value: node }),
                None => *key = Some((node.known().unwrap_or_default().to_owned(), node.place)),
            },
        }
    }
}

/// `<<` brings in the entries of other mappings, which those written here override.
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    if entries.iter().all(|entry| entry.key != "<<") {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == "<<");
    let mut known: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    for node in merges.iter().flat_map(|merge| merge.value.one_or_many()) {
        own.extend(node.entries().iter().filter(|entry| known.insert(entry.key.clone())).cloned());
    }
    own
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, place: Place) -> Node {
    let plain = style == ScalarStyle::Plain;
    if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
        return Node { place, value: Value::Null };
    }
    Node::scalar(Text::literal(text, place), !plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        let (documents, error) = read(FileId(0), text);
        assert_eq!(error, None);
        documents.into_iter().next().unwrap()
    }

    #[test]
    fn places_are_bytes() {
        let text = "é: \"ü\"\non:\n  push: [main]\n";
        let node = one(text);
        assert_eq!(text.get(node.get("é").unwrap().place.range()), Some("\"ü\""));
        assert_eq!(text.get(node.entry("on").unwrap().key_place.range()), Some("on"));
        assert_eq!(text.get(node.at(&["on", "push"]).unwrap().items()[0].place.range()), Some("main"));
    }

    #[test]
    fn merges_and_aliases() {
        let node = one("base: &b {a: 1, b: 2}\nuse:\n  <<: *b\n  b: 3\n");
        assert_eq!(node.known_at(&["use", "a"]), Some("1"));
        assert_eq!(node.known_at(&["use", "b"]), Some("3"));
    }

    #[test]
    fn what_comes_before_the_fault_is_kept() {
        let (documents, error) = read(FileId(0), "a: 1\n---\nb: [1\n");
        assert_eq!(documents.len(), 1);
        assert!(error.is_some());
    }

    #[test]
    fn aliases_do_not_explode() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let before = format!("*a{}", level - 1);
            let items = vec![before; 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(read(FileId(0), &text).1.is_some_and(|error| error.message.contains("too large")));
    }
}
