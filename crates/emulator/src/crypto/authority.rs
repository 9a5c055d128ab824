//! The certificate authority that clients are told to trust, and the server certificate it signs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

use super::{hex, sha1};
use crate::files;

/// The names that a server certificate always carries.
const LOCAL_NAMES: [&str; 4] = ["localhost", "127.0.0.1", "::1", "host.docker.internal"];

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";

/// An authority that could not be made, read or kept.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// Reading or writing its files failed.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The kept files are not a certificate and its key, or a name cannot stand in a certificate.
    #[error("cannot make a certificate; if the kept authority is broken, remove ca.pem and ca.key")]
    Certificate(#[from] rcgen::Error),
    /// The kept certificate is another key's.
    #[error("ca.pem and ca.key in {} do not belong together; remove both to have new ones made", .0.display())]
    Mismatch(PathBuf),
    /// The server certificate cannot be used.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
}

/// The local certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    /// The authority kept in a folder, made and written there where there is none; without a folder, a new one.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used, or what it holds is no authority.
    pub fn open(folder: Option<&Path>) -> Result<Self, AuthorityError> {
        let Some(folder) = folder else {
            let key = KeyPair::generate()?;
            return Self::of(certificate(&key)?, key);
        };
        let read = |name: &str| {
            let path = folder.join(name);
            files::read(&path).map_err(|source| AuthorityError::File { path, source })
        };
        let keep = |name: &str, text: &str| {
            let path = folder.join(name);
            files::write_once(&path, text).map_err(|source| AuthorityError::File { path, source })
        };
        let kept = read(KEY)?;
        let is_new = kept.is_none();
        let key = match kept {
            Some(key) => key,
            None => keep(KEY, &KeyPair::generate()?.serialize_pem())?,
        };
        let key = KeyPair::from_pem(&key)?;
        let pem = match read(CERTIFICATE)? {
            Some(pem) if is_certificate_of(&key, &pem) => pem,
            Some(_) if !is_new => return Err(AuthorityError::Mismatch(folder.to_owned())),
            Some(_) => {
                // The key that it belonged to is gone.
                let pem = certificate(&key)?;
                let path = folder.join(CERTIFICATE);
                files::write_private(&path, &pem).map_err(|source| AuthorityError::File { path, source })?;
                pem
            }
            None => keep(CERTIFICATE, &certificate(&key)?)?,
        };
        Self::of(pem, key)
    }

    fn of(pem: String, key: KeyPair) -> Result<Self, AuthorityError> {
        Ok(Self { issuer: Issuer::from_ca_cert_pem(&pem, key)?, pem })
    }

    /// The authority's certificate, in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// TLS for a server with the local names and `names`, and the SHA-1 thumbprint of its certificate in hex.
    ///
    /// # Errors
    ///
    /// When a name cannot stand in a certificate.
    pub(crate) fn server(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<(Arc<ServerConfig>, String), AuthorityError> {
        let all: Vec<_> = LOCAL_NAMES.iter().map(|name| (*name).to_owned()).chain(names.iter().cloned()).collect();
        let mut params = CertificateParams::new(all)?;
        params.distinguished_name.push(DnType::CommonName, names.first().map_or("localhost", String::as_str));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        // Apple's clients take no server certificate that lives longer than 825 days.
        let today = now.to_zoned(TimeZone::UTC).date();
        let midnight = |days: i32| {
            let date = today.saturating_add(Span::new().days(days));
            date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
        };
        (params.not_before, params.not_after) = (midnight(-1), midnight(397));
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let thumbprint = hex(sha1(certificate.der()).as_ref()).to_ascii_uppercase();
        let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(config), thumbprint))
    }
}

/// The authority's own certificate around its key, in PEM.
fn certificate(key: &KeyPair) -> Result<String, AuthorityError> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "fedlens emulator, this machine only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2046, 1, 1));
    Ok(params.self_signed(key)?.pem())
}

fn is_certificate_of(key: &KeyPair, pem: &str) -> bool {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
    der.is_some_and(|der| {
        let parsed = x509_parser::parse_x509_certificate(&der);
        parsed.is_ok_and(|(_, certificate)| certificate.public_key().subject_public_key.data == key.public_key_raw())
    })
}

/// The certificates that the system trusts, in PEM; those that cannot be read are left out.
pub fn system_certificates() -> String {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|certificate| files::pem("CERTIFICATE", certificate)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opens_a_folder_at_once_gets_the_same_authority() {
        let folder = tempfile::tempdir().unwrap();
        let opened: Vec<_> = std::thread::scope(|scope| {
            let opening: Vec<_> =
                (0..8).map(|_| scope.spawn(|| Authority::open(Some(folder.path())).unwrap().pem)).collect();
            opening.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(opened.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(Authority::open(Some(folder.path())).unwrap().pem, opened[0], "it is kept");
        assert_eq!(folder.path().read_dir().unwrap().count(), 2, "and nothing beside it");
    }

    #[test]
    fn a_certificate_without_its_key_is_replaced_and_one_of_another_key_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open(Some(folder.path())).unwrap().pem;
        std::fs::remove_file(folder.path().join(KEY)).unwrap();
        let second = Authority::open(Some(folder.path())).unwrap().pem;
        assert_ne!(first, second);
        std::fs::write(folder.path().join(CERTIFICATE), &first).unwrap();
        assert!(matches!(Authority::open(Some(folder.path())), Err(AuthorityError::Mismatch(_))));
        std::fs::remove_file(folder.path().join(CERTIFICATE)).unwrap();
        let third = Authority::open(Some(folder.path())).unwrap().pem;
        assert_eq!(Authority::open(Some(folder.path())).unwrap().pem, third);
    }
}
