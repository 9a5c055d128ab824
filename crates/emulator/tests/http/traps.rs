//! What real clients send and need that a server easily gets wrong, each in plain HTTP and named after the trap.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use crate::server::{DEPLOYER, NOON, ORDERS, Server, TENANT, code, settings};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use aws_lc_rs::{digest, signature::KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use fedlens_emulator::issuers::{AzureDevOps, GitHub, variables};
use fedlens_emulator::{CertificateDocument, sample};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore};
use serde_json::{Map, Value, json};

/// Metadata, relative to the tenant.
const METADATA: [&str; 2] = ["v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"];

fn noon() -> i64 {
    NOON.parse::<Timestamp>().unwrap().as_second()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// An assertion that the sample trusts, or one with another subject.
fn github(server: &Server, subject: &str) -> String {
    let claims = json!({
        "iss": "https://token.actions.githubusercontent.com", "aud": "api://AzureADTokenExchange", "sub": subject,
        "iat": noon(), "nbf": noon(), "exp": noon() + 300,
    });
    server.running.emulator.sign_as_issuer(Map::new(), &object(claims))
}

const TRUSTED: &str = "repo:contoso/app:environment:prod";

fn secret_fields() -> [(&'static str, &'static str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", DEPLOYER),
        ("client_secret", "emulated-secret"),
        ("scope", ORDERS),
    ]
}

fn claims(body: &Value) -> Value {
    let token = body["access_token"].as_str().unwrap_or_else(|| panic!("no token: {body}"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn get(server: &Server, path: &str) -> (u16, Value) {
    let answer = server.client.get(server.url(path)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn token_request_with_a_query_string() {
    let server = Server::start().await;
    let id = "11111111-2222-4333-8444-555555555555";
    for query in [format!("client-request-id={id}"), format!("x-client-SKU=msal.js&client-request-id={id}&a=%2F")] {
        let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token?{query}"));
        let answer = server.client.post(&url).form(&secret_fields()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let wrong = server.client.post(&url).form(&[("grant_type", "client_credentials")]).send().await.unwrap();
        let body: Value = wrong.json().await.unwrap();
        assert_eq!(body["correlation_id"], id, "the client's id is in the query alone");
    }
}

#[tokio::test]
async fn content_type_with_a_charset() {
    let server = Server::start().await;
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let body = format!(
        "client_id={DEPLOYER}&grant_type=client_credentials&client_secret=emulated-secret&scope=api%3A%2F%2Forders%2F.default"
    );
    let form = "application/x-www-form-urlencoded";
    for kind in
        [form.to_owned(), format!("{form};charset=utf-8"), format!("{form}; charset=UTF-8"), form.to_uppercase()]
    {
        let answer = server.client.post(&url).header("content-type", &kind).body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{kind}");
    }
}

/// An application's key, and the thumbprints of its certificate.
struct Certified {
    pair: KeyPair,
    der: Vec<u8>,
}

impl Certified {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let signer = rcgen::KeyPair::try_from(private.as_ref()).unwrap();
        let der = rcgen::CertificateParams::default().self_signed(&signer).unwrap().der().to_vec();
        Self { pair, der }
    }

    fn thumbprint(&self, algorithm: &'static digest::Algorithm, padded: bool) -> String {
        let digest = digest::digest(algorithm, &self.der);
        if padded { URL_SAFE.encode(digest) } else { URL_SAFE_NO_PAD.encode(digest) }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let padding: &'static dyn RsaEncoding =
            if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
        let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap())).join(".");
        let mut signature = vec![0; self.pair.public_key().modulus_len()];
        self.pair.sign(padding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[tokio::test]
async fn float_times_and_padded_thumbprints_of_ps256_and_rs256() {
    let certified = Certified::new();
    let mut directory = sample();
    let deployer = directory.applications.iter_mut().find(|one| one.app_id == DEPLOYER).unwrap();
    deployer.certificates =
        vec![CertificateDocument { certificate: STANDARD.encode(&certified.der), ..CertificateDocument::default() }];
    let server = Server::with(settings(directory)).await;
    let audience = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let (sha1, sha256) = (&digest::SHA1_FOR_LEGACY_USE_ONLY, &digest::SHA256);
    let exact = |alg: &str, times: [Value; 2], name: &str, thumbprint: String| {
        let [issued, expires] = times;
        let claims =
            json!({"aud": audience, "iss": DEPLOYER, "sub": DEPLOYER, "jti": "1", "iat": issued, "exp": expires});
        certified.sign(&json!({"typ": "JWT", "alg": alg, name: thumbprint}), &claims)
    };
    let floats = [json!(noon() as f64 + 0.544_103_6), json!(noon() as f64 + 600.544_103_6)];
    let integers = [json!(noon()), json!(noon() + 600)];
    for times in [floats, integers] {
        for padded in [true, false] {
            let assertions = [
                exact("PS256", times.clone(), "x5t#S256", certified.thumbprint(sha256, padded)),
                exact("RS256", times.clone(), "x5t", certified.thumbprint(sha1, padded)),
            ];
            for assertion in assertions {
                let (status, body) = server.exchange(&assertion).await;
                assert_eq!(status, 200, "{times:?}, padded: {padded}: {body}");
                assert_eq!(claims(&body)["azpacr"], "2");
            }
        }
    }
    let past = [json!(noon() as f64 - 1_200.5), json!(noon() as f64 - 600.5)];
    let (status, body) = server.exchange(&exact("PS256", past, "x5t#S256", certified.thumbprint(sha256, true))).await;
    assert_eq!((status, code(&body)), (401, 700_024), "a fraction of a second does not make it valid");
}

#[tokio::test]
async fn scope_that_ends_in_a_double_slash() {
    let server = Server::start().await;
    let own = server.running.origin();
    for (scope, audience) in [
        ("https://database.windows.net//.default".to_owned(), "https://database.windows.net/".to_owned()),
        ("https://database.windows.net/.default".to_owned(), "https://database.windows.net".to_owned()),
        (format!("{own}//.default"), format!("{own}/")),
    ] {
        let mut fields = secret_fields();
        fields[3].1 = &scope;
        let (status, body) = server.token(TENANT, &fields).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(claims(&body)["aud"], audience, "one /.default is taken off, and nothing else");
    }
}

#[tokio::test]
async fn scope_of_a_users_token_names_what_was_asked_for() {
    let server = Server::start().await;
    for (asked, answered) in [
        ("https://localhost//.default", "https://localhost//user_impersonation https://localhost//.default"),
        ("api://orders/.default openid", "api://orders/user_impersonation api://orders/.default"),
        ("api://orders/Orders.Read api://orders/Orders.Write", "api://orders/Orders.Read api://orders/Orders.Write"),
        ("User.Read", "https://graph.microsoft.com/User.Read"),
    ] {
        let fields = [
            ("grant_type", "password"),
            ("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
            ("username", "user@contoso.onmicrosoft.com"),
            ("password", "emulated-password"),
            ("scope", asked),
        ];
        let (status, body) = server.token(TENANT, &fields).await;
        assert_eq!((status, body["scope"].as_str()), (200, Some(answered)), "{body}");
    }
}

#[tokio::test]
async fn issuer_of_the_metadata_carries_the_port() {
    let server = Server::start().await;
    let port = server.running.address.port();
    for host in ["localhost", "127.0.0.1"] {
        let origin = format!("https://{host}:{port}");
        for tenant in [TENANT, "common", "organizations"] {
            let url = format!("{origin}/{tenant}/{}", METADATA[0]);
            let document: Value = server.client.get(&url).send().await.unwrap().json().await.unwrap();
            for field in
                ["issuer", "token_endpoint", "authorization_endpoint", "jwks_uri", "device_authorization_endpoint"]
            {
                let address = document[field].as_str().unwrap();
                assert!(address.starts_with(&format!("{origin}/")), "{url}: {field} is {address}");
            }
        }
    }
}

#[tokio::test]
async fn jwks_uri_and_authorization_endpoint_are_always_present() {
    let server = Server::start().await;
    let tenants = [
        TENANT,
        "fed1e500-0000-4000-8000-000000000002",
        "FABRIKAM.onmicrosoft.com",
        "common",
        "organizations",
        "consumers",
    ];
    for tenant in tenants {
        for document in METADATA {
            let (status, found) = get(&server, &format!("/{tenant}/{document}")).await;
            assert_eq!(status, 200, "{tenant}");
            let keys = found["jwks_uri"].as_str().unwrap();
            let keys: Value = server.client.get(keys).send().await.unwrap().json().await.unwrap();
            assert_eq!(keys.pointer("/keys/0/kty"), Some(&json!("RSA")), "{tenant}/{document}");
            for field in ["authorization_endpoint", "token_endpoint", "issuer"] {
                assert!(found[field].as_str().is_some_and(|value| value.starts_with("https://")), "{tenant}: {field}");
            }
        }
    }
}

#[tokio::test]
async fn common_and_organizations_have_metadata() {
    let server = Server::start().await;
    for alias in ["common", "organizations", "Organizations"] {
        let (status, document) = get(&server, &format!("/{alias}/{}", METADATA[0])).await;
        assert_eq!(status, 200);
        let issuer = document["issuer"].as_str().unwrap();
        assert!(issuer.ends_with("/{tenantid}/v2.0"), "{issuer}");
    }
    let (status, body) = get(&server, &format!("/no-such.example/{}", METADATA[0])).await;
    assert_eq!((status, code(&body)), (400, 90_002));
    assert_eq!(body["error"], "invalid_tenant");
}

#[tokio::test]
async fn integers_in_token_answers_and_texts_in_those_of_version_1() {
    let server = Server::start().await;
    let (_, body) = server.token(TENANT, &secret_fields()).await;
    let number = |name: &str| body[name].as_i64();
    assert_eq!((number("expires_in"), number("ext_expires_in")), (Some(3_599), Some(3_599)));
    let mut names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "ext_expires_in", "token_type"]);
    let url = server.url(&format!("/{TENANT}/oauth2/token"));
    let mut fields = secret_fields();
    fields[3] = ("resource", "api://orders");
    let body: Value = server.client.post(url).form(&fields).send().await.unwrap().json().await.unwrap();
    for name in ["expires_in", "ext_expires_in", "expires_on", "not_before"] {
        assert!(body[name].as_str().is_some_and(|value| value.parse::<i64>().is_ok()), "{name}: {body}");
    }
}

#[tokio::test]
async fn imds_with_a_trailing_slash_and_texts_instead_of_integers() {
    let server = Server::start().await;
    for slash in ["", "/"] {
        let url = format!(
            "{}/metadata/identity/oauth2/token{slash}?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange",
            server.running.identity_origin()
        );
        let answer = server.client.get(url).header("Metadata", "true").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{slash:?}");
        let body: Value = answer.json().await.unwrap();
        for name in ["expires_in", "expires_on", "not_before"] {
            assert!(body[name].as_str().is_some_and(|value| value.parse::<i64>().is_ok()), "{name}: {body}");
        }
    }
}

/// A token that opens the emulator's own Graph and ARM.
async fn bearer(server: &Server) -> String {
    let scope = format!("{}/.default", server.running.origin());
    let mut fields = secret_fields();
    fields[3].1 = &scope;
    server.token(TENANT, &fields).await.1["access_token"].as_str().unwrap().to_owned()
}

async fn get_as(server: &Server, bearer: &str, path: &str) -> (u16, Value) {
    let answer = server.client.get(server.url(path)).bearer_auth(bearer).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn credential_by_name_or_id_and_a_message_in_the_404() {
    let server = Server::start().await;
    let bearer = bearer(&server).await;
    let list = format!("/v1.0/applications(appId='{DEPLOYER}')/federatedIdentityCredentials");
    let (status, by_name) = get_as(&server, &bearer, &format!("{list}/github-prod")).await;
    assert_eq!((status, &by_name["name"]), (200, &json!("github-prod")), "{by_name}");
    let (status, by_id) = get_as(&server, &bearer, &format!("{list}/{}", by_name["id"].as_str().unwrap())).await;
    assert_eq!((status, by_id), (200, by_name));
    for missing in [format!("{list}/missing"), format!("{list}/fed1e500-0000-4000-8000-0000000000ff")] {
        let (status, body) = get_as(&server, &bearer, &missing).await;
        assert_eq!((status, &body["error"]["code"]), (404, &json!("Request_ResourceNotFound")), "{missing}");
        assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    }
}

#[tokio::test]
async fn subscriptions_are_not_empty_by_default() {
    let server = Server::start().await;
    let bearer = bearer(&server).await;
    let (status, body) = get_as(&server, &bearer, "/subscriptions?api-version=2022-12-01").await;
    assert_eq!(status, 200, "{body}");
    for field in ["subscriptionId", "displayName", "state", "tenantId"] {
        assert!(body["value"][0][field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {body}");
    }
}

#[tokio::test]
async fn endpoints_of_the_cloud_have_suffixes_and_a_graph_resource() {
    let server = Server::start().await;
    let (status, body) = get(&server, "/metadata/endpoints?api-version=2022-09-01").await;
    assert_eq!(status, 200);
    assert!(body["suffixes"].is_object(), "{body}");
    let origin = server.running.origin();
    for pointer in ["/microsoftGraphResourceId", "/resourceManager", "/authentication/audiences/0"] {
        let address = body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(address.trim_end_matches('/'), origin, "{pointer}");
    }
    let login = body.pointer("/authentication/loginEndpoint").and_then(Value::as_str);
    assert_eq!(login, Some(origin.as_str()), "without a slash at its end");
}

#[tokio::test]
async fn a_jobs_token_can_be_asked_for_twice() {
    let server = Server::start().await;
    let running = &server.running;
    let (job, connection) = (GitHub::default(), AzureDevOps::default());
    let all: HashMap<_, _> =
        variables(&running.origin(), running.emulator.keys(), &job, &connection).into_iter().collect();
    for _ in 0..2 {
        let url = format!("{}&audience=api%3A%2F%2FAzureADTokenExchange", all["ACTIONS_ID_TOKEN_REQUEST_URL"]);
        let request = server.client.get(url).bearer_auth(&all["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(server.exchange(body["value"].as_str().unwrap()).await.0, 200);
        let connection = &all["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"];
        let url = format!("{}?api-version=7.1&serviceConnectionId={connection}", all["SYSTEM_OIDCREQUESTURI"]);
        let request = server.client.post(url).bearer_auth(&all["SYSTEM_ACCESSTOKEN"]);
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(server.exchange(body["oidcToken"].as_str().unwrap()).await.0, 200);
    }
}

/// Requests that are refused, each for another reason.
async fn refusals(server: &Server) -> Vec<(u16, Value)> {
    let mut found = Vec::new();
    let subjects = ["repo:contoso/app:environment:Prod", "repo:contoso/other:environment:prod", ""];
    for subject in subjects {
        found.push(server.exchange(&github(server, subject)).await);
    }
    for assertion in ["", "x", "a.b.c", "e30.e30.", &"e30.".repeat(2_000)] {
        found.push(server.exchange(assertion).await);
    }
    let whole = secret_fields();
    for left_out in 0..whole.len() {
        let fields: Vec<_> = whole.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, one)| *one).collect();
        found.push(server.token(TENANT, &fields).await);
    }
    for at in 0..whole.len() {
        let mut fields = whole;
        fields[at].1 = "something else";
        found.push(server.token(TENANT, &fields).await);
    }
    for tenant in ["no-such.example", "00000000-0000-0000-0000-000000000000", "a b", "common", "%20"] {
        found.push(server.token(tenant, &whole).await);
    }
    found
}

#[tokio::test]
async fn codes_are_never_a_server_error_and_always_an_array_of_integers() {
    let server = Server::start().await;
    for (status, body) in refusals(&server).await {
        assert!((400..500).contains(&status), "{status}: {body}");
        let codes = body["error_codes"].as_array().unwrap_or_else(|| panic!("no codes: {body}"));
        let only = codes.iter().map(|code| code.as_i64().and_then(|code| i32::try_from(code).ok())).collect::<Vec<_>>();
        assert!(matches!(only.as_slice(), [Some(_)]), "{body}");
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{}: ", codes[0])), "{description}");
        for field in ["error", "timestamp", "trace_id", "correlation_id"] {
            assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {body}");
        }
    }
}

#[tokio::test]
async fn assertion_that_ends_in_a_newline() {
    let server = Server::start().await;
    let assertion = github(&server, TRUSTED);
    for ending in ["", "\n", "\r\n", " \n\n"] {
        let (status, body) = server.exchange(&format!("{assertion}{ending}")).await;
        assert_eq!(status, 200, "{ending:?}: {body}");
    }
}

#[tokio::test]
async fn assertion_with_what_a_paste_leaves_on_it() {
    let server = Server::start().await;
    let assertion = github(&server, TRUSTED);
    let pasted = [
        format!("\"{assertion}\""),
        format!("'{assertion}'"),
        format!("Bearer {assertion}"),
        format!("{{\"value\": \"{assertion}\"}}"),
        format!("client_assertion={assertion}"),
        assertion.replacen('.', ".\n", 1),
    ];
    for text in pasted {
        let (status, body) = server.exchange(&text).await;
        assert_eq!((status, code(&body)), (400, 50_027), "{text}");
    }
}

/// Metadata over one connection, twice; whether the TLS session was a new one.
fn ask_twice(server: &Server, config: &Arc<ClientConfig>) -> HandshakeKind {
    let mut connection = ClientConnection::new(Arc::clone(config), "localhost".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(server.running.address).unwrap();
    let mut stream = rustls::Stream::new(&mut connection, &mut socket);
    for _ in 0..2 {
        let request = format!("GET /{TENANT}/{} HTTP/1.1\r\nHost: localhost\r\n\r\n", METADATA[0]);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut part = [0; 4_096];
            let length = stream.read(&mut part).unwrap();
            assert_ne!(length, 0, "the server has closed the connection");
            answer.extend_from_slice(&part[..length]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
    connection.handshake_kind().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_and_tls_sessions_are_used_again() {
    let server = Server::start().await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.running.authority_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        let config = Arc::new(config);
        assert_eq!(ask_twice(&server, &config), HandshakeKind::Full);
        assert_eq!(ask_twice(&server, &config), HandshakeKind::Resumed, "{version:?}");
    }
}
