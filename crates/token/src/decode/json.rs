//! JSON to values, with repeated keys told and whole members saved from a broken text.

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::scan;

/// Repeated keys beyond this many are not told one by one.
const MAX_REPEATED: usize = 16;

/// What a text said.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The value; of a broken object, the members that are whole.
    pub(super) value: Option<Value>,
    /// Keys that stand twice in one object, each once, in the order met.
    pub(super) repeated: Vec<String>,
    /// Why the text is not JSON.
    pub(super) fault: Option<serde_json::Error>,
}

impl Parsed {
    /// Whether the text is right as far as it goes, and stops too soon.
    pub(super) fn is_cut_off(&self) -> bool {
        self.fault.as_ref().is_some_and(serde_json::Error::is_eof)
    }
}

/// Reads one JSON value, or what can be saved of an object.
pub(super) fn parse(text: &str) -> Parsed {
    let repeated = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    let (value, fault) = match Node(&repeated).deserialize(&mut reader) {
        Ok(value) => (Some(value), reader.end().err()),
        Err(fault) => (saved(text, &repeated), Some(fault)),
    };
    Parsed { value, repeated: repeated.into_inner(), fault }
}

fn saved(text: &str, repeated: &RefCell<Vec<String>>) -> Option<Value> {
    let members = scan::object(text).members.into_iter().filter(|member| member.complete);
    let pairs = members.filter_map(|member| {
        let key = serde_json::from_str(&format!("\"{}\"", text.get(member.key)?)).ok()?;
        let value =
            Node(repeated).deserialize(&mut serde_json::Deserializer::from_str(text.get(member.value)?)).ok()?;
        Some((key, value))
    });
    let pairs: Map<String, Value> = pairs.collect();
    (!pairs.is_empty()).then_some(Value::Object(pairs))
}

/// Builds a [`Value`] and notes repeated keys. The depth limit is the reader's own.
#[derive(Clone, Copy)]
struct Node<'n>(&'n RefCell<Vec<String>>);

impl Node<'_> {
    fn note(self, key: &str) {
        let mut repeated = self.0.borrow_mut();
        if repeated.len() < MAX_REPEATED && !repeated.iter().any(|known| known == key) {
            repeated.push(key.to_owned());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.contains_key(&key) {
                self.note(&key);
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_of_a_repeated_key_counts_at_any_depth() {
        let parsed = parse(r#"{"a":1,"b":[{"c":1,"c":2,"c":3}],"a":2.5}"#);
        assert_eq!(parsed.value, Some(json!({"a": 2.5, "b": [{"c": 3}]})));
        assert_eq!(parsed.repeated, ["c", "a"]);
        assert!(parsed.fault.is_none());
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text = r#"[null,true,-1,18446744073709551615,1.5,"a\nb","é",{}]"#;
        assert_eq!(parse(text).value, Some(serde_json::from_str(text).unwrap()));
    }

    #[test]
    fn a_cut_object_keeps_its_whole_members() {
        for (text, value) in [
            (r#"{"iss":"x","exp":12"#, json!({"iss": "x"})),
            (r#"{"iss":"x","aud":["a","b"],"sub":"re"#, json!({"iss": "x", "aud": ["a", "b"]})),
            (r#"{"is\u0073":"x","n":{"a":{"b"#, json!({"iss": "x"})),
        ] {
            let parsed = parse(text);
            assert_eq!(parsed.value, Some(value), "{text}");
            assert!(parsed.is_cut_off(), "{text}");
        }
        assert_eq!(parse(r#"{"iss"#).value, None);
    }

    #[test]
    fn depth_is_a_fault_and_the_other_members_are_kept() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let parsed = parse(&format!(r#"{{"iss":"x","deep":{deep},"sub":"y"}}"#));
        assert!(parsed.fault.as_ref().is_some_and(|fault| fault.to_string().contains("recursion limit")));
        assert!(!parsed.is_cut_off());
        assert_eq!(parsed.value, Some(json!({"iss": "x", "sub": "y"})));
        assert_eq!(parse(&deep).value, None);
    }

    #[test]
    fn what_follows_the_value_is_a_fault() {
        let parsed = parse(r#"{"a":1} x"#);
        assert_eq!(parsed.value, Some(json!({"a": 1})));
        assert!(parsed.fault.is_some());
    }
}
