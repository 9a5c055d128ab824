//! Exchange cases: a token request with its directory.

use fedlens_trust::read::exchange_case;
use serde_json::Value;

use crate::Content;
use crate::failure::Locator;
use crate::found::Found;
use crate::json;

/// The schema that a case may name.
const SCHEMA: &str = "fedlens.exchange-case/";

/// Reads an exchange case.
pub(crate) fn read(document: &Value, _locator: &mut Locator<'_>) -> Option<Found> {
    let named = json::text(document, &["schema"]).is_some_and(|schema| schema.starts_with(SCHEMA));
    if !named && !["directory", "request"].iter().all(|key| document.get(key).is_some_and(Value::is_object)) {
        return None;
    }
    Some(match exchange_case(document) {
        Ok(case) => Found::part(format!("exchange case {}", case.case).trim_end(), Content::Case(Box::new(case))),
        Err(error) => Found::skipped(format!("an exchange case that cannot be read: {error}")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(document: &Value) -> Option<Found> {
        read(document, &mut Locator::new("", 0, 1))
    }

    #[test]
    fn a_broken_case_is_skipped_with_the_reason() {
        let broken = json!({"schema": "fedlens.exchange-case/1", "now": "yesterday"});
        assert!(found(&broken).unwrap().skipped[0].starts_with("an exchange case that cannot be read: "));
    }

    #[test]
    fn a_directory_without_a_request_is_no_case() {
        assert!(found(&json!({"directory": {"applications": []}})).is_none());
        assert!(found(&json!({"directory": "/home", "request": "GET"})).is_none());
    }
}
