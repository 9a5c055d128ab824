//! Error answers of Graph, ARM and Entra, which are easily saved in place of a list.

use serde_json::{Map, Value};

use super::ReadError;

/// How much of a message is kept, in characters.
const LONGEST: usize = 400;

/// Refuses a document that is an error answer.
pub(super) fn refuse(json: &Value) -> Result<(), ReadError> {
    match json.as_object().and_then(error) {
        Some(message) => Err(ReadError::ErrorBody(message)),
        None => Ok(()),
    }
}

/// Code and message: `{"error": {"code", "message"}}`, `{"error", "error_description"}`, `{"code", "message"}`.
fn error(body: &Map<String, Value>) -> Option<String> {
    match body.get("error").or_else(|| body.get("odata.error")) {
        Some(Value::Object(error)) => Some(line(text(error, "code"), text(error, "message"))),
        Some(Value::String(error)) => Some(line(Some(error), text(body, "error_description"))),
        _ => match (text(body, "code"), text(body, "message")) {
            (Some(code), Some(message)) => Some(line(Some(code), Some(message))),
            _ => None,
        },
    }
}

/// A text field; Azure AD Graph put its message into `{"value"}`.
fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = fields.get(name)?;
    value.as_str().or_else(|| value.get("value")?.as_str())
}

/// `code: message` on one line, without the ids that Entra appends.
fn line(code: Option<&str>, message: Option<&str>) -> String {
    let message = message.and_then(|message| message.split("Trace ID:").next()).unwrap_or_default();
    let words = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<_> = [code.unwrap_or_default(), &words].into_iter().filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => "it gives no reason".to_owned(),
        parts => parts.join(": ").chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn error_answers_are_refused_with_code_and_message() {
        for (body, expected) in [
            (
                json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges.",
                    "innerError": {"request-id": "0"}}}),
                "Authorization_RequestDenied: Insufficient privileges.",
            ),
            (json!({"error": {"code": "ResourceNotFound", "message": "a\r\nb"}}), "ResourceNotFound: a b"),
            (
                json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid. Trace ID: 1 Timestamp: 2"}),
                "invalid_client: AADSTS7000215: Invalid.",
            ),
            (json!({"odata.error": {"code": "c", "message": {"lang": "en", "value": "m"}}}), "c: m"),
            (json!({"code": "AuthorizationFailed", "message": "no"}), "AuthorizationFailed: no"),
            (json!({"error": {}}), "it gives no reason"),
        ] {
            assert_eq!(refuse(&body), Err(ReadError::ErrorBody(expected.to_owned())), "{body}");
        }
    }

    #[test]
    fn lists_are_not_error_answers() {
        for body in [json!([]), json!({"value": []}), json!({"error": null, "value": []}), json!({"code": "x"})] {
            assert_eq!(refuse(&body), Ok(()), "{body}");
        }
    }
}
