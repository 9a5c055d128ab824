//! The certificate authority that clients are told to trust, and the server certificate it signs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

use super::sha1;
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
        let Some(folder) = folder else { return Self::generate().map(|(authority, _)| authority) };
        let read = |name: &str| {
            let path = folder.join(name);
            files::read(&path).map_err(|source| AuthorityError::File { path, source })
        };
        if let (Some(pem), Some(key)) = (read(CERTIFICATE)?, read(KEY)?) {
            let key = KeyPair::from_pem(&key)?;
            if !is_certificate_of(&key, &pem) {
                return Err(AuthorityError::Mismatch(folder.to_owned()));
            }
            return Ok(Self { issuer: Issuer::from_ca_cert_pem(&pem, key)?, pem });
        }
        let (authority, key) = Self::generate()?;
        for (name, text) in [(KEY, key.as_str()), (CERTIFICATE, &authority.pem)] {
            let path = folder.join(name);
            files::write_private(&path, text).map_err(|source| AuthorityError::File { path, source })?;
        }
        Ok(authority)
    }

    fn generate() -> Result<(Self, String), AuthorityError> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "fedlens emulator, this machine only");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2046, 1, 1));
        let key = KeyPair::generate()?;
        let key_pem = key.serialize_pem();
        let certified = CertifiedIssuer::self_signed(params, key)?;
        let pem = certified.pem();
        let issuer = Issuer::from_ca_cert_pem(&pem, KeyPair::from_pem(&key_pem)?)?;
        Ok((Self { issuer, pem }, key_pem))
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
        let thumbprint = hex(sha1(certificate.der()).as_ref());
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

fn is_certificate_of(key: &KeyPair, pem: &str) -> bool {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
    der.is_some_and(|der| {
        let parsed = x509_parser::parse_x509_certificate(&der);
        parsed.is_ok_and(|(_, certificate)| certificate.public_key().subject_public_key.data == key.public_key_raw())
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The certificates that the system trusts, in PEM; those that cannot be read are left out.
pub fn system_certificates() -> String {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|certificate| files::pem("CERTIFICATE", certificate)).collect()
}
