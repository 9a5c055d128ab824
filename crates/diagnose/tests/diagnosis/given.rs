//! Evidence made for tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fedlens_diagnose::{CauseVerdict, Diagnosis, FixFinding, Options, diagnose};
use fedlens_evidence::{Evidence, read};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "7a2e4b60-6a0e-4f7b-9c55-0b7f2f7f1a10";
pub(crate) const OTHER_TENANT: &str = "c1d2e3f4-1234-4cde-8f01-aabbccddeeff";
pub(crate) const APP: &str = "1b6f9e2d-27b4-4d3c-9a61-3f1c2b7d9e01";
pub(crate) const IDENTITY: &str = "6d3a8c1f-0a44-4f0f-8b12-77d0b5a1c3e2";
pub(crate) const PRINCIPAL: &str = "a4c7e9d2-55aa-4b3d-9f0e-6a1b2c3d4e5f";
pub(crate) const EXCHANGE: &str = "fb60f99c-7a34-4190-8149-302f77469936";
pub(crate) const GITHUB: &str = "https://token.actions.githubusercontent.com";

pub(crate) const REFUSED_700229: &str = "2026-11-01T12:00:00.0000000Z ##[error]AADSTS700229: Forbidden token type. Only \
     app-only tokens may be used as Federated Identity Credentials for AAD issuer. Trace ID: \
     11111111-2222-4333-8444-555555555500 Correlation ID: 66666666-7777-4888-8999-000000000000 Timestamp: 2026-11-01 \
     12:00:00Z";

pub(crate) fn issuer(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

/// A token that nobody signed.
pub(crate) fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "key-1"});
    format!("{}.{}.{}", part(&header), part(claims), URL_SAFE_NO_PAD.encode([7; 256]))
}

pub(crate) fn user_claims(tenant: &str) -> Value {
    json!({
        "iss": issuer(tenant), "tid": tenant, "aud": EXCHANGE, "azp": "abcdabcd-1111-4222-8333-444455556666",
        "azpacr": "0", "scp": "user_impersonation", "name": "Dana Example", "preferred_username": "dana@contoso.example",
        "oid": "0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e", "sub": "pairwise", "ver": "2.0",
        "iat": 1_793_534_340, "nbf": 1_793_534_340, "exp": 1_793_538_240,
    })
}

pub(crate) fn identity_claims(tenant: &str) -> Value {
    json!({
        "iss": issuer(tenant), "tid": tenant, "aud": EXCHANGE, "azp": IDENTITY, "azpacr": "2", "idtyp": "app",
        "oid": PRINCIPAL, "sub": PRINCIPAL, "ver": "2.0",
        "iat": 1_793_534_340, "nbf": 1_793_534_340, "exp": 1_793_621_040,
    })
}

pub(crate) fn credentials(issuer: &str, subject: &str) -> String {
    let context =
        format!("https://graph.microsoft.com/v1.0/$metadata#applications(appId='{APP}')/federatedIdentityCredentials");
    json!({"@odata.context": context, "value": [{
        "id": "99999999-aaaa-4bbb-8ccc-dddddddddddd", "name": "exchange", "issuer": issuer, "subject": subject,
        "audiences": ["api://AzureADTokenExchange"], "description": null,
    }]})
    .to_string()
}

pub(crate) fn evidence(inputs: &[(&str, &str)]) -> Evidence {
    let mut evidence = Evidence::default();
    for (name, text) in inputs {
        evidence.extend(read(name, text.as_bytes()));
    }
    assert!(evidence.skipped.is_empty(), "{:?}", evidence.skipped);
    evidence
}

pub(crate) fn options() -> Options {
    Options::at_time("2026-11-01T12:00:00Z".parse::<Timestamp>().unwrap())
}

pub(crate) fn diagnosis(inputs: &[(&str, &str)]) -> Diagnosis {
    diagnose(&evidence(inputs), &options())
}

pub(crate) fn verdict(diagnosis: &Diagnosis, cause: &str) -> Option<CauseVerdict> {
    diagnosis.causes.iter().find(|finding| finding.id == cause).map(|finding| finding.verdict)
}

pub(crate) fn fix<'a>(diagnosis: &'a Diagnosis, id: &str) -> Option<&'a FixFinding> {
    diagnosis.fixes.iter().find(|fix| fix.id == id)
}
