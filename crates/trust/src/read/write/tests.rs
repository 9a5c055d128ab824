use fedlens_issuers::Cloud;
use proptest::prelude::*;
use serde_json::from_value;

use super::super::{Expectation, exchange_case};
use super::*;
use crate::{
    Application, ClaimsMatchingExpression, ClientSecret, Code, Directory, Endpoint, FederatedIdentityCredential,
    ManagedIdentity, ManagedIdentityKind, Password, Resource, ServicePrincipal, SignInAudience, Tenant, TenantPolicies,
    User, View,
};

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn credential() -> FederatedIdentityCredential {
    FederatedIdentityCredential {
        id: text("f-1"),
        name: text("main"),
        issuer: " https://gitlab.com/".to_owned(),
        subject: text(""),
        audiences: vec!["a".to_owned(), "b".to_owned()],
        claims_matching_expression: Some(ClaimsMatchingExpression { value: "claims".to_owned(), language_version: 3 }),
        description: text("d"),
    }
}

fn full_directory() -> Directory {
    let policies = TenantPolicies {
        workload_identity_federation_disabled: true,
        allowed_issuers: Some(Vec::new()),
        required_enterprises: [("i".to_owned(), vec!["e".to_owned()])].into(),
        conditional_access_blocks: vec!["c".to_owned()],
    };
    let tenant = Tenant {
        id: "t-1".to_owned(),
        domains: vec!["d".to_owned()],
        display_name: text("T"),
        cloud: Cloud::China,
        policies,
    };
    let application = Application {
        app_id: "c-1".to_owned(),
        id: text("o-1"),
        display_name: text("deploy"),
        tenant_id: text("t-1"),
        sign_in_audience: Some(SignInAudience::MultiTenantAndPersonal),
        enabled: Some(false),
        identifier_uris: vec!["api://c-1".to_owned()],
        certificate_thumbprints: vec!["00112233445566778899AABBCCDDEEFF00112233".to_owned()],
        service_principals: Some(vec![ServicePrincipal {
            tenant_id: "t-2".to_owned(),
            id: text("s"),
            account_enabled: Some(true),
        }]),
        federated_identity_credentials: Some(vec![credential(), FederatedIdentityCredential::default()]),
        is_fallback_public_client: Some(true),
    };
    let identity = ManagedIdentity {
        client_id: "c-2".to_owned(),
        principal_id: text("p-2"),
        tenant_id: text("t-1"),
        kind: Some(ManagedIdentityKind::SystemAssigned),
        name: text("mi"),
        federated_identity_credentials: Some(Vec::new()),
    };
    let resource = Resource {
        app_id: "c-3".to_owned(),
        display_name: text("orders"),
        identifier_uris: vec!["api://orders".to_owned()],
        enabled: Some(false),
        app_role_assignment_required: true,
        assigned_clients: vec!["c-1".to_owned()],
    };
    let user = User {
        id: "u-1".to_owned(),
        user_principal_name: "ada@d".to_owned(),
        display_name: text("Ada"),
        account_enabled: Some(false),
        tenant_id: text("t-1"),
    };
    Directory {
        view: View::Partial,
        tenants: vec![tenant, Tenant::default()].into(),
        applications: vec![application, Application::default()].into(),
        managed_identities: vec![identity, ManagedIdentity::default()].into(),
        resources: vec![resource, Resource::default()].into(),
        users: vec![user, User::default()].into(),
    }
}

fn full_request(signature: Signature) -> TokenRequest {
    let claims = json!({"iss": "https://gitlab.com", "aud": ["a", "b"], "exp": 1.5, "nested": {"a": null}});
    TokenRequest {
        view: View::Partial,
        endpoint: Endpoint::V1,
        method: text("PUT"),
        malformed_body: true,
        tenant: text("t-1"),
        client_id: text("C-1"),
        grant_type: text("client_credentials"),
        scope: text(""),
        resource: text("r"),
        client_secret: Some(ClientSecret::Unchecked),
        client_assertion_type: text("other"),
        assertion: Some(Assertion {
            view: View::Partial,
            header: None,
            claims: from_value(claims).unwrap(),
            signature: signature.clone(),
        }),
        url: text("https://localhost:8443/t-1/oauth2/token"),
        ambiguous_client: true,
        user_assertion: Some(Assertion { signature, ..Assertion::default() }),
        requested_token_use: text("on_behalf_of"),
        username: text("ada@d"),
        password: Some(Password::Wrong),
        code: Some(Code::WrongVerifier),
    }
}

fn case(request: TokenRequest, directory: Directory) -> ExchangeCase {
    let expect = Expectation {
        outcome: "rejected".to_owned(),
        code: text("AADSTS700213"),
        alternatives: vec!["AADSTS70021".to_owned()],
        basis: text("seen"),
    };
    ExchangeCase {
        case: "full".to_owned(),
        note: "note".to_owned(),
        now: "2026-11-01T12:00:00.123456789Z".parse().unwrap(),
        cloud: Cloud::UsGov,
        request,
        directory,
        expect: Some(expect),
    }
}

#[test]
fn what_is_written_reads_the_same() {
    let untyped = TokenRequest { client_assertion_type: None, ..full_request(Signature::Valid) };
    for request in [
        full_request(Signature::Valid),
        full_request(Signature::Invalid),
        full_request(Signature::UnknownKey),
        full_request(Signature::MetadataUnreachable),
        full_request(Signature::MetadataMissingField("jwks_uri:x".to_owned())),
        full_request(Signature::Unchecked),
        untyped,
        TokenRequest { assertion: Some(Assertion::default()), ..TokenRequest::default() },
        TokenRequest { client_assertion_type: text("other"), ..TokenRequest::default() },
        TokenRequest { client_secret: Some(ClientSecret::Wrong), ..TokenRequest::default() },
        TokenRequest {
            client_secret: Some(ClientSecret::Registered { expires: "2026-01-31T12:00:00Z".parse().ok() }),
            ..TokenRequest::default()
        },
        TokenRequest { client_secret: Some(ClientSecret::Registered { expires: None }), ..TokenRequest::default() },
        TokenRequest::default(),
    ] {
        for directory in [full_directory(), Directory::default()] {
            let case = case(request.clone(), directory);
            let written = write_exchange_case(&case);
            assert_eq!(exchange_case(&written), Ok(case), "{written}");
        }
    }
    let bare = ExchangeCase { expect: None, ..case(TokenRequest::default(), Directory::default()) };
    assert_eq!(exchange_case(&write_exchange_case(&bare)), Ok(bare));
}

#[test]
fn the_schema_comes_first() {
    let written = write_exchange_case(&case(TokenRequest::default(), Directory::default()));
    let first = written.as_object().unwrap().iter().next().unwrap();
    assert_eq!((first.0.as_str(), first.1.as_str()), ("schema", Some(EXCHANGE_CASE_SCHEMA)));
}

/// Field names of the format and others, so that values land where a reader looks.
fn value() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "request",
        "assertion",
        "header",
        "claims",
        "signature",
        "directory",
        "tenants",
        "applications",
        "appId",
        "id",
        "federatedIdentityCredentials",
        "servicePrincipals",
        "managedIdentities",
        "users",
        "userPrincipalName",
        "user_assertion",
        "client_secret",
        "registered",
        "expires",
        "password",
        "clientId",
        "principalId",
        "properties",
        "value",
        "issuer",
        "subject",
        "audiences",
        "claimsMatchingExpression",
        "expect",
        "outcome",
        "code",
        "now",
        "keyCredentials",
        "customKeyIdentifier",
        "policies",
        "requiredEnterprises",
        "error",
        "@odata.context",
        "name",
        "body",
        "endpoint",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z'():/.=é ]{0,12}".prop_map(Value::from),
        Just(Value::from("2026-11-01T12:00:00Z")),
        Just(Value::from("/userassignedidentities/é/federatedIdentityCredentials/")),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_is_read_or_refused(document in value()) {
        let mut case = document.clone();
        if let Some(fields) = case.as_object_mut() {
            fields.insert("now".to_owned(), json!("2026-11-01T12:00:00Z"));
            fields.entry("request").or_insert_with(|| json!({}));
        }
        if let Ok(read) = exchange_case(&case) {
            prop_assert_eq!(exchange_case(&write_exchange_case(&read)), Ok(read));
        }
        let list = super::super::credentials(&document);
        prop_assert!(list.is_ok_and(|list| list.problems.len() <= 100) || super::super::credentials(&document).is_err());
        if let Ok(directory) = super::super::directory(&document) {
            prop_assert!(!directory.applications.is_empty() || !directory.managed_identities.is_empty()
                || document.is_object());
        }
    }
}
