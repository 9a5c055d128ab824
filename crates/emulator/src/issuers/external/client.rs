//! The HTTP client that asks issuers.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

use super::PATIENCE;
use super::address::{is_public, may_ask};

/// The most redirects that are followed for one document.
const MAX_REDIRECTS: usize = 3;

/// A redirect that is not followed.
#[derive(Debug, Error)]
enum RedirectError {
    #[error("more than 3 redirects")]
    TooMany,
    #[error("a redirect to an address that may not be asked")]
    Address,
}

/// A name that stands for private addresses only.
#[derive(Debug, Error)]
#[error("{0} has no public address, and private ones are not asked")]
struct PrivateName(String);

/// Resolves names to public addresses only, unless private ones are allowed. The connection is made to what was
/// looked at here, so a name that changes its address in between gains nothing.
struct Resolver {
    private: bool,
}

/// A client that trusts the system's authorities and further ones in PEM. It takes no proxy, which would resolve names
/// by itself.
pub(super) fn client(authorities: &[String], private: bool) -> Result<Client, Box<dyn Error>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots(authorities))
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .no_proxy()
        .redirect(Policy::custom(move |attempt| redirected(attempt, private)))
        .dns_resolver(Resolver { private })
        .timeout(PATIENCE)
        .pool_max_idle_per_host(1)
        .user_agent(concat!("fedlens/", env!("CARGO_PKG_VERSION")))
        .build()?;
    Ok(client)
}

fn redirected(attempt: Attempt<'_>, private: bool) -> redirect::Action {
    // The addresses that were asked before begin with the first one, which was no redirect.
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error(RedirectError::TooMany);
    }
    if !may_ask(attempt.url(), private) {
        return attempt.error(RedirectError::Address);
    }
    attempt.follow()
}

fn roots(authorities: &[String]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    let (added, ignored) = roots.add_parsable_certificates(system.certs);
    tracing::debug!(added, ignored, "The system's certificate authorities.");
    let given = authorities.iter().flat_map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes()));
    for certificate in given {
        let added = certificate.map_err(|error| error.to_string());
        if let Err(error) = added.and_then(|one| roots.add(one).map_err(|error| error.to_string())) {
            tracing::warn!(error, "A certificate authority for issuers cannot be used.");
        }
    }
    roots
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| private || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(PrivateName(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
