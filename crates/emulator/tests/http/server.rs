//! A running emulator and a client that trusts it.

use std::path::Path;

use fedlens_emulator::{Clock, DirectoryDocument, Emulator, Running, Settings, sample};
use jiff::Timestamp;
use reqwest::{Certificate, Client};
use serde_json::Value;

/// The sample's tenant, application and API.
pub(crate) const TENANT: &str = "contoso.onmicrosoft.com";
pub(crate) const DEPLOYER: &str = "fed1e500-0000-4000-8000-0000000000a1";
pub(crate) const ORDERS: &str = "api://orders/.default";
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) const NOON: &str = "2026-11-01T12:00:00Z";

pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) client: Client,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(settings(sample())).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let running = Emulator::start(settings).await.unwrap();
        let certificate = Certificate::from_pem(running.authority_pem.as_bytes()).unwrap();
        let client = Client::builder().tls_certs_only([certificate]).no_proxy().build().unwrap();
        Self { running, client }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.origin())
    }

    /// The status and the body of a token request.
    pub(crate) async fn token(&self, tenant: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let url = self.url(&format!("/{tenant}/oauth2/v2.0/token"));
        let answer = self.client.post(url).form(fields).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The answer to a client assertion for the sample's application and API.
    pub(crate) async fn exchange(&self, assertion: &str) -> (u16, Value) {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", DEPLOYER),
            ("scope", ORDERS),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        self.token(TENANT, &fields).await
    }
}

/// Free ports, the clock at noon, and keys that are kept from one test to the next, because making them takes long.
pub(crate) fn settings(directory: DirectoryDocument) -> Settings {
    let noon: Timestamp = NOON.parse().unwrap();
    let keys = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulator-keys"));
    Settings { port: 0, identity_port: 0, keys, ..Settings::new(directory, Clock::at(noon)) }
}

/// The AADSTS number of an error body.
pub(crate) fn code(body: &Value) -> u64 {
    body.pointer("/error_codes/0").and_then(Value::as_u64).unwrap_or_default()
}
