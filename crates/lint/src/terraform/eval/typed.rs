//! What the type of a variable adds to its value: the defaults of optional attributes.

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::super::module::Written;
use super::Scope;
use crate::source::{Entry, Node, Place, Value};

/// A value as its variable's type makes it.
pub(in crate::terraform) fn typed(scope: Scope<'_, '_>, written: Written<'_>, value: Node) -> Node {
    Scope { file: written.file, ..scope }.typed(written.expression, value)
}

impl Scope<'_, '_> {
    fn typed(&self, kind: &Expression, mut value: Node) -> Node {
        let Expression::FuncCall(call) = kind else { return value };
        let Some(inner) = call.args.get(0) else { return value };
        match (call.name.name.as_str(), &mut value.value) {
            ("optional", _) => return self.typed(inner, value),
            ("list" | "set", Value::Sequence(items)) => self.each(items.iter_mut(), inner),
            ("map", Value::Mapping(entries)) => self.each(entries.iter_mut().map(|entry| &mut entry.value), inner),
            ("object", Value::Mapping(entries)) => self.object_type(inner, entries),
            _ => {}
        }
        value
    }

    fn each<'n>(&self, values: impl Iterator<Item = &'n mut Node>, kind: &Expression) {
        for value in values {
            let taken = std::mem::replace(value, null(value.place));
            *value = self.typed(kind, taken);
        }
    }

    fn object_type(&self, attributes: &Expression, entries: &mut Vec<Entry>) {
        let Expression::Object(attributes) = attributes else { return };
        for (key, kind) in attributes {
            let name = match key {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(Expression::Variable(name)) => name.as_str(),
                ObjectKey::Expression(expression) => match expression.as_str() {
                    Some(name) => name,
                    None => continue,
                },
            };
            let place = self.place(key);
            let found = entries.iter().position(|entry| entry.key == name);
            let given = found.map(|at| entries.swap_remove(at).value).filter(|value| !value.is_null());
            let value = match given {
                Some(value) => self.typed(kind.expr(), value),
                None => optional(kind.expr())
                    .and_then(|call| call.args.get(1))
                    .and_then(|default| self.expression(default).ok())
                    .map_or(null(place), |default| self.typed(kind.expr(), default)),
            };
            entries.push(Entry { key: name.to_owned(), key_place: place, value });
        }
    }
}

fn optional(kind: &Expression) -> Option<&FuncCall> {
    kind.as_func_call().filter(|call| call.name.name.as_str() == "optional")
}

fn null(place: Place) -> Node {
    Node { place, value: Value::Null }
}
