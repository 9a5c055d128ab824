//! Issuers that are asked for their keys over HTTPS: what Entra takes, what it stumbles over, and what is never asked.

use fedlens_trust::FederatedIdentityCredential;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::server::{Server, code, settings};
use axum::body::{Body, Bytes};
use axum::http::{Response, Uri};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use fedlens_emulator::issuers::Generic;
use fedlens_emulator::{ApplicationDocument, DirectoryDocument, Keys, Settings, sample};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};

const METADATA: &str = "/.well-known/openid-configuration";

/// What a path of the issuer answers.
#[derive(Clone)]
struct Page {
    status: u16,
    location: Option<String>,
    body: Vec<u8>,
    delay: Duration,
}

impl Page {
    fn json(body: &Value) -> Self {
        Self::text(body.to_string())
    }

    fn text(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, location: None, body: body.into(), delay: Duration::ZERO }
    }

    fn redirect(location: String) -> Self {
        Self { status: 302, location: Some(location), ..Self::text("") }
    }
}

#[derive(Clone, Default)]
struct Pages {
    pages: Arc<Mutex<HashMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Pages {
    async fn answer(self, uri: Uri) -> Response<Body> {
        self.asked.lock().unwrap().push(uri.path().to_owned());
        let page = self.pages.lock().unwrap().get(uri.path()).cloned();
        let page = page.unwrap_or_else(|| Page { status: 404, ..Page::text("nothing here") });
        tokio::time::sleep(page.delay).await;
        let answer = Response::builder().status(page.status);
        let answer = page.location.iter().fold(answer, |answer, location| answer.header("location", location));
        answer.body(Body::from(Bytes::from(page.body))).unwrap()
    }
}

/// An issuer with a certificate authority of its own.
struct Issuer {
    address: SocketAddr,
    authority: String,
    keys: Keys,
    pages: Pages,
    handle: Handle<SocketAddr>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

impl Issuer {
    async fn start() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let certificate = CertificateDer::from(params.signed_by(&key, &authority).unwrap().der().to_vec());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let (pages, handle) = (Pages::default(), Handle::new());
        let shown = pages.clone();
        let routes = axum::Router::new().fallback(async move |uri: Uri| shown.answer(uri).await);
        let listening = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = axum_server::bind_rustls(listening, RustlsConfig::from_config(Arc::new(tls)));
        tokio::spawn(server.handle(handle.clone()).serve(routes.into_make_service()));
        let address = handle.listening().await.unwrap();
        let issuer = Self { address, authority: authority.pem(), keys: Keys::new(None), pages, handle };
        issuer.show("/keys", Page::json(&json!({"keys": [issuer.keys.issuers().jwk()]})));
        issuer
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    fn show(&self, path: &str, page: Page) {
        self.pages.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// Shows metadata that is right, apart from `change`, under a name of its own, and says the issuer.
    fn publish(&self, name: &str, change: impl FnOnce(&mut Value)) -> String {
        let issuer = self.url(&format!("/{name}"));
        let mut metadata = json!({
            "issuer": issuer,
            "jwks_uri": self.url("/keys"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        change(&mut metadata);
        self.show(&format!("/{name}{METADATA}"), Page::json(&metadata));
        issuer
    }

    /// How often a path was asked.
    fn asked(&self, path: &str) -> usize {
        self.pages.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }

    fn asked_at_all(&self) -> usize {
        self.pages.asked.lock().unwrap().len()
    }

    fn token(&self, issuer: &str) -> String {
        Generic::new(issuer, "job:1").draft(crate::server::NOON.parse().unwrap()).sign(&self.keys)
    }

    /// An emulator that trusts these issuers' subject `job:1`, and their authority.
    async fn trusted(&self, issuers: &[&str], change: impl FnOnce(Settings) -> Settings) -> Server {
        let settings = Settings {
            private_issuers: true,
            issuer_authorities: Some(self.authority.clone()),
            ..settings(trusting(issuers))
        };
        Server::with(change(settings)).await
    }
}

/// The sample, whose deployer trusts `job:1` of these issuers alone.
fn trusting(issuers: &[&str]) -> DirectoryDocument {
    let mut directory = sample();
    let credential = |issuer: &&str| FederatedIdentityCredential {
        issuer: (*issuer).to_owned(),
        subject: Some("job:1".to_owned()),
        ..FederatedIdentityCredential::default()
    };
    let deployer: &mut ApplicationDocument = directory.applications.first_mut().unwrap();
    deployer.federated_identity_credentials = issuers.iter().map(credential).collect();
    directory
}

#[tokio::test]
async fn an_issuer_is_asked_once_for_all_who_wait() {
    let issuer = Issuer::start().await;
    let name = issuer.publish("ci", |_| {});
    let server = Arc::new(issuer.trusted(&[&name], |settings| settings).await);
    let token = Arc::new(issuer.token(&name));
    issuer.show("/keys", Page { delay: Duration::from_millis(200), ..issuer_keys(&issuer) });
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let (server, token) = (Arc::clone(&server), Arc::clone(&token));
            tokio::spawn(async move { server.exchange(&token).await })
        })
        .collect();
    for one in waiting {
        let (status, body) = one.await.unwrap();
        assert_eq!(status, 200, "{body}");
    }
    assert_eq!((issuer.asked(&format!("/ci{METADATA}")), issuer.asked("/keys")), (1, 1));
}

fn issuer_keys(issuer: &Issuer) -> Page {
    Page::json(&json!({"keys": [issuer.keys.issuers().jwk()]}))
}

#[tokio::test]
async fn an_issuer_is_asked_only_for_a_token_that_matches() {
    let issuer = Issuer::start().await;
    let name = issuer.publish("ci", |_| {});
    let server = issuer.trusted(&[&name], |settings| settings).await;
    let now = crate::server::NOON.parse().unwrap();
    let stranger = Generic::new(&name, "job:2").draft(now).sign(&issuer.keys);
    assert_eq!(code(&server.exchange(&stranger).await.1), 700_213);
    assert_eq!(issuer.asked_at_all(), 0);
}

#[tokio::test]
async fn keys_and_signatures_of_an_issuer_are_told_apart() {
    let issuer = Issuer::start().await;
    let name = issuer.publish("ci", |_| {});
    let server = issuer.trusted(&[&name], |settings| settings).await;
    let draft = Generic::new(&name, "job:1").draft(crate::server::NOON.parse().unwrap());

    let mut unknown = draft.clone();
    unknown.set_key_id("unknown");
    for _ in 0..3 {
        assert_eq!(code(&server.exchange(&unknown.sign(&issuer.keys)).await.1), 7_000_272);
    }
    let mut spoilt = draft.clone();
    spoilt.invalid_signature = true;
    assert_eq!(code(&server.exchange(&spoilt.sign(&issuer.keys)).await.1), 7_000_274);
    let mut forged = draft.clone();
    forged.set_key_id(&issuer.keys.issuers().kid);
    assert_eq!(code(&server.exchange(&forged.sign(&Keys::new(None))).await.1), 7_000_274);
    let mut expired = draft.clone();
    expired.expire(crate::server::NOON.parse().unwrap());
    assert_eq!(code(&server.exchange(&expired.sign(&issuer.keys)).await.1), 700_024);
    assert_eq!(server.exchange(&draft.sign(&issuer.keys)).await.0, 200);
    assert_eq!(issuer.asked("/keys"), 1, "a key that is missing is asked for again a minute later, not at once");
}

#[tokio::test]
async fn metadata_that_entra_does_not_take_has_its_code() {
    let issuer = Issuer::start().await;
    let mut cases = Vec::new();
    let mut case = |name: &str, expected: u64, change: &dyn Fn(&mut Value)| {
        cases.push((issuer.publish(name, |metadata| change(metadata)), expected));
    };
    for field in [
        "issuer",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        case(&format!("without-{field}"), 70_024, &|metadata| drop(metadata.as_object_mut().unwrap().remove(field)));
        case(&format!("null-{field}"), 70_024, &|metadata| metadata[field] = Value::Null);
    }
    case("empty-endpoint", 501_661, &|metadata| metadata["authorization_endpoint"] = "".into());
    case("empty-types", 501_661, &|metadata| metadata["subject_types_supported"] = json!([]));
    case("other", 501_661, &|metadata| metadata["issuer"] = "https://localhost/other".into());
    case("slash", 501_661, &|metadata| {
        metadata["issuer"] = format!("{}/", metadata["issuer"].as_str().unwrap()).into();
    });
    case("number", 501_661, &|metadata| metadata["jwks_uri"] = 7.into());
    case("plain", 501_661, &|metadata| {
        metadata["jwks_uri"] = metadata["jwks_uri"].as_str().unwrap().replace("https:", "http:").into();
    });
    case("gone", 501_661, &|metadata| metadata["jwks_uri"] = format!("{}/no", issuer.url("")).into());
    case("file", 501_661, &|metadata| metadata["jwks_uri"] = "file:///etc/passwd".into());
    case("endpoint", 0, &|metadata| metadata["authorization_endpoint"] = "https://localhost/a".into());
    case("slash-of-its-own/", 0, &|_| {});
    let document = issuer.pages.pages.lock().unwrap()[&format!("/slash-of-its-own/{METADATA}")].clone();
    issuer.show(&format!("/slash-of-its-own{METADATA}"), document);
    let names: Vec<_> = cases.iter().map(|(name, _)| name.as_str()).collect();
    let server = issuer.trusted(&names, |settings| settings).await;
    for (name, expected) in &cases {
        let (status, body) = server.exchange(&issuer.token(name)).await;
        assert_eq!(code(&body), *expected, "{name}: {status} {body}");
        assert!(status < 500, "{name}: {status}");
    }
    let missing = server.exchange(&issuer.token(names[0])).await.1;
    assert!(missing["error_description"].as_str().unwrap().contains("missing required field 'issuer'"), "{missing}");
}

#[tokio::test]
async fn answers_that_are_none_are_an_unreachable_issuer() {
    let issuer = Issuer::start().await;
    let good = |name: &str| issuer.publish(name, |_| {});
    let spoil = |name: &str, page: Page| {
        let address = good(name);
        issuer.show(&format!("/{name}{METADATA}"), page);
        address
    };
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(1 << 20));
    let names = [
        spoil("missing", Page { status: 404, ..Page::text("") }),
        spoil("failing", Page { status: 500, ..Page::text("") }),
        spoil("empty", Page { status: 204, ..Page::text("") }),
        spoil("html", Page::text("<html>sign in</html>")),
        spoil("list", Page::text("[]")),
        spoil("large", Page::text(large)),
        spoil("nothing", Page::text("")),
        good("keys-html"),
    ];
    let server = issuer.trusted(&names.each_ref().map(String::as_str), |settings| settings).await;
    for name in &names {
        if name.ends_with("keys-html") {
            issuer.show("/keys", Page::text("<html>"));
        }
        let (status, body) = server.exchange(&issuer.token(name)).await;
        assert_eq!((code(&body), status / 100), (501_661, 4), "{name}: {body}");
    }
    let asked = issuer.asked_at_all();
    assert_eq!(code(&server.exchange(&issuer.token(&names[0])).await.1), 501_661);
    assert_eq!(issuer.asked_at_all(), asked, "a failure is remembered");
}

#[tokio::test]
async fn three_redirects_are_followed_and_only_over_https() {
    let issuer = Issuer::start().await;
    let names = ["three", "four", "loop", "plain"].map(|name| issuer.publish(name, |_| {}));
    for (name, count) in [("three", 3), ("four", 4)] {
        let document = issuer.pages.pages.lock().unwrap()[&format!("/{name}{METADATA}")].clone();
        issuer.show(&format!("/{name}/{count}"), document);
        issuer.show(&format!("/{name}{METADATA}"), Page::redirect(issuer.url(&format!("/{name}/1"))));
        for step in 1..count {
            let next = Page::redirect(issuer.url(&format!("/{name}/{}", step + 1)));
            issuer.show(&format!("/{name}/{step}"), next);
        }
    }
    issuer.show(&format!("/loop{METADATA}"), Page::redirect(issuer.url(&format!("/loop{METADATA}"))));
    issuer.show(&format!("/plain{METADATA}"), Page::redirect(issuer.url("/x").replace("https:", "http:")));
    let server = issuer.trusted(&names.each_ref().map(String::as_str), |settings| settings).await;
    for (name, expected) in names.iter().zip([0, 501_661, 501_661, 501_661]) {
        assert_eq!(code(&server.exchange(&issuer.token(name)).await.1), expected, "{name}");
    }
    assert_eq!(issuer.asked("/four/4"), 0);
    assert_eq!(issuer.asked(&format!("/loop{METADATA}")), 4);
}

#[tokio::test]
async fn an_issuer_has_five_seconds() {
    let issuer = Issuer::start().await;
    let slow = issuer.publish("slow", |_| {});
    let path = format!("/slow{METADATA}");
    let page = issuer.pages.pages.lock().unwrap()[&path].clone();
    issuer.show(&path, Page { delay: Duration::from_secs(4), ..page });
    issuer.show("/keys", Page { delay: Duration::from_secs(4), ..issuer_keys(&issuer) });
    let server = issuer.trusted(&[&slow], |settings| settings).await;
    let start = Instant::now();
    assert_eq!(code(&server.exchange(&issuer.token(&slow)).await.1), 501_661);
    let took = start.elapsed();
    assert!((4_500..7_500).contains(&took.as_millis()), "{took:?} for both documents together");
}

#[tokio::test]
async fn private_addresses_and_unknown_authorities_are_not_asked() {
    let issuer = Issuer::start().await;
    let named = issuer.publish("ci", |_| {});
    let literal = named.replace("localhost", "127.0.0.1");
    issuer.show(
        &format!("/number{METADATA}"),
        Page::json(&json!({"issuer": literal, "jwks_uri": issuer.url("/keys"), "response_types_supported": [],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": []})),
    );
    let number = literal.replace("/ci", "/number");
    let issuers = [named.as_str(), &literal, &number, "http://ci.example"];
    let public = issuer.trusted(&issuers, |settings| Settings { private_issuers: false, ..settings }).await;
    for name in issuers {
        assert_eq!(code(&public.exchange(&issuer.token(name)).await.1), 501_661, "{name}");
    }
    let strange = issuer.trusted(&issuers, |settings| Settings { issuer_authorities: None, ..settings }).await;
    assert_eq!(code(&strange.exchange(&issuer.token(&named)).await.1), 501_661);
    assert_eq!(issuer.asked_at_all(), 0);
    let trusted = issuer.trusted(&issuers, |settings| settings).await;
    assert_eq!(trusted.exchange(&issuer.token(&named)).await.0, 200, "where private addresses are allowed");
}

#[tokio::test]
async fn a_fault_makes_the_asking_fail() {
    let issuer = Issuer::start().await;
    let name = issuer.publish("ci", |_| {});
    let faults = vec!["issuer:503:1".parse().unwrap()];
    let server = issuer.trusted(&[&name], |settings| Settings { faults, ..settings }).await;
    assert_eq!(code(&server.exchange(&issuer.token(&name)).await.1), 501_661);
    assert_eq!(issuer.asked_at_all(), 0);
}

#[tokio::test]
async fn one_emulator_is_an_issuer_of_another() {
    let first = Server::start().await;
    let name = first.url("/_fedlens/issuers/ci");
    let second = Server::with(Settings {
        private_issuers: true,
        issuer_authorities: Some(first.running.authority_pem.clone()),
        ..settings(trusting(&[&name]))
    })
    .await;
    let draft = Generic::new(&name, "job:1").draft(crate::server::NOON.parse().unwrap());
    let (status, body) = second.exchange(&draft.sign(first.running.emulator.keys())).await;
    assert_eq!(status, 200, "{body}");
    let mut renamed = draft;
    renamed.set_key_id(&first.running.emulator.keys().issuers().kid);
    assert_eq!(code(&second.exchange(&renamed.sign(&Keys::new(None))).await.1), 7_000_274);
}
