//! The RSA keys that sign: one as Entra, one as every OIDC issuer that the emulator plays.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use thiserror::Error;

use super::{VerifyingKey, base64url, sha1};
use crate::files;

/// The files that the keys are kept in.
const ENTRA: &str = "entra.pem";
const ISSUERS: &str = "issuers.pem";

/// A key that could not be made, read or kept.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Reading or writing its file failed.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no RSA key in PKCS#8.
    #[error("{} is not an RSA key in PKCS#8; remove it to have a new one made", .0.display())]
    NotAKey(PathBuf),
    /// The cryptographic library refused.
    #[error("cannot make an RSA key")]
    Generate,
}

/// A private RSA key with the names it goes by.
pub struct SigningKey {
    pub(super) pair: KeyPair,
    /// The certificate's SHA-1 thumbprint in base64url, which is the `kid` and `x5t`.
    pub kid: String,
    certificate: Vec<u8>,
    public: VerifyingKey,
}

impl SigningKey {
    /// Makes an RSA-2048 key.
    ///
    /// # Errors
    ///
    /// When the cryptographic library refuses.
    pub fn generate() -> Result<Self, KeyError> {
        Self::from_pair(KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?)
    }

    fn from_pair(pair: KeyPair) -> Result<Self, KeyError> {
        let certificate = certificate(&pair).ok_or(KeyError::Generate)?;
        let kid = base64url(sha1(&certificate));
        let public = pair.public_key();
        let bytes = |number: aws_lc_rs::io::Positive<'_>| number.big_endian_without_leading_zero().to_vec();
        let public =
            VerifyingKey { kid: kid.clone(), modulus: bytes(public.modulus()), exponent: bytes(public.exponent()) };
        Ok(Self { pair, kid, certificate, public })
    }

    fn keep(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File { path: path.to_owned(), source };
        let pem = match files::read(path).map_err(file)? {
            Some(pem) => pem,
            None => files::write_once(path, &Self::generate()?.pem()?).map_err(file)?,
        };
        let not_a_key = || KeyError::NotAKey(path.to_owned());
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| not_a_key())?;
        Self::from_pair(KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| not_a_key())?)
    }

    fn pem(&self) -> Result<String, KeyError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| KeyError::Generate)?;
        Ok(files::pem("PRIVATE KEY", der.as_ref()))
    }

    /// The public half, to verify with.
    pub(crate) fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// The public half as an entry of a JWKS.
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": base64url(&self.public.modulus),
            "e": base64url(&self.public.exponent),
            "x5c": [STANDARD.encode(&self.certificate)],
        })
    }
}

/// The certificate around a signing key; its name is the one that Entra's certificates carry.
fn certificate(pair: &KeyPair) -> Option<Vec<u8>> {
    let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    let signer = rcgen::KeyPair::try_from(der.as_ref()).ok()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "accounts.accesscontrol.windows.net");
    Some(params.self_signed(&signer).ok()?.der().to_vec())
}

/// The two signing keys. RSA keys take a while to make, so that happens beside the start of the server, and whoever
/// needs one first waits for it.
#[derive(Clone)]
pub struct Keys {
    entra: Arc<OnceLock<SigningKey>>,
    issuers: Arc<OnceLock<SigningKey>>,
    folder: Option<PathBuf>,
}

impl Keys {
    /// Keys that are kept in a folder, or in memory only.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { entra: Arc::default(), issuers: Arc::default(), folder }
    }

    /// Keys that are kept in a folder, read or made now.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used, or what it holds are no keys.
    pub fn open(folder: PathBuf) -> Result<Self, KeyError> {
        let read = |name: &str| SigningKey::keep(&folder.join(name)).map(|key| Arc::new(OnceLock::from(key)));
        Ok(Self { entra: read(ENTRA)?, issuers: read(ISSUERS)?, folder: Some(folder) })
    }

    /// Reads or makes both keys on a thread of their own.
    pub fn prepare(&self) {
        let keys = self.clone();
        std::thread::spawn(move || (keys.entra().kid.len(), keys.issuers().kid.len()));
    }

    /// The key that signs as Entra.
    pub fn entra(&self) -> &SigningKey {
        self.get(&self.entra, ENTRA)
    }

    /// The key that signs as the OIDC issuers.
    pub fn issuers(&self) -> &SigningKey {
        self.get(&self.issuers, ISSUERS)
    }

    /// A folder that cannot be used costs only that the key is another one next time.
    fn get<'a>(&self, key: &'a OnceLock<SigningKey>, name: &str) -> &'a SigningKey {
        key.get_or_init(|| {
            let kept = self.folder.as_ref().map(|folder| SigningKey::keep(&folder.join(name)));
            match kept {
                Some(Ok(key)) => key,
                Some(Err(error)) => {
                    tracing::warn!(%error, "A signing key cannot be kept; this run has one of its own.");
                    SigningKey::generate().expect("an RSA key can be made")
                }
                None => SigningKey::generate().expect("an RSA key can be made"),
            }
        })
    }
}
