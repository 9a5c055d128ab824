//! What is known of an assertion's signature, before `decide` is asked.

use fedlens_issuers::recognise;
use fedlens_token::{Claims, Decoded};
use fedlens_trust::{Signature, same_id};

use crate::Emulator;
use crate::crypto::{VerifyingKey, is_signed_by};
use crate::directory::Registry;
use crate::issuers::{Fetched, fetch, keys_in};

/// Issuers at fixed addresses that the emulator plays: a key it does not have is unknown to them.
const PLAYED: [&str; 4] = [
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://app.terraform.io",
    "https://vstoken.dev.azure.com",
];

/// Where the key of an assertion is to be looked for.
pub(super) enum Lookup {
    /// It was settled here.
    Settled(Signature),
    /// The issuer has to be asked.
    AskIssuer,
}

/// Judges an assertion by the keys at hand: the client's certificates, Entra's own key, the played issuers' key, and
/// the keys that the directory file gives.
pub(super) fn look_up(emulator: &Emulator, registry: &Registry, client_id: &str, token: &Decoded) -> Lookup {
    let (Some(header), Some(claims)) = (&token.header, &token.claims) else {
        return Lookup::Settled(Signature::Unchecked);
    };
    let hint = key_id(header);
    let issuer = claims.text("iss").unwrap_or_default();
    let judge = |key: Option<&VerifyingKey>| {
        Lookup::Settled(key.map_or(Signature::UnknownKey, |key| judged(key, header, token)))
    };
    if same_id(issuer, client_id) {
        let hints = ["x5t", "x5t#S256", "kid"].map(|name| header.text(name).unwrap_or_default().trim_end_matches('='));
        let extra = registry.application_extra(client_id);
        let mut certificates = extra.iter().flat_map(|extra| &extra.certificates);
        let named =
            certificates.find(|one| one.thumbprints.iter().any(|thumbprint| hints.contains(&thumbprint.as_str())));
        return match named {
            Some(certificate) => judge(Some(&certificate.key)),
            None => Lookup::Settled(Signature::Unchecked),
        };
    }
    let own = |key: &'_ crate::SigningKey| key.kid == hint;
    let entra = recognise(issuer).and_then(|recognised| recognised.entra);
    if let Some(entra) = entra {
        let key = emulator.keys.entra();
        let known = registry.directory.tenant(&entra.tenant.hyphenated().to_string()).is_some();
        return if own(key) || known { judge(own(key).then(|| key.public())) } else { Lookup::AskIssuer };
    }
    let key = emulator.keys.issuers();
    if own(key) {
        return judge(Some(key.public()));
    }
    match registry.issuers.iter().find(|listed| listed.issuer == issuer) {
        Some(listed) if listed.fetch => Lookup::AskIssuer,
        Some(listed) => {
            let keys = listed.jwks.as_ref().map(keys_in).unwrap_or_default();
            judge(keys.iter().find(|key| key.kid == hint))
        }
        None if PLAYED.iter().any(|played| issuer.starts_with(played)) => judge(None),
        None => Lookup::AskIssuer,
    }
}

/// Asks the assertion's issuer for the key, and judges by what it answers.
pub(super) async fn ask_issuer(emulator: &Emulator, token: &Decoded) -> Signature {
    let (Some(header), Some(claims)) = (&token.header, &token.claims) else { return Signature::Unchecked };
    match fetch(emulator, claims.text("iss").unwrap_or_default(), key_id(header)).await {
        Fetched::Unreachable => Signature::MetadataUnreachable,
        Fetched::MissingField(field) => Signature::MetadataMissingField(field),
        Fetched::UnknownKey => Signature::UnknownKey,
        Fetched::Key(key) => judged(&key, header, token),
    }
}

/// The key that a header names.
fn key_id(header: &Claims) -> &str {
    ["kid", "x5t"].into_iter().find_map(|name| header.text(name)).unwrap_or_default()
}

fn judged(key: &VerifyingKey, header: &Claims, token: &Decoded) -> Signature {
    let algorithm = header.text("alg").unwrap_or_default();
    if is_signed_by(key, algorithm, token.compact.reveal()) { Signature::Valid } else { Signature::Invalid }
}
