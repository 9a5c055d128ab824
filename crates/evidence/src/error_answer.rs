//! Error answers of Entra, Microsoft Graph, Azure and Power BI.
//!
//! What the token endpoint and Power BI answer is evidence. An error answer of another
//! API was mostly saved in place of the list that was asked for: that is said, and a
//! code in it counts all the same.

use fedlens_catalog::{Code, Failure, FindStats};
use serde_json::Value;

use crate::Description;
use crate::failure::{self, Locator};
use crate::found::Found;
use crate::{Content, envelope, json};

/// The longest part of an error's message that is repeated, in bytes.
const MAX_QUOTE_BYTES: usize = 300;

/// Reads an error answer.
pub(crate) fn read(document: &Value, locator: &mut Locator<'_>) -> Option<Found> {
    if let Some(failures) = envelope::read(document) {
        return Some(text("Power BI error answer", document, failures, locator));
    }
    if let Some((failure, error, description)) = of_token_endpoint(document) {
        let found = text("error answer of the token endpoint", document, failure.into_iter().collect(), locator);
        let said = || format!("an error answer without an AADSTS code: {}", quoted(&error, &description));
        return Some(if has_failures(&found) { found } else { Found::skipped(said()) });
    }
    let (code, message) = of_api(document)?;
    let mut found =
        Found::skipped(format!("this is an error answer, not what was asked for: {}", quoted(&code, &message)));
    let searched = text("error answer", document, Vec::new(), locator);
    if has_failures(&searched) {
        found.extend(searched);
    }
    Some(found)
}

/// `{"error":"invalid_client","error_description":"AADSTS…","error_codes":[…]}`: what its fields alone say.
fn of_token_endpoint(document: &Value) -> Option<(Option<Failure>, String, String)> {
    let error = json::owned(document, &["error"])?;
    let numbers = document.get("error_codes").and_then(Value::as_array);
    if numbers.is_none() && json::text(document, &["error_description"]).is_none() {
        return None;
    }
    let description = json::owned(document, &["error_description"]).unwrap_or_default();
    let number = numbers.and_then(|numbers| u32::try_from(numbers.first()?.as_u64()?).ok());
    let failure = number.map(|number| {
        let mut failure = failure::named(Code::aadsts(number), &description);
        failure.fields.oauth_error = Some(error.clone());
        failure.fields.trace_id = json::owned(document, &["trace_id"]);
        failure.fields.correlation_id = json::owned(document, &["correlation_id"]);
        failure.fields.timestamp = json::owned(document, &["timestamp"]);
        failure
    });
    Some((failure, error, description))
}

/// `{"error":{"code":…,"message":…}}`, or Fabric's `{"errorCode":…,"message":…,"requestId":…}`.
fn of_api(document: &Value) -> Option<(String, String)> {
    let error = document.get("error").or_else(|| document.get("odata.error")).unwrap_or(document);
    let key = if std::ptr::eq(error, document) { "errorCode" } else { "code" };
    let message = json::text(error, &["message"]).or_else(|| json::text(error, &["message", "value"]));
    let code = json::scalar(error, &[key])?;
    (key == "code" || message.is_some()).then(|| (code, message.unwrap_or_default().to_owned()))
}

fn has_failures(found: &Found) -> bool {
    found.parts.iter().any(|part| matches!(&part.content, Content::Text { failures, .. } if !failures.is_empty()))
}

/// The code and the beginning of the message, without secrets.
fn quoted(code: &str, message: &str) -> String {
    let message = fedlens_token::redact_text(message);
    let message = failure::bounded(message.trim(), MAX_QUOTE_BYTES);
    if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") }
}

/// The failures in the whole document; `known` adds what its fields name and the text search does not know.
fn text(kind: &str, document: &Value, known: Vec<Failure>, locator: &mut Locator<'_>) -> Found {
    let mut failures = locator.find(document);
    for mut failure in known {
        if !failures.iter().any(|same| same.code == failure.code) {
            let code = failure.code.to_string();
            locator.place(&code, std::slice::from_mut(&mut failure));
            failures.push(failure);
        }
    }
    let codes: Vec<&str> = failures.iter().take(3).map(|failure| failure.code.as_str()).collect();
    let taken_for = if codes.is_empty() { kind.to_owned() } else { format!("{kind}, {}", codes.join(", ")) };
    let lines = 1 + memchr::memchr_iter(b'\n', locator.text().trim_end().as_bytes()).count() as u64;
    let stats = FindStats { bytes: locator.text().len() as u64, lines, dropped: 0 };
    Found::part(taken_for, Content::Text { failures, stats, description: Description::default() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(document: &Value) -> Option<Found> {
        read(document, &mut Locator::new(&document.to_string(), 0, 1))
    }

    fn codes(found: &Found) -> Vec<String> {
        let failures = found.parts.iter().flat_map(|part| match &part.content {
            Content::Text { failures, .. } => failures.clone(),
            other => panic!("{other:?}"),
        });
        failures.map(|failure| failure.code.to_string()).collect()
    }

    #[test]
    fn a_token_endpoints_answer_is_a_failure_even_without_a_description() {
        let answer = json!({"error": "invalid_client", "error_codes": [700_229], "trace_id": "t1"});
        let found = found(&answer).unwrap();
        assert_eq!(codes(&found), ["AADSTS700229"]);
        assert!(found.skipped.is_empty());
    }

    #[test]
    fn failures_stand_where_the_answer_has_them() {
        let text = "{\n \"error\": \"invalid_client\",\n \"error_description\": \"AADSTS7000222: Expired.\"\n}";
        let document: Value = serde_json::from_str(text).unwrap();
        let found = read(&document, &mut Locator::new(text, 100, 11)).unwrap();
        let Content::Text { failures, .. } = &found.parts[0].content else { panic!("{found:?}") };
        assert_eq!((failures[0].at.start, failures[0].line), (100 + text.find("AADSTS").unwrap(), 13));
    }

    #[test]
    fn an_answer_without_a_code_is_skipped() {
        let answer = json!({"error": "invalid_request", "error_description": "Something made up."});
        let skipped = found(&answer).unwrap().skipped;
        assert_eq!(skipped, ["an error answer without an AADSTS code: invalid_request: Something made up."]);
    }

    #[test]
    fn a_power_bi_answer_is_a_failure() {
        let answer = json!({"error": {"code": "PowerBIMadeUpException",
            "pbi.error": {"code": "PowerBIMadeUpException", "details": [], "exceptionCulprit": 1}}});
        assert_eq!(codes(&found(&answer).unwrap()), ["PowerBIMadeUpException"]);
    }

    #[test]
    fn an_apis_error_answer_is_skipped_with_its_code() {
        let graph = json!({"error": {"code": "MadeUp_RequestDenied", "message": "Insufficient privileges."}});
        let skipped = found(&graph).unwrap().skipped;
        assert_eq!(
            skipped,
            ["this is an error answer, not what was asked for: MadeUp_RequestDenied: Insufficient privileges."]
        );
        let fabric = json!({"requestId": "r", "errorCode": "MadeUpScopes", "message": "No."});
        assert!(found(&fabric).unwrap().skipped[0].ends_with("MadeUpScopes: No."));
    }

    #[test]
    fn other_json_with_an_error_is_not_an_answer() {
        assert!(found(&json!({"error": null})).is_none());
        assert!(found(&json!({"error": "boom"})).is_none());
        assert!(found(&json!({"errorCode": "1"})).is_none());
        assert!(found(&json!({"errors": [{"code": "1"}]})).is_none());
    }
}
