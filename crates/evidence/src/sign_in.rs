//! Entra sign-in records, from an export, from Graph or from a Log Analytics query.
//!
//! ```json
//! {"time": "…", "category": "ServicePrincipalSignInLogs", "tenantId": "…", "resultType": "7000222",
//!  "correlationId": "…", "properties": {"id": "…", "appId": "…", "servicePrincipalId": "…"}}
//! ```
//!
//! `resultType` is the AADSTS number as a string, `"0"` for a success; a Graph record has
//! it as a number in `status.errorCode`. An export comes as one record a line, or in
//! batches `{"records": […]}`. The trace id of an error message is `properties.id`.

use fedlens_catalog::{Code, Failure};
use serde::Serialize;
use serde_json::Value;

use crate::failure::{self, Locator};
use crate::json;

/// One sign-in, as far as it matters here. Names and addresses of people are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignIn {
    /// `ServicePrincipalSignInLogs`, `ManagedIdentitySignInLogs`, …
    pub category: Option<String>,
    /// When, as written.
    pub time: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The client.
    pub app_id: Option<String>,
    /// The client's service principal.
    pub service_principal_id: Option<String>,
    /// The resource asked for.
    pub resource_id: Option<String>,
    /// The federated identity credential used.
    pub federated_credential_id: Option<String>,
    /// The failure; `None` for a success.
    pub failure: Option<Failure>,
}

/// Whether an entry is a sign-in.
pub(crate) fn matches(entry: &Value) -> bool {
    is_exported(entry) || is_graph(entry) || is_row(entry)
}

/// `{"category":"…SignInLogs","resultType":"…","properties":{…}}`.
fn is_exported(entry: &Value) -> bool {
    let named = json::text(entry, &["category"]).is_some_and(|category| category.ends_with("SignInLogs"))
        || json::text(entry, &["operationName"]) == Some("Sign-in activity");
    named && json::has(entry, &["resultType"])
}

/// A Graph `signIn`: its status holds a number.
fn is_graph(entry: &Value) -> bool {
    json::member(entry, &["status", "errorCode"]).is_some_and(Value::is_number)
        && ["appId", "signInEventTypes", "uniqueTokenIdentifier", "conditionalAccessStatus"]
            .iter()
            .any(|key| entry.get(key).is_some())
}

/// A row of `AADServicePrincipalSignInLogs` and its like.
fn is_row(entry: &Value) -> bool {
    json::has(entry, &["ResultType", "AppId"]) && (json::has(entry, &["CorrelationId"]) || json::has(entry, &["Id"]))
}

/// One sign-in.
pub(crate) fn read(entry: &Value, locator: &mut Locator<'_>) -> SignIn {
    let first = |paths: &[&[&str]]| paths.iter().find_map(|path| json::owned(entry, path));
    let mut sign_in = SignIn {
        category: first(&[&["category"], &["Category"], &["Type"]]).or_else(|| event_type(entry)),
        time: first(&[&["time"], &["createdDateTime"], &["CreatedDateTime"], &["TimeGenerated"]]),
        tenant: first(&[&["tenantId"], &["resourceTenantId"], &["homeTenantId"], &["AADTenantId"]]),
        app_id: first(&[&["properties", "appId"], &["appId"], &["AppId"]]),
        service_principal_id: first(&[
            &["properties", "servicePrincipalId"],
            &["servicePrincipalId"],
            &["ServicePrincipalId"],
        ]),
        resource_id: first(&[&["properties", "resourceId"], &["ResourceIdentity"]]).or_else(|| graph_resource(entry)),
        federated_credential_id: first(&[
            &["properties", "federatedCredentialId"],
            &["federatedCredentialId"],
            &["FederatedCredentialId"],
        ]),
        failure: None,
    };
    sign_in.failure = number(entry).filter(|number| *number != 0).map(|number| {
        let mut failures = [failure(entry, &sign_in, number)];
        locator.place(failures[0].fields.trace_id.clone().unwrap_or_default().as_str(), &mut failures);
        let [failure] = failures;
        failure
    });
    sign_in
}

/// In an export, `resourceId` is the diagnostic setting's path, not the API.
fn graph_resource(entry: &Value) -> Option<String> {
    json::owned(entry, &["resourceId"]).filter(|id| !id.starts_with('/'))
}

/// Graph's name for what an export calls the category.
fn event_type(entry: &Value) -> Option<String> {
    entry.get("signInEventTypes")?.get(0)?.as_str().map(str::to_owned)
}

/// The AADSTS number, 0 for a success.
fn number(entry: &Value) -> Option<u32> {
    let written =
        [&["resultType"][..], &["ResultType"], &["status", "errorCode"], &["properties", "status", "errorCode"]];
    written.iter().find_map(|path| json::scalar(entry, path)?.parse().ok())
}

/// What an export leaves unsaid, such as subject and issuer, stays unsaid.
fn failure(entry: &Value, sign_in: &SignIn, number: u32) -> Failure {
    let first = |paths: &[&[&str]]| paths.iter().find_map(|path| json::owned(entry, path));
    let said: &[&[&str]] = &[
        &["properties", "status", "failureReason"],
        &["status", "failureReason"],
        &["resultDescription"],
        &["ResultDescription"],
    ];
    let mut failure = failure::named(Code::aadsts(number), &first(said).unwrap_or_default());
    failure.fields.application = sign_in.app_id.clone();
    failure.fields.tenant = sign_in.tenant.clone();
    failure.fields.resource = sign_in.resource_id.clone();
    failure.fields.timestamp = sign_in.time.clone();
    failure.fields.trace_id = first(&[&["properties", "id"], &["id"], &["Id"]]);
    failure.fields.correlation_id = first(&[&["correlationId"], &["properties", "correlationId"], &["CorrelationId"]]);
    failure
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exported(result: &str) -> Value {
        json!({
            "time": "2026-03-01T07:00:00.1234567Z", "category": "ServicePrincipalSignInLogs",
            "resourceId": "/tenants/t1/providers/Microsoft.aadiam", "operationName": "Sign-in activity",
            "tenantId": "t1", "resultType": result, "correlationId": "c1", "callerIpAddress": "192.0.2.7",
            "properties": {"id": "r1", "appId": "a1", "servicePrincipalId": "s1", "resourceId": "api1",
                "federatedCredentialId": "f1", "servicePrincipalName": "deploy"},
        })
    }

    fn sign_in(entry: &Value) -> SignIn {
        assert!(matches(entry), "{entry}");
        read(entry, &mut Locator::new(&entry.to_string(), 0, 1))
    }

    #[test]
    fn an_exported_failure_is_read() {
        let sign_in = sign_in(&exported("700213"));
        assert_eq!(sign_in.resource_id.as_deref(), Some("api1"));
        assert_eq!(sign_in.federated_credential_id.as_deref(), Some("f1"));
        let failure = sign_in.failure.unwrap();
        assert_eq!(failure.code, Code::aadsts(700_213));
        assert_eq!(failure.fields.trace_id.as_deref(), Some("r1"));
        assert_eq!(failure.fields.correlation_id.as_deref(), Some("c1"));
        assert_eq!(failure.fields.application.as_deref(), Some("a1"));
        assert_eq!(failure.fields.timestamp.as_deref(), Some("2026-03-01T07:00:00.1234567Z"));
    }

    #[test]
    fn zero_is_a_success() {
        assert_eq!(sign_in(&exported("0")).failure, None);
    }

    #[test]
    fn a_graph_failure_is_read() {
        let sign_in = sign_in(&json!({
            "id": "r2", "createdDateTime": "2026-03-01T07:00:00Z", "appId": "a2", "resourceId": "api2",
            "correlationId": "c2", "userPrincipalName": "someone@contoso.example",
            "signInEventTypes": ["servicePrincipal"],
            "status": {"errorCode": 7_000_222, "failureReason": "The secret is expired."},
        }));
        assert_eq!(sign_in.category.as_deref(), Some("servicePrincipal"));
        assert_eq!(sign_in.resource_id.as_deref(), Some("api2"));
        assert_eq!(sign_in.failure.unwrap().message, "The secret is expired.");
    }

    #[test]
    fn a_log_analytics_row_is_read() {
        let sign_in = sign_in(&json!({
            "TimeGenerated": "2026-03-01T07:00:00Z", "Type": "AADServicePrincipalSignInLogs", "AppId": "a3",
            "ResultType": "700229", "CorrelationId": "c3", "AADTenantId": "t3",
        }));
        assert_eq!(sign_in.failure.unwrap().code, Code::aadsts(700_229));
    }

    #[test]
    fn other_records_are_no_sign_ins() {
        let audit = json!({"category": "AuditLogs", "resultType": "Success", "operationName": "Update application"});
        assert!(!matches(&audit));
        assert!(!matches(&json!({"status": {"errorCode": "700213"}, "appId": "a"})));
        assert!(!matches(&json!({"appId": "a", "displayName": "deploy"})));
    }

    #[test]
    fn people_are_not_kept() {
        let kept = serde_json::to_string(&sign_in(&exported("700213"))).unwrap();
        assert!(!kept.contains("192.0.2.7") && !kept.contains("deploy"), "{kept}");
    }
}
