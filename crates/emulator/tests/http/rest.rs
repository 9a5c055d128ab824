//! A running emulator and a client that is signed in to it.

use fedlens_emulator::{Clock, Emulator, Running, Settings, sample};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The sample's tenant and the application that calls.
pub(crate) const TENANT: &str = "fed1e500-0000-4000-8000-000000000001";
pub(crate) const DEPLOYER: &str = "fed1e500-0000-4000-8000-0000000000a1";

pub(crate) fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

/// A running emulator with a token for it.
pub(crate) struct Rest {
    pub(crate) running: Running,
    pub(crate) client: reqwest::Client,
    pub(crate) token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    /// Null where the body is empty; a string where it is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    /// The status and, of an error, its code.
    pub(crate) fn code(&self) -> (u16, &str) {
        (self.status, self.body["error"]["code"].as_str().unwrap_or_default())
    }

    /// The message of an error.
    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// A property of all objects of a list.
    pub(crate) fn each(&self, name: &str) -> Vec<String> {
        let objects = self.body["value"].as_array().map(Vec::as_slice).unwrap_or_default();
        objects.iter().map(|object| object[name].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Rest {
    pub(crate) async fn start(settings: impl FnOnce(&mut Settings)) -> Self {
        let mut chosen = Settings { port: 0, identity_port: 0, ..Settings::new(sample(), Clock::at(now())) };
        settings(&mut chosen);
        let running = Emulator::start(chosen).await.unwrap();
        let authority = reqwest::Certificate::from_pem(running.authority_pem.as_bytes()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
        let mut rest = Self { running, client, token: String::new() };
        rest.token =
            rest.sign_in(DEPLOYER, "emulated-secret", &rest.running.origin()).await.text("access_token").to_owned();
        rest
    }

    /// Asks for a token with a secret.
    pub(crate) async fn sign_in(&self, client_id: &str, secret: &str, resource: &str) -> Reply {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", secret),
            ("scope", &format!("{resource}/.default")),
        ];
        self.post_form(&form).await
    }

    pub(crate) async fn post_form(&self, form: &[(&str, &str)]) -> Reply {
        let address = format!("{}/{TENANT}/oauth2/v2.0/token", self.running.origin());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        reply(self.client.post(address).body(body).send().await.unwrap()).await
    }

    /// Sends a request with the token and, unless it is null, a body.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send_with(method, path, body, &[]).await
    }

    pub(crate) async fn send_with(&self, method: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.request(method, path).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = if body.is_null() { request } else { request.json(&body) };
        reply(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, Value::Null).await
    }

    /// A request without a token. An address is taken as it is.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let address =
            if path.starts_with("https:") { path.to_owned() } else { format!("{}{path}", self.running.origin()) };
        self.client.request(method.parse().unwrap(), address)
    }
}

pub(crate) async fn reply(response: reqwest::Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or_else(|_| json!(text)) };
    Reply { status, headers, body }
}

/// A credential as GitHub's would be.
pub(crate) fn github(subject: &str) -> Value {
    json!({
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    })
}

/// Tokens that tell neither API who calls: what is sent, and why.
pub(crate) fn bad_tokens(rest: &Rest) -> Vec<(Option<String>, &'static str)> {
    let claims = |audience: &str, tenant: &str, seconds: i64| {
        let value = json!({"aud": audience, "tid": tenant, "oid": "o", "exp": now().as_second() + seconds});
        value.as_object().unwrap().clone()
    };
    let emulator = &rest.running.emulator;
    let signed = |claims| emulator.sign_as_entra(serde_json::Map::new(), &claims);
    let origin = rest.running.origin();
    let good = signed(claims(&origin, TENANT, 60));
    let (message, _) = good.rsplit_once('.').unwrap();
    let (_, other_signature) = rest.token.rsplit_once('.').unwrap();
    vec![
        (None, "missing"),
        (Some("Basic eDp5".to_owned()), "missing"),
        (Some("Bearer ".to_owned()), "missing"),
        (Some("Bearer opaque".to_owned()), "malformed"),
        (Some(format!("Bearer {message}.{other_signature}")), "signature"),
        (
            Some(format!("Bearer {}", emulator.sign_as_issuer(serde_json::Map::new(), &claims(&origin, TENANT, 60)))),
            "signature",
        ),
        (Some(format!("Bearer {}", signed(claims(&origin, TENANT, 0)))), "expired"),
        (Some(format!("Bearer {}", signed(claims("api://orders", TENANT, 60)))), "audience"),
        (Some(format!("Bearer {}", signed(claims(&origin, "fed1e500-0000-4000-8000-0000000000ff", 60)))), "tenant"),
    ]
}
