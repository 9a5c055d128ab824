//! Values that do not show themselves, and texts without what must not be shown.

mod keys;
mod pairs;
mod people;
mod tokens;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// What stands in place of a hidden value.
const HIDDEN: &str = "[redacted]";

/// Claims that name or locate a person, of Entra, GitHub, GitLab and OpenID Connect.
///
/// `oid` and a pairwise `sub` are not among them: they are needed for the verdict
/// and name nobody outside the tenant.
pub const PERSONAL_CLAIMS: &[&str] = &[
    "actor",
    "actor_id",
    "address",
    "altsecid",
    "birthdate",
    "city",
    "ctry",
    "deviceid",
    "email",
    "emails",
    "employeeid",
    "family_name",
    "given_name",
    "home_oid",
    "ipaddr",
    "jobtitle",
    "login_hint",
    "middle_name",
    "name",
    "nickname",
    "onprem_sam_account_name",
    "onprem_sid",
    "onprem_user_principal_name",
    "phone_number",
    "picture",
    "postalcode",
    "preferred_username",
    "profile",
    "puid",
    "samaccountname",
    "state",
    "streetaddress",
    "unique_name",
    "upn",
    "user_email",
    "user_id",
    "user_identities",
    "user_login",
    "verified_primary_email",
    "verified_secondary_email",
    "xms_pl",
    "zoneinfo",
];

/// Whether output hides secrets and personal values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    /// Hide them.
    #[default]
    On,
    /// The reader asked to see everything.
    Off,
}

/// A token, key or signature. `Debug`, `Display` and `Serialize` show only its length.
///
/// [`Secret::reveal`] is the only way to the value. Nothing is wiped from memory
/// when it is dropped, and the comparison does not take constant time: the type
/// guards against showing a value by mistake, not against an attacker in the process.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that must not be shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted, {} bytes]", self.0.len())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Says where something stands that must not be shown.
type Finder = fn(&str, &mut Vec<Range<usize>>);

/// In this order, each on the text that the one before left: a later one then sees the same
/// surroundings as it would in a text that was redacted before.
const FINDERS: &[Finder] = &[tokens::find, keys::find, pairs::find, people::find_addresses, people::find_names];

/// Hides tokens, client secrets, keys, passwords, e-mail addresses and user names in a text.
///
/// Each hidden run becomes `[redacted]`; ids, subjects, messages and addresses of
/// services stay as they are. Redacting twice changes nothing more. What has no
/// mark of its own cannot be recognised: a password in the middle of a sentence stays.
pub fn redact_text(text: &str) -> Cow<'_, str> {
    FINDERS.iter().fold(Cow::Borrowed(text), |shown, find| {
        let mut hidden = Vec::new();
        find(&shown, &mut hidden);
        hidden.retain(|range| shown.get(range.clone()).is_some_and(|value| value != HIDDEN));
        if hidden.is_empty() {
            return shown;
        }
        hidden.sort_unstable_by_key(|range| range.start);
        Cow::Owned(without(&shown, &hidden))
    })
}

/// The text with each range, or run of overlapping ranges, replaced.
fn without(text: &str, hidden: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        if range.start >= at {
            shown.push_str(text.get(at..range.start).unwrap_or_default());
            shown.push_str(HIDDEN);
        }
        at = at.max(range.end);
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}

/// A JSON object without personal values.
pub(crate) fn object(members: &Map<String, Value>) -> Map<String, Value> {
    let redacted = members.iter().map(|(name, value)| (name.clone(), member(name, value)));
    redacted.collect()
}

fn member(name: &str, value: &Value) -> Value {
    let personal = PERSONAL_CLAIMS.iter().any(|claim| claim.eq_ignore_ascii_case(name));
    match value {
        Value::Null => Value::Null,
        _ if personal => Value::from(HIDDEN),
        Value::Object(workload) if name == "kubernetes.io" => Value::Object(texts(workload)),
        other => inside(other, object),
    }
}

/// Only what every text hides, whatever the names say.
fn texts(members: &Map<String, Value>) -> Map<String, Value> {
    members.iter().map(|(name, value)| (name.clone(), inside(value, texts))).collect()
}

fn inside(value: &Value, object: fn(&Map<String, Value>) -> Map<String, Value>) -> Value {
    match value {
        Value::String(text) => Value::from(redact_text(text)),
        Value::Array(items) => items.iter().map(|item| inside(item, object)).collect(),
        Value::Object(members) => Value::Object(object(members)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
