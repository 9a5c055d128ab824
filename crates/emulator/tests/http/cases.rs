//! Every exchange of the decision's own suite gets over HTTP the answer that `decide` gives.

use std::path::Path;

use crate::server::{Server, code, settings};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fedlens_emulator::{Clock, DirectoryDocument, Emulator, IssuerDocument, SecretDocument, Settings};
use fedlens_issuers::recognise;
use fedlens_token::Claims;
use fedlens_trust::read::{ExchangeCase, exchange_case};
use fedlens_trust::{Assertion, ClientSecret, Endpoint, Password, Policy, Signature, View, decide};
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "a secret";
const PASSWORD: &str = "a password";

/// Whether a request can bring about what the case says of its signature and code, by a grant that is played.
fn is_sendable(case: &ExchangeCase) -> bool {
    let request = &case.request;
    let own = |assertion: &Assertion| {
        let issuer = assertion.claims.as_ref().and_then(|claims| claims.text("iss"));
        issuer.is_some_and(|issuer| Some(issuer) == request.client_id.as_deref())
    };
    let unclear = |assertion: &Assertion| {
        assertion.view == View::Partial
            || own(assertion)
            || matches!(assertion.signature, Signature::Unchecked | Signature::MetadataMissingField(_))
    };
    let tokens = [&request.assertion, &request.user_assertion];
    case.directory.view == View::Whole
        && request.view == View::Whole
        && request.tenant.as_deref().is_some_and(|tenant| !tenant.is_empty())
        && request.code.is_none()
        && request.client_secret != Some(ClientSecret::Unchecked)
        && request.password != Some(Password::Unchecked)
        && !request.malformed_body
        && !request.grant_type.as_deref().is_some_and(|grant| grant.contains("saml") || grant == "user_fic")
        && !tokens.into_iter().flatten().any(unclear)
}

/// The case's directory as a file, with the secrets, passwords and issuers that make it true.
fn directory(case: &ExchangeCase) -> DirectoryDocument {
    let mut value = serde_json::to_value(&case.directory).unwrap();
    value.as_object_mut().unwrap().remove("view");
    let mut document: DirectoryDocument = serde_json::from_value(value).unwrap();
    if let Some(ClientSecret::Registered { expires }) = &case.request.client_secret {
        for application in &mut document.applications {
            let end_date_time = expires.map(|time| time.to_string());
            let value = Some(SECRET.to_owned());
            application.secrets.push(SecretDocument { value, end_date_time, ..SecretDocument::default() });
        }
    }
    if case.request.password == Some(Password::Right) {
        document.users.iter_mut().for_each(|user| user.password = Some(PASSWORD.to_owned()));
    }
    let assertion = case.request.assertion.as_ref();
    let issuer = assertion.and_then(|assertion| assertion.claims.as_ref()?.text("iss"));
    let known = matches!(assertion.map(|assertion| &assertion.signature), Some(Signature::UnknownKey));
    document.issuers.extend(issuer.map(|issuer| IssuerDocument {
        issuer: issuer.to_owned(),
        jwks: known.then(|| json!({"keys": []})),
        fetch: !known,
    }));
    document
}

fn compact(part: Option<&Claims>) -> String {
    URL_SAFE_NO_PAD.encode(part.map_or_else(|| "no JSON".to_owned(), |part| serde_json::to_string(part).unwrap()))
}

/// A token with the case's header and claims, and the signature that the case speaks of.
fn token(emulator: &Emulator, assertion: &Assertion) -> String {
    let (header, claims) = (assertion.header.as_ref(), assertion.claims.as_ref());
    let unsigned = format!("{}.{}.c2lnbmF0dXJl", compact(header), compact(claims));
    let (Some(header), Some(claims)) = (header, claims) else { return unsigned };
    let is_hinted = ["kid", "x5t"].iter().any(|name| header.contains(name));
    let is_signed = matches!(assertion.signature, Signature::Valid | Signature::Invalid);
    if !is_hinted || !is_signed || header.text("alg") != Some("RS256") {
        return unsigned;
    }
    let mut header = header.0.clone();
    header.remove("kid");
    header.remove("x5t");
    let from_entra = claims.text("iss").and_then(recognise).is_some_and(|found| found.entra.is_some());
    let token = match from_entra {
        true => emulator.sign_as_entra(header, &claims.0),
        false => emulator.sign_as_issuer(header, &claims.0),
    };
    match assertion.signature {
        Signature::Valid => token,
        _ => format!("{}.{}", token.rsplit_once('.').unwrap().0, URL_SAFE_NO_PAD.encode([0; 256])),
    }
}

/// The status, the code and the description of the answer over HTTP.
async fn answer(case: &ExchangeCase, keys: &Path) -> (u16, u64, String) {
    let faults = vec!["issuer:503:1".parse().unwrap()];
    let clock = Clock::at(case.now);
    let keys = Some(keys.to_owned());
    let server =
        Server::with(Settings { cloud: Some(case.cloud), clock, faults, keys, ..settings(directory(case)) }).await;
    let request = &case.request;
    let emulator = &server.running.emulator;
    let token = |assertion: &Option<Assertion>| assertion.as_ref().map(|assertion| token(emulator, assertion));
    let secret = request.client_secret.as_ref().map(|secret| match secret {
        ClientSecret::Wrong => "another secret",
        _ => SECRET,
    });
    let password = request.password.map(|password| if password == Password::Right { PASSWORD } else { "another" });
    let mut fields: Vec<_> = [
        ("client_id", request.client_id.clone()),
        ("grant_type", request.grant_type.clone()),
        ("scope", request.scope.clone()),
        ("resource", request.resource.clone()),
        ("client_assertion_type", request.client_assertion_type.clone()),
        ("client_assertion", token(&request.assertion)),
        ("client_secret", secret.map(str::to_owned)),
        ("assertion", token(&request.user_assertion)),
        ("requested_token_use", request.requested_token_use.clone()),
        ("username", request.username.clone()),
        ("password", password.map(str::to_owned)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    if request.ambiguous_client {
        fields.push(("client_id", "11111111-2222-4333-8444-555555555555".to_owned()));
    }
    let path = if request.endpoint == Endpoint::V1 { "oauth2/token" } else { "oauth2/v2.0/token" };
    let url = server.url(&format!("/{}/{path}", request.tenant.as_deref().unwrap()));
    let method: Method = request.method.as_deref().unwrap_or("POST").parse().unwrap();
    let answer = server.client.request(method, url).form(&fields).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, code(&body), body["error_description"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_exchange_gets_the_same_answer_over_http() {
    let keys = tempfile::tempdir().unwrap();
    let (mut sent, mut wrong) = (0, Vec::new());
    for exchange in crate::suite::exchanges() {
        let case = exchange_case(&exchange.case).unwrap();
        if !is_sendable(&case) {
            continue;
        }
        sent += 1;
        let policy = Policy { cloud: case.cloud, ..Policy::default() };
        let decision = decide(&case.directory, &case.request, case.now, &policy);
        let expected = decision.refusal().map_or((200, 0), |refusal| (refusal.status, u64::from(refusal.code)));
        let (status, code, description) = answer(&case, keys.path()).await;
        let expects_code = exchange.expect.starts_with("AADSTS");
        let answered = if code == 0 { String::new() } else { format!("AADSTS{code}") };
        assert_eq!(if expects_code { &exchange.expect } else { "" }, answered, "{}", exchange.name);
        let names_key = matches!(code, 7_000_272 | 700_027 | 50_013);
        let message = decision.refusal().map_or("", |refusal| refusal.message.as_str());
        if (status, code) != expected || !(names_key || description.contains(message)) {
            wrong
                .push(format!("{}: expected {expected:?} {message}, got {status} {code} {description}", exchange.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {sent}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(sent > 100, "{sent}");
}
