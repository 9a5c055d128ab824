//! Runs of Data Factory, Synapse and Fabric pipelines and of their activities.
//!
//! The answer of `queryActivityruns` and `queryPipelineRuns`, which is a page or a
//! bare list, or one run of it:
//!
//! ```json
//! {"activityName": "Load", "activityRunId": "…", "linkedServiceName": "…", "status": "Failed",
//!  "error": {"errorCode": "2200", "message": "…", "failureType": "UserError", "target": "Load", "details": []}}
//! ```
//!
//! A success has the same `error` with empty strings. People also copy the `error`
//! alone. The message is prose with JSON in it, and more JSON in that.

use fedlens_catalog::{Code, Failure};
use serde_json::Value;

use crate::failure::{self, Locator};
use crate::json;
use crate::{Run, RunPlatform};

/// Whether an entry is a run of an activity or of a whole pipeline.
pub(crate) fn matches(entry: &Value) -> bool {
    let activity = json::has(entry, &["activityName", "status"]) || json::has(entry, &["activityRunId", "status"]);
    activity || json::has(entry, &["runId", "pipelineName", "status"])
}

/// Whether a value is the `error` of a run, copied without the run.
pub(crate) fn is_bare_error(value: &Value) -> bool {
    json::has(value, &["errorCode", "message"])
        && ["failureType", "target", "details"].iter().any(|key| value.get(key).is_some())
        && !json::has(value, &["status"])
}

/// One run.
pub(crate) fn read(entry: &Value, locator: &mut Locator<'_>) -> Run {
    let first = |keys: &[&str]| keys.iter().find_map(|key| json::owned(entry, &[key]));
    let status = first(&["status"]).unwrap_or_default();
    let succeeded = status.eq_ignore_ascii_case("Succeeded");
    Run {
        platform: RunPlatform::Activity,
        id: first(&["activityRunId", "runId"]),
        name: first(&["activityName", "pipelineName"]),
        failed: ["Failed", "TimedOut"].iter().any(|word| status.eq_ignore_ascii_case(word)),
        status,
        started: first(&["activityRunStart", "runStart"]),
        ended: first(&["activityRunEnd", "runEnd"]),
        linked_service: linked_service(entry),
        failures: if succeeded { Vec::new() } else { failures_of(entry, locator) },
    }
}

/// The `error` of a run, as a run that failed.
pub(crate) fn read_bare_error(error: &Value, locator: &mut Locator<'_>) -> Run {
    Run {
        platform: RunPlatform::Activity,
        id: None,
        name: json::owned(error, &["target"]),
        status: "Failed".to_owned(),
        failed: true,
        started: None,
        ended: None,
        linked_service: None,
        failures: in_error(error, locator),
    }
}

/// A name, or in a pipeline's definition a reference to one.
fn linked_service(entry: &Value) -> Option<String> {
    json::owned(entry, &["linkedServiceName"]).or_else(|| json::owned(entry, &["linkedServiceName", "referenceName"]))
}

/// A pipeline run has a `message` where an activity run has an `error`.
fn failures_of(entry: &Value, locator: &mut Locator<'_>) -> Vec<Failure> {
    let mut failures = entry.get("error").map(|error| in_error(error, locator)).unwrap_or_default();
    for prose in [json::text(entry, &["message"]), json::text(entry, &["error"])].into_iter().flatten() {
        failure::merge(&mut failures, failure::in_field(prose));
    }
    if let Some(errors) = json::member(entry, &["output", "errors"]).filter(|errors| errors.is_array()) {
        let more = failure::in_field(&errors.to_string());
        // The same error as before in other words: only what is new counts.
        let new = more.into_iter().filter(|one| !failures.iter().any(|known| known.code == one.code));
        failures.extend(new.collect::<Vec<_>>());
    }
    failures
}

/// The failures in the message and details, then the error code itself.
fn in_error(error: &Value, locator: &mut Locator<'_>) -> Vec<Failure> {
    let message = json::text(error, &["message"]).unwrap_or_default();
    let mut failures = failure::in_field(message);
    if let Some(details) = json::member(error, &["details"]) {
        let details = details.as_str().map_or_else(|| details.to_string(), str::to_owned);
        failure::merge(&mut failures, failure::in_field(&details));
    }
    let code = json::scalar(error, &["errorCode"]).unwrap_or_default();
    failure::merge(&mut failures, own_code(&code).map(|code| failure::named(code, message)));
    locator.place(&code, &mut failures);
    failures
}

/// The numbers of Data Factory mean nothing alone, so `2200` becomes `adf-2200`.
fn own_code(code: &str) -> Option<Code> {
    let number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    if number { Some(Code::platform(format!("adf-{code}"))) } else { failure::code(code) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(entry: &Value) -> Run {
        let text = entry.to_string();
        read(entry, &mut Locator::new(&text, 0, 1))
    }

    fn codes(run: &Run) -> Vec<&str> {
        run.failures.iter().map(|failure| failure.code.as_str()).collect()
    }

    #[test]
    fn an_error_number_becomes_a_platform_code() {
        let run = run(&json!({
            "activityName": "Load", "activityRunId": "r1", "status": "Failed", "linkedServiceName": "warehouse",
            "error": {"errorCode": "2200", "message": "It failed on the sink side.", "failureType": "UserError"},
        }));
        assert!(run.failed);
        assert_eq!(codes(&run), ["adf-2200"]);
        assert_eq!(run.linked_service.as_deref(), Some("warehouse"));
        assert_eq!(run.failures[0].message, "It failed on the sink side.");
    }

    #[test]
    fn empty_strings_in_a_success_are_no_failure() {
        let run = run(&json!({
            "activityName": "Wait", "status": "Succeeded", "linkedServiceName": "",
            "error": {"errorCode": "", "message": "", "failureType": "", "target": "Wait", "details": ""},
        }));
        assert!(!run.failed && run.failures.is_empty());
        assert_eq!(run.linked_service, None);
    }

    #[test]
    fn a_word_as_error_code_is_kept() {
        let run = run(&json!({
            "activityName": "Call", "status": "Failed",
            "error": {"errorCode": "BadRequest", "message": "", "details": []},
        }));
        assert_eq!(codes(&run), ["BadRequest"]);
    }

    #[test]
    fn a_bare_error_is_told_from_other_errors() {
        let error = json!({"errorCode": 2100, "message": "No.", "failureType": "UserError", "target": "Copy1"});
        assert!(is_bare_error(&error));
        let run = read_bare_error(&error, &mut Locator::new("", 0, 1));
        assert_eq!((codes(&run), run.name.as_deref()), (vec!["adf-2100"], Some("Copy1")));
        assert!(!is_bare_error(&json!({"errorCode": "InsufficientScopes", "message": "No.", "requestId": "1"})));
        assert!(!is_bare_error(&json!({"errorCode": "1", "errorMessage": "No.", "subError": ""})));
    }

    #[test]
    fn a_pipeline_run_is_a_run_too() {
        let entry = json!({"runId": "r", "pipelineName": "nightly", "status": "Cancelled", "message": ""});
        assert!(matches(&entry));
        assert!(!run(&entry).failed);
        assert!(!matches(&json!({"pipelineName": "nightly", "activities": []})));
    }
}
