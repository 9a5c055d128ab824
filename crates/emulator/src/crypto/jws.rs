//! JSON Web Signatures in their compact form.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaParameters,
};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::{SigningKey, base64url};

/// MSAL Python pads what others do not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An RSA public key that verifies assertions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VerifyingKey {
    /// Its id in a JWKS.
    pub(crate) kid: String,
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}

impl VerifyingKey {
    /// The key of a JWKS entry; `None` where it is not RSA or not for signatures.
    pub(crate) fn from_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let for_signatures = text("use").is_none_or(|purpose| purpose == "sig");
        let is_rsa = text("kty") == Some("RSA");
        let number = |name: &str| BASE64URL.decode(text(name)?).ok();
        if !is_rsa || !for_signatures {
            return None;
        }
        let kid = text("kid").or_else(|| text("x5t")).unwrap_or_default().to_owned();
        Some(Self { kid, modulus: number("n")?, exponent: number("e")? })
    }
}

/// A compact token: `header.claims.signature`.
pub(crate) fn sign(key: &SigningKey, header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
    let encode = |part: &Map<String, Value>| base64url(serde_json::to_vec(part).unwrap_or_default());
    let mut token = format!("{}.{}", encode(header), encode(claims));
    let mut signature = vec![0; key.pair.public_modulus_len()];
    key.pair
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
        .expect("an RSA-2048 key signs with SHA-256");
    token.push('.');
    token.push_str(&base64url(signature));
    token
}

/// Whether the compact token carries a signature of this key, by an algorithm that Entra takes.
pub(crate) fn is_signed_by(key: &VerifyingKey, algorithm: &str, token: &str) -> bool {
    let Some((message, signature)) = token.trim().rsplit_once('.') else { return false };
    let parameters: &'static RsaParameters = match algorithm {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        _ => return false,
    };
    let public = PublicKeyComponents { n: &key.modulus, e: &key.exponent };
    BASE64URL.decode(signature).is_ok_and(|signature| public.verify(parameters, message.as_bytes(), &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does() {
        let key = SigningKey::generate().unwrap();
        let (header, claims) = (json!({"alg": "RS256"}), json!({"sub": "x"}));
        let token = sign(&key, header.as_object().unwrap(), claims.as_object().unwrap());
        let public = VerifyingKey::from_jwk(&key.jwk()).unwrap();
        assert!(is_signed_by(&public, "RS256", &token));
        assert!(is_signed_by(&public, "RS256", &format!("{token}==\n")), "padding and a newline are tolerated");
        assert!(!is_signed_by(&public, "PS256", &token));
        assert!(!is_signed_by(&public, "none", &token));
        assert!(!is_signed_by(&public, "RS256", &token.replacen("eyJ", "eyK", 1)));
        let other = VerifyingKey::from_jwk(&SigningKey::generate().unwrap().jwk()).unwrap();
        assert!(!is_signed_by(&other, "RS256", &token));
    }
}
