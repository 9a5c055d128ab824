//! Typed access to the fields of a JSON object; a wrong type is refused by the field's path.

use serde_json::{Map, Value};

use super::ReadError;

/// A JSON object and where it stands in the document.
///
/// Names are found whatever their letter case and with or without `_` and `-`, as PowerShell and hand-written
/// documents spell them; the exact name comes first. `null` counts as absent.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

type Read<T> = Result<Option<T>, ReadError>;

impl<'a> Fields<'a> {
    /// An object; `path` is empty for the document itself.
    pub(super) fn of(value: &'a Value, path: impl Into<String>) -> Result<Self, ReadError> {
        let path = path.into();
        match value {
            Value::Object(map) => Ok(Self { map, path }),
            other if path.is_empty() => Err(ReadError::Shape(format!("expected an object, but found {}", kind(other)))),
            other => Err(wrong(&path, "an object", other)),
        }
    }

    /// Whether the field is there, be it `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The field's value, unless it is `null`.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.find(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Read<String> {
        self.typed(name, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// The first of several spellings that is there.
    pub(super) fn text_of(&self, names: &[&str]) -> Read<String> {
        names.iter().find(|name| self.get(name).is_some()).map_or(Ok(None), |name| self.text(name))
    }

    pub(super) fn required_text(&self, names: &[&str]) -> Result<String, ReadError> {
        self.text_of(names)?.ok_or_else(|| self.missing(names.first().copied().unwrap_or_default()))
    }

    /// A truth value, also written as a text.
    pub(super) fn flag(&self, name: &str) -> Read<bool> {
        self.typed(name, "true or false", |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        })
    }

    /// A list of texts; a single text counts as a list of one.
    pub(super) fn texts(&self, name: &str) -> Read<Vec<String>> {
        self.typed(name, "a list of texts", texts)
    }

    /// A list's members with their paths; a single object counts as a list of one.
    pub(super) fn members(&self, name: &str) -> Read<Vec<(&'a Value, String)>> {
        let path = self.path_of(name);
        self.typed(name, "a list", |value| match value {
            Value::Array(values) => {
                Some(values.iter().enumerate().map(|(index, value)| (value, format!("{path}[{index}]"))).collect())
            }
            Value::Object(_) => Some(vec![(value, path.clone())]),
            _ => None,
        })
    }

    pub(super) fn objects(&self, name: &str) -> Read<Vec<Self>> {
        let Some(members) = self.members(name)? else { return Ok(None) };
        members.into_iter().map(|(value, path)| Fields::of(value, path)).collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn object(&self, name: &str) -> Read<Self> {
        self.get(name).map(|value| Fields::of(value, self.path_of(name))).transpose()
    }

    /// Every field with its name.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.map.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A value of one of a few spellings, by `meaning`.
    pub(super) fn word<T>(&self, name: &str, allowed: &str, meaning: impl Fn(&str) -> Option<T>) -> Read<T> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        meaning(&text)
            .map(Some)
            .ok_or_else(|| ReadError::Shape(format!("{} must be {allowed}, but is '{text}'", self.path_of(name))))
    }

    pub(super) fn missing(&self, name: &str) -> ReadError {
        ReadError::Shape(format!("{} is missing", self.path_of(name)))
    }

    /// Where a field stands in the document: `directory.tenants[0].id`.
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        let spelled_otherwise = || self.map.iter().find(|(key, _)| same_name(key, name)).map(|(_, value)| value);
        self.map.get(name).or_else(spelled_otherwise)
    }

    fn typed<T>(&self, name: &str, expected: &str, read: impl Fn(&'a Value) -> Option<T>) -> Read<T> {
        let Some(value) = self.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| wrong(&self.path_of(name), expected, value))
    }
}

/// The texts of a list, or a single text; `None` where anything else is among them.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// A word without letter case, `_`, `-` and blanks.
pub(super) fn plain(word: &str) -> String {
    letters(word).collect()
}

fn same_name(left: &str, right: &str) -> bool {
    letters(left).eq(letters(right))
}

fn letters(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase())
}

fn wrong(path: &str, expected: &str, value: &Value) -> ReadError {
    ReadError::Shape(format!("{path} must be {expected}, but is {}", kind(value)))
}

/// A JSON value's kind, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_in_other_spellings_and_the_exact_one_comes_first() {
        let value = json!({"Client_Id": "other", "clientId": "exact", "GrantType": "g", "none": null});
        let fields = Fields::of(&value, "").unwrap();
        assert_eq!(fields.text("clientId").unwrap().as_deref(), Some("exact"));
        assert_eq!(fields.text("grant_type").unwrap().as_deref(), Some("g"));
        assert!(fields.has("none") && fields.get("none").is_none() && !fields.has("some"));
    }

    #[test]
    fn a_wrong_type_is_refused_by_its_path() {
        let value = json!({"a": [{"b": 1}]});
        let fields = Fields::of(&value, "").unwrap();
        let list = fields.objects("a").unwrap().unwrap();
        assert_eq!(list[0].text("b").unwrap_err().to_string(), "a[0].b must be a text, but is a number");
        assert_eq!(fields.text("a").unwrap_err().to_string(), "a must be a text, but is a list");
        assert_eq!(list[0].required_text(&["c", "d"]).unwrap_err().to_string(), "a[0].c is missing");
    }
}
