//! A JSON object of a token: the header or the payload.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A token's header or payload, in the order in which it was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(pub Map<String, Value>);

impl Claims {
    /// The claim's value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The claim's value when it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A time claim in whole seconds since 1970; fractions are cut, and a number in a string counts.
    pub fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        let number = match value {
            Value::String(text) => text.trim().parse().ok()?,
            other => other.as_f64()?,
        };
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and no date is that far")]
        Some(number as i64)
    }

    /// The audiences: `aud` is a string or an array of strings.
    pub fn audiences(&self) -> Vec<&str> {
        match self.get("aud") {
            Some(Value::String(audience)) => vec![audience],
            Some(Value::Array(audiences)) => audiences.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the claim is present, whatever its value.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether there is no claim at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claims in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FromIterator<(String, Value)> for Claims {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(claims: T) -> Self {
        Self(claims.into_iter().collect())
    }
}
