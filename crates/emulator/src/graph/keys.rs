//! Secrets and certificates of applications.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fedlens_trust::same_id;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Answer, Call, Problem, applications, body};
use crate::crypto::{base64url, random};
use crate::directory::{Certificate, Secret, certificate};
use crate::emulator::Change;
use crate::{ApplicationDocument, CertificateDocument, SecretDocument, http};

/// How long a secret lives where nothing is said, in hours: two years.
const LIFETIME: i64 = 2 * 365 * 24;

/// A secret as Graph shows it: without the secret.
pub(super) fn secret_shape(secret: &Secret) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": secret.display_name,
        "endDateTime": secret.expires.map(|time| time.to_string()),
        "hint": null,
        "keyId": secret.key_id,
        "secretText": null,
        "startDateTime": secret.starts.map(|time| time.to_string()),
    })
}

/// A certificate as Graph shows it; `customKeyIdentifier` is its SHA-1 thumbprint in hex.
pub(super) fn certificate_shape(certificate: &Certificate) -> Value {
    let thumbprint = certificate.thumbprints.first().and_then(|one| URL_SAFE_NO_PAD.decode(one).ok());
    let hex = thumbprint.map(|bytes| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>());
    let der = der(&certificate.document.certificate);
    let validity = der.as_deref().and_then(|der| {
        let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
        let time = |time: x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp()).ok();
        Some((time(parsed.validity().not_before)?, time(parsed.validity().not_after)?))
    });
    json!({
        "customKeyIdentifier": hex,
        "displayName": certificate.document.display_name,
        "endDateTime": validity.map(|(_, end)| end.to_string()),
        "hasExtendedValue": null,
        "key": null,
        "keyId": certificate.document.key_id,
        "startDateTime": validity.map(|(start, _)| start.to_string()),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}

fn der(text: &str) -> Option<Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.flat_map(str::split_whitespace).collect();
    STANDARD.decode(base64).ok()
}

/// `keyCredentials` as a client sends it: entries that are kept come without their key.
pub(super) fn certificates(value: &Value, kept: &[CertificateDocument]) -> Result<Vec<CertificateDocument>, Problem> {
    let entries = body::list("keyCredentials", value)?;
    entries.iter().map(|entry| one_certificate(body::object("keyCredentials", entry)?, kept)).collect()
}

fn one_certificate(fields: &Map<String, Value>, kept: &[CertificateDocument]) -> Result<CertificateDocument, Problem> {
    let field = |name: &str| body::optional_text(name, fields.get(name).unwrap_or(&Value::Null));
    let key_id = field("keyId")?;
    let Some(key) = field("key")? else {
        let known = key_id
            .as_deref()
            .and_then(|id| kept.iter().find(|one| one.key_id.as_deref().is_some_and(|known| same_id(known, id))));
        return known
            .cloned()
            .ok_or_else(|| invalid_key("an entry without 'key' names no certificate of the application"));
    };
    if field("type")?.is_some_and(|kind| kind != "AsymmetricX509Cert") {
        return Err(invalid_key("'type' must be AsymmetricX509Cert"));
    }
    // The key is the base64 of a certificate in DER, or in PEM as Terraform sends it.
    let decoded = STANDARD.decode(key.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = decoded.filter(|text| text.trim_start().starts_with("-----BEGIN")).unwrap_or(key);
    let document = CertificateDocument {
        key_id: key_id.or_else(|| Some(http::random_id().to_string())),
        display_name: field("displayName")?,
        certificate: text,
    };
    certificate(document.clone()).map_err(|error| invalid_key(&error.to_string()))?;
    Ok(document)
}

fn invalid_key(why: &str) -> Problem {
    Problem::new(400, "KeyCredentialsInvalidValue", format!("Key credential is invalid: {why}."))
}

/// `passwordCredentials` as a client sends it: the entries that are left.
pub(super) fn remaining_secrets(value: &Value, kept: &[SecretDocument]) -> Result<Vec<SecretDocument>, Problem> {
    let mut remaining = Vec::new();
    for entry in body::list("passwordCredentials", value)? {
        let fields = body::object("passwordCredentials", entry)?;
        let id = fields.get("keyId").and_then(Value::as_str).unwrap_or_default();
        let known = kept.iter().find(|one| one.key_id.as_deref().is_some_and(|known| same_id(known, id)));
        remaining.push(known.cloned().ok_or_else(|| {
            Problem::bad_request("Property 'passwordCredentials' takes no new entries; call addPassword.")
        })?);
    }
    Ok(remaining)
}

/// `addPassword`: the answer is the only one that shows the secret.
pub(super) fn add_password(call: &Call<'_>, find: &applications::Find<'_>) -> Result<Answer, Problem> {
    let sent = if call.body.is_empty() { Map::new() } else { call.body()? };
    let none = Map::new();
    let wish = sent.get("passwordCredential").map_or(Ok(&none), |value| body::object("passwordCredential", value))?;
    let field = |name: &str| body::optional_text(name, wish.get(name).unwrap_or(&Value::Null));
    let now = call.emulator.now();
    let starts = field("startDateTime")?.map_or(Ok(now), |text| time("startDateTime", &text))?;
    let end = |start: Timestamp| start.checked_add(SignedDuration::from_hours(LIFETIME)).unwrap_or(Timestamp::MAX);
    let expires = field("endDateTime")?.map_or(Ok(end(starts)), |text| time("endDateTime", &text))?;
    if expires <= starts {
        return Err(Problem::bad_request("Property 'endDateTime' must be later than 'startDateTime'."));
    }
    let secret = format!("{}~{}", base64url(random::<3>()).replace(['-', '_'], "8"), base64url(random::<27>()));
    let document = SecretDocument {
        key_id: Some(http::random_id().to_string()),
        display_name: field("displayName")?,
        value: Some(secret.clone()),
        start_date_time: Some(starts.to_string()),
        end_date_time: Some(expires.to_string()),
        ..SecretDocument::default()
    };
    let shown = json!({
        "customKeyIdentifier": null, "displayName": document.display_name, "endDateTime": document.end_date_time,
        "hint": secret.get(..3), "keyId": document.key_id, "secretText": secret,
        "startDateTime": document.start_date_time,
    });
    call.emulator.change(|registry| {
        let mut application = find.document(registry)?;
        application.secrets.push(document);
        Ok::<_, Problem>((vec![Change::Application(application)], ()))
    })?;
    let context = format!("{}/{}/$metadata#microsoft.graph.passwordCredential", call.origin, call.version.root());
    let mut answer = Map::new();
    answer.insert("@odata.context".to_owned(), context.into());
    answer.extend(shown.as_object().cloned().unwrap_or_default());
    Ok(Answer::Returned(Value::Object(answer)))
}

fn time(name: &str, text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| Problem::bad_request(format!("Property '{name}' is not a time: '{text}'.")))
}

/// `removePassword`
pub(super) fn remove_password(call: &Call<'_>, find: &applications::Find<'_>) -> Result<Answer, Problem> {
    let sent = call.body()?;
    let id = body::text("keyId", body::required(&sent, "keyId")?)?;
    call.emulator.change(|registry| {
        let application = find.document(registry)?;
        let (gone, secrets): (Vec<_>, Vec<_>) = application
            .secrets
            .into_iter()
            .partition(|one| one.key_id.as_deref().is_some_and(|known| same_id(known, &id)));
        if gone.is_empty() {
            return Err(Problem::bad_request(format!("No password credential found with keyId '{id}'.")));
        }
        Ok((vec![Change::Application(ApplicationDocument { secrets, ..application })], Answer::Done))
    })
}
