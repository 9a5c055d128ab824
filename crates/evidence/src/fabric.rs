//! Job instances of the Fabric job scheduler.
//!
//! ```json
//! {"id": "…", "itemId": "…", "jobType": "RunNotebook", "invokeType": "Scheduled", "status": "Failed",
//!  "startTimeUtc": "2026-01-01T00:00:00.1234567", "failureReason": {"errorCode": "…", "message": "…", "moreDetails": []}}
//! ```
//!
//! The reason is often `Job instance failed without detail error`; the runs of the
//! activities then say more.

use fedlens_catalog::Failure;
use serde_json::Value;

use crate::failure::{self, Locator};
use crate::json;
use crate::{Run, RunPlatform};

/// Whether an entry is a job instance.
pub(crate) fn matches(entry: &Value) -> bool {
    json::has(entry, &["status"])
        && (json::has(entry, &["jobType"]) || json::has(entry, &["invokeType", "itemId"]))
        && (json::has(entry, &["failureReason"]) || json::has(entry, &["startTimeUtc"]))
}

/// One job instance.
pub(crate) fn read(entry: &Value, locator: &mut Locator<'_>) -> Run {
    let status = json::owned(entry, &["status"]).unwrap_or_default();
    Run {
        platform: RunPlatform::FabricJob,
        id: json::owned(entry, &["id"]),
        name: json::owned(entry, &["jobType"]),
        failed: status.eq_ignore_ascii_case("Failed"),
        status,
        started: json::owned(entry, &["startTimeUtc"]),
        ended: json::owned(entry, &["endTimeUtc"]),
        linked_service: None,
        failures: json::member(entry, &["failureReason"]).map(|reason| in_reason(reason, locator)).unwrap_or_default(),
    }
}

/// The failures in the message and the further details, then the codes of their fields.
fn in_reason(reason: &Value, locator: &mut Locator<'_>) -> Vec<Failure> {
    let more = reason.get("moreDetails").and_then(Value::as_array).into_iter().flatten();
    let parts: Vec<&Value> = more.take(50).chain([reason]).collect();
    let mut failures = Vec::new();
    for part in &parts {
        failure::merge(&mut failures, failure::in_field(json::text(part, &["message"]).unwrap_or_default()));
    }
    for part in parts {
        let code = json::text(part, &["errorCode"]).and_then(failure::code);
        let message = json::text(part, &["message"]).unwrap_or_default();
        failure::merge(&mut failures, code.map(|code| failure::named(code, message)));
    }
    locator.place(json::text(reason, &["errorCode"]).unwrap_or_default(), &mut failures);
    failures
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_details_of_a_reason_come_before_its_own_code() {
        let entry = json!({
            "id": "j1", "itemId": "i1", "jobType": "Pipeline", "invokeType": "Scheduled", "status": "Failed",
            "startTimeUtc": "2026-01-01T00:00:00.1234567",
            "failureReason": {"errorCode": "JobFailed", "message": "It failed.",
                "moreDetails": [{"errorCode": "TokenExpired", "message": "The grant is gone."}]},
        });
        assert!(matches(&entry));
        let run = read(&entry, &mut Locator::new("", 0, 1));
        let codes: Vec<_> = run.failures.iter().map(|failure| failure.code.as_str()).collect();
        assert_eq!(codes, ["TokenExpired", "JobFailed"]);
        assert!(run.failed);
    }

    #[test]
    fn a_job_without_a_reason_has_no_failures() {
        let entry = json!({"itemId": "i", "jobType": "DefaultJob", "status": "Completed", "failureReason": null});
        assert!(matches(&entry));
        assert!(read(&entry, &mut Locator::new("", 0, 1)).failures.is_empty());
    }

    #[test]
    fn a_job_definition_is_no_instance() {
        assert!(!matches(&json!({"jobType": "RunNotebook", "status": "Active"})));
        assert!(!matches(&json!({"jobType": "RunNotebook", "startTimeUtc": "2026-01-01"})));
    }
}
