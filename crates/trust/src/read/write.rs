//! Exchange cases, written.

use serde_json::{Map, Value, json};

use super::ExchangeCase;
use crate::{Assertion, Signature, TokenRequest};

/// The version of the exchange case format.
pub const EXCHANGE_CASE_SCHEMA: &str = "fedlens.exchange-case/1";

/// Writes a case as [`exchange_case`](super::exchange_case) reads it. Nothing is hidden: redact before.
pub fn write_exchange_case(case: &ExchangeCase) -> Value {
    let signature = case.request.assertion.as_ref().map(|assertion| signature(&assertion.signature));
    json!({
        "schema": EXCHANGE_CASE_SCHEMA,
        "case": case.case,
        "note": case.note,
        "now": case.now,
        "cloud": case.cloud,
        "request": request(&case.request),
        "assertion": case.request.assertion.as_ref().map(assertion),
        "signature": signature,
        "directory": case.directory,
        "expect": case.expect,
    })
}

/// An assertion type that was not sent with an assertion is written as `null`, since the reader would imply it.
fn request(request: &TokenRequest) -> Value {
    let mut fields = match json!(request) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    if fields.shift_remove("assertion").is_some() {
        fields.entry("client_assertion_type").or_insert(Value::Null);
    }
    if let Some(user) = &request.user_assertion {
        let mut token = assertion(user);
        token["signature"] = Value::String(signature(&user.signature));
        fields.insert("user_assertion".to_owned(), token);
    }
    Value::Object(fields)
}

fn assertion(assertion: &Assertion) -> Value {
    json!({ "view": assertion.view, "header": assertion.header, "claims": assertion.claims })
}

fn signature(signature: &Signature) -> String {
    match signature {
        Signature::Valid => "valid".to_owned(),
        Signature::Invalid => "invalid".to_owned(),
        Signature::UnknownKey => "unknown-key".to_owned(),
        Signature::MetadataUnreachable => "metadata-unreachable".to_owned(),
        Signature::MetadataMissingField(field) => format!("metadata-missing-field:{field}"),
        Signature::Unchecked => "unchecked".to_owned(),
    }
}

#[cfg(test)]
mod tests;
