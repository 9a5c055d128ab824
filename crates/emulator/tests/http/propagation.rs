//! A new credential is not seen at once, where that is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::server::{DEPLOYER, JWT_BEARER, NOON, ORDERS, Server, TENANT, code, settings};
use fedlens_emulator::{Clock, Settings, sample};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

struct Slow {
    server: Server,
    seconds: Arc<AtomicI64>,
    application: Value,
    token: String,
}

impl Slow {
    /// Twenty seconds pass before a credential is seen; an application without any was made.
    async fn start() -> Self {
        let seconds = Arc::new(AtomicI64::new(0));
        let noon: Timestamp = NOON.parse().unwrap();
        let passed = Arc::clone(&seconds);
        let clock = Clock::new(move || noon + SignedDuration::from_secs(passed.load(Ordering::Relaxed)));
        let propagation = SignedDuration::from_secs(20);
        let server = Server::with(Settings { propagation, clock, ..settings(sample()) }).await;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", DEPLOYER),
            ("client_secret", "emulated-secret"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let token = server.token(TENANT, &fields).await.1["access_token"].as_str().unwrap().to_owned();
        let mut slow = Self { server, seconds, application: Value::Null, token };
        slow.application = slow.post("applications", &json!({"displayName": "new"})).await;
        let app_id = slow.application["appId"].clone();
        slow.post("servicePrincipals", &json!({"appId": app_id})).await;
        slow
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let url = self.server.url(&format!("/v1.0/{path}"));
        let answer = self.server.client.post(url).bearer_auth(&self.token).json(body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    async fn add_credential(&self, subject: &str) {
        let path = format!("applications/{}/federatedIdentityCredentials", self.application["id"].as_str().unwrap());
        let audiences = json!(["api://AzureADTokenExchange"]);
        let body = json!({"name": subject, "issuer": "https://gitlab.com", "subject": subject, "audiences": audiences});
        self.post(&path, &body).await;
    }

    /// The code that an assertion with this subject is answered with, 0 for a token.
    async fn code_of(&self, subject: &str) -> u64 {
        let claims = json!({"iss": "https://gitlab.com", "sub": subject, "aud": "api://AzureADTokenExchange", "exp": 9_999_999_999_i64});
        let assertion =
            self.server.running.emulator.sign_as_issuer(serde_json::Map::new(), claims.as_object().unwrap());
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.application["appId"].as_str().unwrap()),
            ("scope", ORDERS),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        code(&self.server.token(TENANT, &fields).await.1)
    }
}

#[tokio::test]
async fn the_first_credential_is_missed_as_a_whole_and_the_next_by_its_subject() {
    let slow = Slow::start().await;
    slow.add_credential("first").await;
    assert_eq!(slow.code_of("first").await, 70_025);
    slow.seconds.store(19, Ordering::Relaxed);
    assert_eq!(slow.code_of("first").await, 70_025);
    slow.add_credential("second").await;
    slow.seconds.store(20, Ordering::Relaxed);
    assert_eq!((slow.code_of("first").await, slow.code_of("second").await), (0, 700_213));
    slow.seconds.store(39, Ordering::Relaxed);
    assert_eq!(slow.code_of("second").await, 0);
}

#[tokio::test]
async fn graph_shows_a_credential_at_once() {
    let slow = Slow::start().await;
    slow.add_credential("first").await;
    let id = slow.application["id"].as_str().unwrap();
    let url = slow.server.url(&format!("/v1.0/applications/{id}/federatedIdentityCredentials"));
    let list: Value = slow.server.client.get(url).bearer_auth(&slow.token).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["value"][0]["subject"], "first");
}
