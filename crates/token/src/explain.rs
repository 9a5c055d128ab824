//! What each claim means, in a sentence.

use serde_json::Value;

/// One sentence on a known claim and its value; `None` for an unknown claim.
pub fn explain(_name: &str, _value: &Value) -> Option<String> {
    None
}
