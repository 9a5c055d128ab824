//! The HTTP client that asks issuers.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Url, redirect};
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
    match refusal(attempt.previous().len(), attempt.url(), private) {
        Some(refusal) => attempt.error(refusal),
        None => attempt.follow(),
    }
}

/// Why a redirect is not followed after so many addresses were asked, the first of which was no redirect.
fn refusal(asked: usize, url: &Url, private: bool) -> Option<RedirectError> {
    match () {
        () if asked > MAX_REDIRECTS => Some(RedirectError::TooMany),
        () if !may_ask(url, private) => Some(RedirectError::Address),
        () => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `decide` refuses names such as `localhost` before; here it stands for a public name with a private address.
    #[tokio::test]
    async fn a_name_with_private_addresses_only_is_not_resolved() {
        let resolve = async |private: bool| Resolver { private }.resolve("localhost".parse().unwrap()).await;
        let refused = resolve(false).await.map(Iterator::count).unwrap_err();
        assert!(refused.downcast_ref::<PrivateName>().is_some(), "{refused}");
        assert!(resolve(true).await.is_ok_and(|mut addresses| addresses.all(|address| address.ip().is_loopback())));
    }

    #[test]
    fn a_redirect_to_a_private_address_is_not_followed() {
        let follow = |url: &str, private| refusal(1, &Url::parse(url).unwrap(), private).is_none();
        assert!(follow("https://ci.example/keys", false) && follow("https://10.0.0.1/keys", true));
        for url in ["https://10.0.0.1/keys", "https://[::1]/keys", "https://169.254.169.254/", "http://ci.example/keys"]
        {
            assert!(!follow(url, false), "{url}");
        }
    }

    #[tokio::test]
    async fn the_client_connects_to_nothing_private() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let error = client(&[], false).unwrap().get(address).send().await.unwrap_err();
        assert!(super::super::with_causes(&error).contains("has no public address"), "{error:?}");
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nobody knocked");
    }
}
