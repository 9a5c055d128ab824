//! A JSON object of a token: the header or the payload.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::redact;

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
        self.get(name).and_then(seconds)
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

    /// The same claims for output: see [`PERSONAL_CLAIMS`](crate::PERSONAL_CLAIMS) and
    /// [`redact_text`](crate::redact_text), which every string passes.
    ///
    /// Objects inside are redacted too. Under `kubernetes.io` the names are those of pods and
    /// service accounts and stay.
    pub fn redacted(&self) -> Self {
        Self(redact::object(&self.0))
    }
}

impl FromIterator<(String, Value)> for Claims {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(claims: T) -> Self {
        Self(claims.into_iter().collect())
    }
}

/// A point in time as tokens write it, in whole seconds since 1970.
pub(crate) fn seconds(value: &Value) -> Option<i64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and no date is that far")]
    number.is_finite().then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn times_are_read_from_numbers_and_strings() {
        for (value, seconds) in [
            (json!(1_793_534_680), Some(1_793_534_680)),
            (json!(1_793_534_680.9), Some(1_793_534_680)),
            (json!(" 17 "), Some(17)),
            (json!("inf"), None),
            (json!("soon"), None),
            (json!(null), None),
        ] {
            assert_eq!(claims(json!({ "exp": value })).seconds("exp"), seconds, "{value}");
        }
    }

    #[test]
    fn audiences_are_one_or_many() {
        for (value, audiences) in
            [(json!("a"), vec!["a"]), (json!(["a", 1, "b"]), vec!["a", "b"]), (json!([]), vec![]), (json!(7), vec![])]
        {
            assert_eq!(claims(json!({ "aud": value })).audiences(), audiences);
        }
    }

    #[test]
    fn redaction_reaches_objects_inside_and_spares_workload_names() {
        let redacted = claims(json!({
            "sub": "repo:contoso@4711/app@990011:ref:refs/heads/main",
            "name": "Dana Contoso",
            "act": {"sub": "x", "upn": "dana@contoso.example", "more": [{"given_name": "Dana"}]},
            "note": "sent by dana@contoso.example",
            "emails": ["dana@contoso.example"],
            "email": null,
            "kubernetes.io": {"serviceaccount": {"name": "api", "uid": "1"}, "who": "dana@contoso.example"},
        }))
        .redacted();
        let expected = json!({
            "sub": "repo:contoso@4711/app@990011:ref:refs/heads/main",
            "name": "[redacted]",
            "act": {"sub": "x", "upn": "[redacted]", "more": [{"given_name": "[redacted]"}]},
            "note": "sent by [redacted]",
            "emails": "[redacted]",
            "email": null,
            "kubernetes.io": {"serviceaccount": {"name": "api", "uid": "1"}, "who": "[redacted]"},
        });
        assert_eq!(redacted, claims(expected));
    }
}
