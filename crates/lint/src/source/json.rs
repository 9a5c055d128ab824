//! JSON as trees with places; comments and trailing commas are read over, as Azure's tools do.

use jsonc_parser::ast::{self, ObjectPropName};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Entry, FileId, Node, Place, SyntaxError, Text, Value};

/// The document of a file; `Null` for an empty one.
///
/// # Errors
///
/// Where reading stopped, and why.
pub fn read(file: FileId, text: &str) -> Result<Node, SyntaxError> {
    let whole = Place::new(file, 0..text.len());
    let text_without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - text_without_mark.len();
    let parsed = parse_to_ast(text_without_mark, &CollectOptions::default(), &ParseOptions::default());
    match parsed {
        Ok(parsed) => {
            let reader = Reader { file, shift };
            Ok(parsed.value.map_or(Node { place: whole, value: Value::Null }, |value| reader.node(value)))
        }
        Err(error) => {
            let range = error.range();
            Err(SyntaxError {
                place: Place::new(file, range.start + shift..range.end + shift),
                message: error.kind().to_string(),
            })
        }
    }
}

#[derive(Clone, Copy)]
struct Reader {
    file: FileId,
    shift: usize,
}

impl Reader {
    fn place(self, of: &impl Ranged) -> Place {
        Place::new(self.file, of.start() + self.shift..of.end() + self.shift)
    }

    fn node(self, value: ast::Value<'_>) -> Node {
        let place = self.place(&value);
        match value {
            ast::Value::NullKeyword(_) => Node { place, value: Value::Null },
            ast::Value::StringLit(text) => Node::scalar(Text::literal(text.value, place), true),
            ast::Value::NumberLit(number) => Node::scalar(Text::literal(number.value, place), false),
            ast::Value::BooleanLit(boolean) => Node::scalar(Text::literal(boolean.value.to_string(), place), false),
            ast::Value::Array(array) => {
                let items = array.elements.into_iter().map(|item| self.node(item)).collect();
                Node { place, value: Value::Sequence(items) }
            }
            ast::Value::Object(object) => {
                let entries = object.properties.into_iter().map(|property| self.entry(property)).collect();
                Node { place, value: Value::Mapping(entries) }
            }
        }
    }

    fn entry(self, property: ast::ObjectProp<'_>) -> Entry {
        let key_place = self.place(&property.name);
        let key = match property.name {
            ObjectPropName::String(text) => text.value.into_owned(),
            ObjectPropName::Word(word) => word.value.to_owned(),
        };
        Entry { key, key_place, value: self.node(property.value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_values() {
        let text = "\u{feff}{\n  // a comment\n  \"a\": [1, \"x\", true, null],\n}";
        let node = read(FileId(0), text).unwrap();
        let items = node.get("a").unwrap().items();
        assert_eq!(items.len(), 4);
        assert_eq!(text.get(items[1].place.range()), Some("\"x\""));
        assert_eq!(items[2].boolean(), Some(true));
        assert!(items[3].is_null());
    }

    #[test]
    fn a_fault_has_a_place() {
        let error = read(FileId(0), "{\"a\": }").unwrap_err();
        assert_eq!(error.place.start, 6);
    }
}
