//! A JSON object that a client sends.

use serde_json::{Map, Value};

use super::Problem;

/// Reads the body of a request.
pub(super) fn read(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Problem::new(
            400,
            "BadRequest",
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON \
             format.",
        )),
    }
}

/// A text.
pub(super) fn text(name: &str, value: &Value) -> Result<String, Problem> {
    value.as_str().map(str::to_owned).ok_or_else(|| Problem::wrong_type(name, "a string", value))
}

/// A text or null.
pub(super) fn optional_text(name: &str, value: &Value) -> Result<Option<String>, Problem> {
    if value.is_null() { Ok(None) } else { text(name, value).map(Some) }
}

/// A truth value or null.
pub(super) fn optional_flag(name: &str, value: &Value) -> Result<Option<bool>, Problem> {
    if value.is_null() {
        return Ok(None);
    }
    value.as_bool().map(Some).ok_or_else(|| Problem::wrong_type(name, "a boolean", value))
}

/// A list.
pub(super) fn list<'a>(name: &str, value: &'a Value) -> Result<&'a [Value], Problem> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| Problem::wrong_type(name, "an array", value))
}

/// A list of texts.
pub(super) fn texts(name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    list(name, value)?.iter().map(|element| text(name, element)).collect()
}

/// An object.
pub(super) fn object<'a>(name: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Problem> {
    value.as_object().ok_or_else(|| Problem::wrong_type(name, "an object", value))
}

/// A property that has to be there.
pub(super) fn required<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Problem> {
    fields
        .get(name)
        .filter(|value| !value.is_null())
        .ok_or_else(|| Problem::bad_request(format!("Property '{name}' is required.")))
}

/// Takes what was sent over what is kept: objects field by field, null away, anything else as a whole.
pub(super) fn merge(kept: &mut Map<String, Value>, name: &str, sent: Value) {
    match (kept.get_mut(name), sent) {
        (_, Value::Null) => {
            kept.shift_remove(name);
        }
        (Some(Value::Object(inner)), Value::Object(fields)) => {
            fields.into_iter().for_each(|(name, value)| merge(inner, &name, value));
        }
        (_, sent) => {
            kept.insert(name.to_owned(), sent);
        }
    }
}

/// Lays properties over the shape that objects without any have.
pub(super) fn lay_over(shape: &mut Map<String, Value>, properties: &Map<String, Value>) {
    for (name, value) in properties {
        match (shape.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(fields)) => lay_over(inner, fields),
            _ => {
                shape.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_sent_is_merged_field_by_field() {
        let mut kept =
            json!({"web": {"homePageUrl": "a", "redirectUris": ["b"]}, "notes": "n"}).as_object().unwrap().clone();
        merge(&mut kept, "web", json!({"redirectUris": [], "logoutUrl": "c", "homePageUrl": null}));
        merge(&mut kept, "notes", Value::Null);
        merge(&mut kept, "tags", json!(["t"]));
        assert_eq!(Value::Object(kept), json!({"web": {"redirectUris": [], "logoutUrl": "c"}, "tags": ["t"]}));
    }

    #[test]
    fn a_body_is_an_object() {
        for bytes in [&b""[..], b"{", b"[]", b"1", b"\xff", b"{}x"] {
            assert_eq!(read(bytes).unwrap_err().status, 400);
        }
        assert!(read(&b"[".repeat(100_000)).is_err());
        assert!(read(b" {} ").is_ok());
    }
}
