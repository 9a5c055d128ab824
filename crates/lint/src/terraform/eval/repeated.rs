//! `for` expressions.

use hcl_edit::expr::{Expression, ForExpr};

use super::{Evaluated, Frame, Invalid, Scope, unknown, why};
use crate::source::{Entry, Node, Place, Text, Value};

/// The members of a collection in the order in which Terraform visits them, each with its key.
pub(super) fn members(collection: &Node) -> Option<Vec<(Node, &Node)>> {
    match &collection.value {
        Value::Sequence(items) => {
            let key = |at: usize, item: &Node| Node::scalar(Text::literal(at.to_string(), item.place), false);
            Some(items.iter().enumerate().map(|(at, item)| (key(at, item), item)).collect())
        }
        Value::Mapping(entries) => {
            let mut entries: Vec<&Entry> = entries.iter().collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            let key = |entry: &Entry| Node::scalar(Text::literal(entry.key.clone(), entry.key_place), true);
            Some(entries.into_iter().map(|entry| (key(entry), &entry.value)).collect())
        }
        Value::Null | Value::Scalar { .. } => None,
    }
}

impl Scope<'_, '_> {
    pub(super) fn repeated(&self, whole: &Expression, repeated: &ForExpr) -> Evaluated {
        let collection = self.expression(&repeated.intro.collection_expr)?;
        let at = self.place(whole);
        let Some(members) = members(&collection) else {
            if collection.known().is_some() || collection.is_null() {
                return Err(Invalid);
            }
            return Ok(unknown(self.symbol(whole), why(&[&collection]), at));
        };
        let mut result = Gathered::new(repeated);
        for (key, value) in &members {
            let outer = repeated.intro.key_var.as_ref().map(|name| Frame {
                name: name.as_str(),
                value: key,
                outer: self.frame,
            });
            let frame = Frame { name: repeated.intro.value_var.as_str(), value, outer: outer.as_ref().or(self.frame) };
            let scope = Scope { frame: Some(&frame), ..*self };
            if let Some(filter) = &repeated.cond {
                match scope.expression(&filter.expr)?.known() {
                    Some("true") => {}
                    Some(_) => continue,
                    None => return Ok(self.open(whole, &[&collection])),
                }
            }
            let made = scope.expression(&repeated.value_expr)?;
            let named = repeated.key_expr.as_ref().map(|key| scope.expression(key)).transpose()?;
            if result.add(named, made).is_none() {
                return Ok(self.open(whole, &[&collection]));
            }
        }
        Ok(result.into_node(at))
    }
}

/// What a `for` has made so far.
enum Gathered {
    Items(Vec<Node>),
    Entries { entries: Vec<Entry>, grouping: bool },
}

impl Gathered {
    fn new(repeated: &ForExpr) -> Self {
        match repeated.key_expr {
            None => Self::Items(Vec::new()),
            Some(_) => Self::Entries { entries: Vec::new(), grouping: repeated.grouping },
        }
    }

    /// `None` where the key is not known.
    fn add(&mut self, key: Option<Node>, value: Node) -> Option<()> {
        match self {
            Self::Items(items) => items.push(value),
            Self::Entries { entries, grouping } => {
                let key = key?;
                let name = key.known()?;
                let known = if *grouping { entries.iter_mut().find(|entry| entry.key == name) } else { None };
                match known.map(|entry| &mut entry.value.value) {
                    Some(Value::Sequence(items)) => items.push(value),
                    _ => {
                        let place = value.place;
                        let value = if *grouping { Node { place, value: Value::Sequence(vec![value]) } } else { value };
                        entries.push(Entry { key: name.to_owned(), key_place: key.place, value });
                    }
                }
            }
        }
        Some(())
    }

    fn into_node(self, place: Place) -> Node {
        let value = match self {
            Self::Items(items) => Value::Sequence(items),
            Self::Entries { entries, .. } => Value::Mapping(entries),
        };
        Node { place, value }
    }
}
