//! JSON with every string redacted.

use fedlens_token::{Redaction, redact_text};
use serde::Serialize;
use serde_json::Value;

/// The value as indented JSON, ending in a line break.
///
/// # Errors
///
/// When the value has a map with keys that are not strings.
pub fn json(value: &impl Serialize, redaction: Redaction) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(value)?;
    if redaction == Redaction::On {
        redact(&mut value);
    }
    let mut text = serde_json::to_string_pretty(&value)?;
    text.push('\n');
    Ok(text)
}

fn redact(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(redacted) = redact_text(text) {
                *text = redacted;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => fields.values_mut().for_each(redact),
        _ => {}
    }
}
