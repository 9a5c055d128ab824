//! A document as a tree in which everything knows its place.

use serde_json::{Map, Number};

use super::{Place, Text};

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// The kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Anything written as one word or text. `quoted` tells `"true"` from `true`.
    Scalar {
        /// The text.
        text: Text,
        /// It is a string whatever it looks like.
        quoted: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values, in order; a repeated key is there twice.
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A text.
    pub fn scalar(text: Text, quoted: bool) -> Self {
        Self { place: text.place, value: Value::Scalar { text, quoted } }
    }

    /// The entries, where this is a mapping.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items, where this is a list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The items of a list, or the value itself where a single one may stand for a list.
    pub fn one_or_many(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entry of a key in any letter case.
    pub fn entry_ignoring_case(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(key))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key, for change.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entries_mut().iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    /// The entries, for change.
    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.value {
            Value::Mapping(entries) => entries,
            _ => &mut [],
        }
    }

    /// The items, for change.
    pub(crate) fn items_mut(&mut self) -> &mut [Self] {
        match &mut self.value {
            Value::Sequence(items) => items,
            _ => &mut [],
        }
    }

    /// Drops the entries that are not wanted, and the room they took.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&Entry) -> bool) {
        if let Value::Mapping(entries) = &mut self.value {
            entries.retain(wanted);
            entries.shrink_to_fit();
        }
    }

    /// The value at the end of several keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// As [`Node::at`], in any letter case: Azure's JSON is read so.
    pub fn at_ignoring_case(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.entry_ignoring_case(key).map(|entry| &entry.value))
    }

    /// The text, where this is one.
    pub fn text(&self) -> Option<&Text> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The text, where this is one and all of it is known.
    pub fn known(&self) -> Option<&str> {
        self.text().and_then(Text::known)
    }

    /// The text of a key's value, where all of it is known.
    pub fn known_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).and_then(Self::known)
    }

    /// Whether this is `true` or `false`, written without quotes.
    pub fn boolean(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar { text, quoted: false } => match text.known()? {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether nothing stands here.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Every node of the tree, this one first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match &self.value {
            Value::Sequence(items) => items.iter().for_each(|item| item.walk(visit)),
            Value::Mapping(entries) => entries.iter().for_each(|entry| entry.value.walk(visit)),
            Value::Null | Value::Scalar { .. } => {}
        }
    }

    /// The tree as JSON; what is not known is shown as it would be in a message.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar { text, quoted } => {
                let shown = text.to_string();
                if *quoted {
                    return serde_json::Value::String(shown);
                }
                let number = || shown.parse().ok().map(|number: Number| serde_json::Value::Number(number));
                self.boolean().map(serde_json::Value::Bool).or_else(number).unwrap_or(serde_json::Value::String(shown))
            }
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => {
                let members: Map<_, _> =
                    entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect();
                serde_json::Value::Object(members)
            }
        }
    }
}
