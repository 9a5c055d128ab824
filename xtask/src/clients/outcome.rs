//! What a client showed.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Outcomes by client and flow.
pub(super) type Outcomes = BTreeMap<(String, String), Outcome>;

/// A line that a client's program printed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) flow: String,
    pub(super) token: Option<String>,
    #[serde(default)]
    pub(super) not_offered: bool,
    /// The class of the client's exception.
    pub(super) exception: Option<String>,
    /// The text of the client's exception.
    pub(super) text: Option<String>,
}

impl Outcome {
    /// `accepted`, `not offered`, the code in the client's text, or the whole text where it has none.
    pub(super) fn result(&self) -> String {
        if self.not_offered {
            return "not offered".to_owned();
        }
        let text = match (&self.token, &self.text) {
            (Some(_), _) => return "accepted".to_owned(),
            (None, text) => text.as_deref().unwrap_or_default(),
        };
        let digits = text.split_once("AADSTS").map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit));
        digits.map_or_else(|| text.to_owned(), |digits| format!("AADSTS{}", digits.collect::<String>()))
    }
}
