use fedlens_issuers::Cloud;
use serde_json::json;

use super::*;
use crate::ClientSecret;

fn minimal() -> Value {
    json!({
        "case": "minimal", "now": "2026-11-01T12:00:00Z",
        "request": {"tenant": "t-1", "client_id": "c-1"},
        "assertion": {"header": {"alg": "RS256"}, "claims": {"iss": "https://gitlab.com", "sub": "s", "aud": "a"}},
        "directory": {"applications": [{"appId": "c-1"}]}
    })
}

/// The case with one field, given by a JSON pointer's parent and name, set.
fn with(parent: &str, name: &str, value: Value) -> Result<ExchangeCase, ReadError> {
    let mut case = minimal();
    case.pointer_mut(parent).unwrap()[name] = value;
    exchange_case(&case)
}

#[test]
fn what_is_absent_has_its_default() {
    let case = exchange_case(&minimal()).unwrap();
    assert_eq!((case.case.as_str(), case.note.as_str(), case.cloud, case.expect), ("minimal", "", Cloud::Public, None));
    assert_eq!(case.now.to_string(), "2026-11-01T12:00:00Z");
    assert_eq!((case.directory.view, case.request.view), (View::Whole, View::Whole));
    assert_eq!((case.request.endpoint, case.request.grant_type), (Endpoint::V2, None));
    assert_eq!(case.request.client_assertion_type.as_deref(), Some(JWT_BEARER));
    let assertion = case.request.assertion.unwrap();
    assert_eq!((assertion.view, assertion.signature), (View::Whole, Signature::Unchecked));
    assert_eq!(assertion.claims.unwrap().text("sub"), Some("s"));
}

#[test]
fn a_request_is_read_with_all_its_fields() {
    let case = with(
        "",
        "request",
        json!({
            "endpoint": "v1", "method": "get", "body": {"malformed": true}, "clientId": "C-1", "grant_type": "client_credentials",
            "resource": "https://graph.microsoft.com", "client_secret": "x", "client_assertion_type": "other", "fmi_path": "p",
        }),
    );
    let request = case.unwrap().request;
    assert_eq!((request.endpoint, request.method.as_deref()), (Endpoint::V1, Some("get")));
    assert!(request.malformed_body && request.client_secret == Some(ClientSecret::Unchecked));
    assert_eq!((request.client_id.as_deref(), request.tenant, request.scope), (Some("C-1"), None, None));
    assert_eq!(request.resource.as_deref(), Some("https://graph.microsoft.com"));
    assert_eq!(request.client_assertion_type.as_deref(), Some("other"));
}

#[test]
fn an_assertion_type_that_is_null_was_not_sent() {
    let request = with("/request", "client_assertion_type", Value::Null).unwrap().request;
    assert!(request.assertion.is_some() && request.client_assertion_type.is_none());
    let without = with("", "assertion", Value::Null).unwrap().request;
    assert_eq!((without.assertion, without.client_assertion_type), (None, None));
}

#[test]
fn a_header_that_is_absent_is_unknown_and_one_that_is_null_is_unreadable() {
    let assertion = |value: Value| with("", "assertion", value).unwrap().request.assertion.unwrap();
    let absent = assertion(json!({"claims": {"sub": "s"}}));
    assert_eq!((absent.view, absent.header), (View::Partial, None));
    let unreadable = assertion(json!({"header": null, "claims": {"sub": "s"}}));
    assert_eq!((unreadable.view, unreadable.header), (View::Whole, None));
    let bare = assertion(json!({"sub": "s"}));
    assert_eq!((bare.view, bare.claims.unwrap().text("sub")), (View::Partial, Some("s")));
    assert_eq!(assertion(json!({"header": {}, "claims": null})).claims, None);
}

#[test]
fn a_compact_token_is_decoded() {
    let header = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0";
    let claims = "eyJzdWIiOiJzIn0";
    let assertion = |token: String| with("", "assertion", json!(token)).unwrap().request.assertion;
    let whole = assertion(format!("{header}.{claims}.c2ln")).unwrap();
    assert_eq!(whole.header.unwrap().text("kid"), Some("key-1"));
    assert_eq!(whole.claims.unwrap().text("sub"), Some("s"));
    assert_eq!(assertion(format!("{header}.{claims}")).unwrap().claims, None);
    assert_eq!(assertion("not.a.token".to_owned()).unwrap().claims, None);
    assert_eq!(assertion(String::new()), None);
}

#[test]
fn an_assertion_may_stand_in_the_request() {
    let mut case = minimal();
    let assertion = case["assertion"].take();
    case["request"]["client_assertion"] = assertion;
    case["signature"] = json!("bad");
    let request = exchange_case(&case).unwrap().request;
    assert_eq!(request.assertion.unwrap().signature, Signature::Invalid);
    assert_eq!(request.client_assertion_type.as_deref(), Some(JWT_BEARER));
}

#[test]
fn signatures_are_read_in_every_spelling() {
    for (spelling, expected) in [
        ("valid", Signature::Valid),
        ("invalid", Signature::Invalid),
        ("wrong", Signature::Invalid),
        ("unknown-key", Signature::UnknownKey),
        ("unknownKey", Signature::UnknownKey),
        ("metadata-unreachable", Signature::MetadataUnreachable),
        ("issuer_unreachable", Signature::MetadataUnreachable),
        ("metadata-missing-field:jwks_uri", Signature::MetadataMissingField("jwks_uri".to_owned())),
        ("not-checked", Signature::Unchecked),
        ("unknown", Signature::Unchecked),
    ] {
        let case = with("", "signature", json!(spelling)).unwrap();
        assert_eq!(case.request.assertion.unwrap().signature, expected, "{spelling}");
    }
}

#[test]
fn endpoints_are_read_in_every_spelling() {
    for (spelling, expected) in [
        ("v1", Endpoint::V1),
        ("V2.0", Endpoint::V2),
        ("/oauth2/token", Endpoint::V1),
        ("https://login.microsoftonline.com/t-1/oauth2/v2.0/token", Endpoint::V2),
    ] {
        assert_eq!(with("/request", "endpoint", json!(spelling)).unwrap().request.endpoint, expected, "{spelling}");
    }
}

#[test]
fn expectations_are_read_with_numbers_for_codes() {
    let expect = |value: Value| with("", "expect", value).unwrap().expect.unwrap();
    let rejected = expect(json!({"code": 700_229, "alternatives": ["AADSTS700222", "700226"], "basis": "seen"}));
    assert_eq!((rejected.outcome.as_str(), rejected.code.as_deref()), ("rejected", Some("AADSTS700229")));
    assert_eq!(rejected.alternatives, ["AADSTS700222", "AADSTS700226"]);
    let accepted = expect(json!({"outcome": "accepted", "code": null}));
    assert_eq!((accepted.outcome.as_str(), accepted.code), ("accepted", None));
}

#[test]
fn without_a_directory_nothing_is_known() {
    let directory = with("", "directory", Value::Null).unwrap().directory;
    assert_eq!(directory, Directory { view: View::Partial, ..Directory::default() });
}

#[test]
fn a_wrong_field_is_named() {
    for (parent, name, value, expected) in [
        ("", "now", Value::Null, "now is missing"),
        ("", "now", json!("yesterday"), "now must be a time as in RFC 3339"),
        ("", "request", Value::Null, "request is missing"),
        ("", "cloud", json!("moon"), "cloud must be public, us-gov or china"),
        ("", "signature", json!("maybe"), "signature must be valid, invalid, unknown-key"),
        ("", "signature", json!({"valid": true}), "signature must be a text, but is an object"),
        ("", "assertion", json!(7), "assertion must be an object, but is a number"),
        ("/assertion", "claims", json!([]), "assertion.claims must be an object, but is a list"),
        ("/request", "tenant", json!(1), "request.tenant must be a text, but is a number"),
        ("/request", "endpoint", json!("v3"), "request.endpoint must be v1 or v2, but is 'v3'"),
        ("/directory", "view", json!("half"), "directory.view must be whole or partial"),
        ("/directory", "tenants", json!([{}]), "directory.tenants[0].id is missing"),
        ("", "expect", json!({}), "expect.outcome is missing"),
    ] {
        let error = with(parent, name, value.clone()).unwrap_err().to_string();
        assert!(error.contains(expected), "{parent}/{name} {value}: {error}");
    }
    assert_eq!(exchange_case(&json!([])).unwrap_err().to_string(), "expected an object, but found a list");
}
