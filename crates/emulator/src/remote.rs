//! A running emulator, asked over HTTPS.

use std::time::Duration;

use reqwest::{Certificate, Client};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::emulator::Surroundings;

/// A running emulator that could not be asked.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// Nothing answers, or nothing that the certificate authority vouches for.
    #[error("no emulator answers at {url}")]
    Unreachable {
        /// The address.
        url: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The authority's certificate is not one.
    #[error("the certificate authority cannot be used")]
    Authority(#[source] reqwest::Error),
    /// The answer is not an emulator's.
    #[error("what answers at {url} is no emulator: it answered {status}")]
    Answer {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
}

/// A running emulator.
pub struct Remote {
    url: String,
    client: Client,
}

#[derive(Deserialize)]
struct Page {
    exchanges: Vec<Value>,
}

impl Remote {
    /// An emulator at `url`, known by its authority's certificate in PEM.
    ///
    /// # Errors
    ///
    /// When the certificate is not one.
    pub fn new(url: &str, authority_pem: &str) -> Result<Self, RemoteError> {
        let certificate = Certificate::from_pem(authority_pem.as_bytes()).map_err(RemoteError::Authority)?;
        let client = Client::builder()
            .tls_certs_only([certificate])
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(RemoteError::Authority)?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), client })
    }

    /// The last exchanges, the oldest first.
    ///
    /// # Errors
    ///
    /// When no emulator answers.
    pub async fn last(&self, limit: usize) -> Result<Vec<Value>, RemoteError> {
        Ok(self.get::<Page>(&format!("exchanges?limit={limit}")).await?.exchanges)
    }

    /// The exchanges after a sequence number, waiting a while for the first.
    ///
    /// # Errors
    ///
    /// When no emulator answers.
    pub async fn after(&self, sequence: u64) -> Result<Vec<Value>, RemoteError> {
        Ok(self.get::<Page>(&format!("exchanges?after={sequence}&wait=30")).await?.exchanges)
    }

    /// The exchange with a trace or correlation id; `None` where none is remembered.
    ///
    /// # Errors
    ///
    /// When no emulator answers.
    pub async fn find(&self, id: &str) -> Result<Option<Value>, RemoteError> {
        let escaped: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        match self.get(&format!("exchanges/{escaped}")).await {
            Ok(exchange) => Ok(Some(exchange)),
            Err(RemoteError::Answer { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What clients are told.
    ///
    /// # Errors
    ///
    /// When no emulator answers.
    pub async fn surroundings(&self) -> Result<Surroundings, RemoteError> {
        self.get("environment").await
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, page: &str) -> Result<T, RemoteError> {
        let unreachable = |source| RemoteError::Unreachable { url: self.url.clone(), source };
        let answer = self.client.get(format!("{}/_fedlens/{page}", self.url)).send().await.map_err(unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(RemoteError::Answer { url: self.url.clone(), status });
        }
        answer.json().await.map_err(unreachable)
    }
}
