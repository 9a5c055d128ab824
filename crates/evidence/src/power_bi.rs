//! Power BI refreshes: a history, an admin page of refreshables, or a single refresh.
//!
//! ```json
//! {"requestId": "…", "refreshType": "Scheduled", "status": "Failed",
//!  "serviceExceptionJson": "{\"errorCode\":\"ModelRefreshFailed\"}",
//!  "refreshAttempts": [{"attemptId": 1, "type": "Data", "serviceExceptionJson": "{\"errorCode\":\"…\"}"}]}
//! ```
//!
//! `serviceExceptionJson` is a string that holds JSON; an `errorDescription` in it may
//! hold JSON once more. A refreshable has its last refresh in `lastRefresh`.

use fedlens_catalog::Failure;
use serde_json::Value;

use crate::envelope;
use crate::failure::{self, Locator};
use crate::json;
use crate::{Run, RunPlatform};

/// Codes that only say that a refresh failed; an attempt usually says more.
const GENERIC: &[&str] = &["ModelRefreshFailed", "RefreshFailed", "UnknownError", "InternalServerError"];

/// How many attempts of one refresh are read; the service makes a handful.
const MAX_ATTEMPTS: usize = 50;

/// Whether an entry is a refresh, or a refreshable with its last one.
pub(crate) fn matches(entry: &Value) -> bool {
    let refresh = refresh_of(entry);
    json::text(refresh, &["status"]).is_some()
        && ["serviceExceptionJson", "refreshAttempts", "refreshType"].iter().any(|key| refresh.get(key).is_some())
}

/// One refresh.
pub(crate) fn read(entry: &Value, locator: &mut Locator<'_>) -> Run {
    let refresh = refresh_of(entry);
    let status = json::owned(refresh, &["status"]).unwrap_or_default();
    let failures = if status == "Completed" { Vec::new() } else { failures(refresh, locator) };
    Run {
        platform: RunPlatform::PowerBi,
        id: json::scalar(refresh, &["requestId"]).or_else(|| json::scalar(refresh, &["id"])),
        name: json::owned(entry, &["name"]).or_else(|| json::owned(refresh, &["refreshType"])),
        failed: status == "Failed",
        status,
        started: json::owned(refresh, &["startTime"]),
        ended: json::owned(refresh, &["endTime"]),
        linked_service: None,
        failures,
    }
}

fn refresh_of(entry: &Value) -> &Value {
    entry.get("lastRefresh").filter(|refresh| refresh.is_object()).unwrap_or(entry)
}

/// The failures of the attempts, then of the refresh itself; the codes that say little come last.
fn failures(refresh: &Value, locator: &mut Locator<'_>) -> Vec<Failure> {
    let attempts = refresh.get("refreshAttempts").and_then(Value::as_array).into_iter().flatten().take(MAX_ATTEMPTS);
    let mut of = |part: &Value| part.get("serviceExceptionJson").map(|exception| in_exception(exception, locator));
    // Read in the order in which they are written, so that each is found in its place.
    let own = of(refresh).unwrap_or_default();
    let mut failures = Vec::new();
    for attempt in attempts {
        failure::merge(&mut failures, of(attempt).unwrap_or_default());
    }
    failure::merge(&mut failures, own);
    failures.sort_by_key(|failure| GENERIC.contains(&failure.code.as_str()));
    failures
}

/// The failures in a `serviceExceptionJson`: a string that holds JSON, JSON itself, or prose.
fn in_exception(exception: &Value, locator: &mut Locator<'_>) -> Vec<Failure> {
    let parsed = exception.as_str().and_then(json::parse);
    let exception = parsed.as_ref().unwrap_or(exception);
    if let Some(prose) = exception.as_str() {
        let mut failures = failure::in_field(prose);
        locator.place(prose, &mut failures);
        return failures;
    }
    let code = json::scalar(exception, &["errorCode"]).unwrap_or_default();
    let description = json::text(exception, &["errorDescription"]).unwrap_or_default();
    let mut failures = failure::in_field(description);
    failure::merge(&mut failures, envelope::in_text(description));
    if json::has(exception, &["error"]) {
        failure::merge(&mut failures, envelope::read(exception).unwrap_or_default());
    }
    failure::merge(&mut failures, failure::code(&code).map(|code| failure::named(code, description)));
    locator.place(&code, &mut failures);
    failures
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(refresh: &Value) -> Vec<String> {
        let text = refresh.to_string();
        let run = read(refresh, &mut Locator::new(&text, 0, 1));
        run.failures.iter().map(|failure| failure.code.to_string()).collect()
    }

    #[test]
    fn an_attempt_says_more_than_the_refresh() {
        let refresh = json!({
            "requestId": "11111111-2222-4333-8444-555555555555", "refreshType": "Scheduled", "status": "Failed",
            "serviceExceptionJson": "{\"errorCode\":\"ModelRefreshFailed\"}",
            "refreshAttempts": [
                {"attemptId": 1, "serviceExceptionJson": "{\"errorCode\":\"GatewayNotReachable\"}"},
                {"attemptId": 2, "serviceExceptionJson": "{\"errorCode\":\"ModelRefreshFailed\"}"},
            ],
        });
        assert_eq!(codes(&refresh), ["GatewayNotReachable", "ModelRefreshFailed"]);
    }

    #[test]
    fn marks_are_stripped_from_the_description() {
        let refresh = json!({
            "status": "Failed",
            "serviceExceptionJson":
                "{\"errorCode\":\"SourceFailed\",\"errorDescription\":\"The source <ccon>sales</ccon> refused.\"}",
        });
        let text = refresh.to_string();
        let run = read(&refresh, &mut Locator::new(&text, 0, 1));
        assert_eq!(run.failures[0].message, "The source sales refused.");
        assert!(run.failed);
    }

    #[test]
    fn an_envelope_inside_the_description_is_opened() {
        let inner = json!({"error": {"code": "DMTS_MadeUpError", "pbi.error": {"code": "DMTS_MadeUpError"}}});
        let exception = json!({"errorCode": "ModelRefreshFailed", "errorDescription": inner.to_string()});
        let refresh = json!({"status": "Failed", "serviceExceptionJson": exception.to_string()});
        assert_eq!(codes(&refresh), ["DMTS_MadeUpError", "ModelRefreshFailed"]);
    }

    #[test]
    fn a_completed_refresh_has_no_failures() {
        let refresh = json!({
            "status": "Completed", "refreshType": "ViaApi",
            "refreshAttempts": [{"serviceExceptionJson": "{\"errorCode\":\"GatewayNotReachable\"}"}],
        });
        assert!(codes(&refresh).is_empty());
    }

    #[test]
    fn a_refreshable_carries_its_name() {
        let entry = json!({
            "id": "d1", "kind": "Dataset", "name": "Sales",
            "lastRefresh": {"refreshType": "ViaApi", "status": "Failed",
                "serviceExceptionJson": "{\"errorCode\":\"ModelRefreshFailed_CredentialsNotSpecified\"}"},
        });
        assert!(matches(&entry));
        assert_eq!(read(&entry, &mut Locator::new("", 0, 1)).name.as_deref(), Some("Sales"));
    }

    #[test]
    fn other_entries_are_no_refreshes() {
        assert!(!matches(&json!({"status": "Failed", "jobType": "RunNotebook"})));
        assert!(!matches(&json!({"refreshType": "Scheduled"})));
        assert!(!matches(&json!("Failed")));
    }
}
