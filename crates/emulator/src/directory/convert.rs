//! Documents into what the state holds, and back.

use fedlens_trust::{Application, FederatedIdentityCredential, ServicePrincipal};

use super::register::{ApplicationExtra, Certificate, Secret};
use super::{AppRoleDocument, CertificateDocument, DocumentError, SecretDocument, ServicePrincipalDocument};
use crate::crypto::{VerifyingKey, base64url, hex, sha1, sha256};

/// Ids compare without regard to letter case.
pub(crate) fn key(id: &str) -> String {
    id.trim().to_ascii_lowercase()
}

/// A GUID that follows from what it names, so that a directory file gives the same ids at each start.
pub(crate) fn derived_id(parts: &[&str]) -> String {
    let digest = sha256(parts.join("\n").to_ascii_lowercase().as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The SHA-256 that a secret or a password is kept as.
pub(crate) fn secret_digest(secret: &str) -> String {
    hex(sha256(secret.as_bytes()).as_ref())
}

/// Whether an id or URI names the application.
pub(crate) fn names(application: &Application, resource: &str) -> bool {
    let resource = resource.trim_end_matches('/');
    let bare = resource.strip_prefix("api://").unwrap_or(resource);
    bare.eq_ignore_ascii_case(&application.app_id)
        || application.identifier_uris.iter().any(|uri| uri.trim_end_matches('/').eq_ignore_ascii_case(resource))
}

pub(super) fn with_id(role: AppRoleDocument, app_id: &str) -> AppRoleDocument {
    let id = role.id.unwrap_or_else(|| derived_id(&["app role", app_id, &role.value]));
    AppRoleDocument { id: Some(id), ..role }
}

pub(super) fn secret(document: SecretDocument, app_id: &str) -> Result<Secret, DocumentError> {
    let digest = document.sha256.map(|digest| key(&digest)).or_else(|| document.value.as_deref().map(secret_digest));
    let sha256 = digest.ok_or_else(|| {
        DocumentError::Content(format!("applications: a secret of {app_id} has neither `value` nor `sha256`"))
    })?;
    let time = |text: Option<String>| text.map(|text| text.parse().map_err(|_| bad_time(&text, app_id))).transpose();
    Ok(Secret {
        key_id: document.key_id.unwrap_or_else(|| derived_id(&["secret", app_id, &sha256])),
        display_name: document.display_name,
        sha256,
        starts: time(document.start_date_time)?,
        expires: time(document.end_date_time)?,
    })
}

fn bad_time(time: &str, app_id: &str) -> DocumentError {
    DocumentError::Content(format!(
        "applications: `{time}` of a secret of {app_id} is not a time such as 2027-01-31T00:00:00Z"
    ))
}

impl Secret {
    pub(crate) fn document(&self) -> SecretDocument {
        SecretDocument {
            key_id: Some(self.key_id.clone()),
            display_name: self.display_name.clone(),
            value: None,
            sha256: Some(self.sha256.clone()),
            start_date_time: self.starts.map(|time| time.to_string()),
            end_date_time: self.expires.map(|time| time.to_string()),
        }
    }
}

/// Reads a certificate in PEM, or the base64 of its DER.
pub(crate) fn certificate(document: CertificateDocument) -> Result<Certificate, DocumentError> {
    let unreadable = |why: &str| DocumentError::Content(format!("certificates: {why}"));
    let lines = document.certificate.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.flat_map(str::split_whitespace).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64)
        .map_err(|_| unreadable("the certificate is neither PEM nor the base64 of DER"))?;
    let (_, parsed) =
        x509_parser::parse_x509_certificate(&der).map_err(|_| unreadable("this is not an X.509 certificate"))?;
    let public = aws_lc_rs::rsa::PublicKey::from_der(parsed.public_key().raw)
        .map_err(|_| unreadable("the certificate's key is not RSA, which is all that Entra takes"))?;
    let thumbprints = [base64url(sha1(&der)), base64url(sha256(&der))];
    let key = VerifyingKey {
        kid: thumbprints.first().cloned().unwrap_or_default(),
        modulus: public.modulus().big_endian_without_leading_zero().to_vec(),
        exponent: public.exponent().big_endian_without_leading_zero().to_vec(),
    };
    let key_id = document.key_id.clone().unwrap_or_else(|| derived_id(&["certificate", &key.kid]));
    Ok(Certificate { document: CertificateDocument { key_id: Some(key_id), ..document }, key, thumbprints })
}

pub(super) fn service_principal(document: ServicePrincipalDocument, app_id: &str) -> ServicePrincipal {
    let id = document.id.unwrap_or_else(|| derived_id(&["service principal", &document.tenant_id, app_id]));
    ServicePrincipal {
        tenant_id: document.tenant_id,
        id: Some(id),
        account_enabled: Some(document.account_enabled.unwrap_or(true)),
    }
}

pub(super) fn service_principal_document(
    principal: &ServicePrincipal,
    extra: &ApplicationExtra,
) -> ServicePrincipalDocument {
    ServicePrincipalDocument {
        tenant_id: principal.tenant_id.clone(),
        id: principal.id.clone(),
        account_enabled: principal.account_enabled,
        properties: extra.principal_properties.get(&key(&principal.tenant_id)).cloned().unwrap_or_default(),
    }
}

pub(super) fn credential(
    document: FederatedIdentityCredential,
    client: &str,
    audience: &str,
) -> FederatedIdentityCredential {
    let name = document.name.unwrap_or_else(|| "credential".to_owned());
    let subject = document.subject.as_deref().unwrap_or_default();
    let id = document.id.unwrap_or_else(|| derived_id(&["credential", client, &name, &document.issuer, subject]));
    let audiences = if document.audiences.is_empty() { vec![audience.to_owned()] } else { document.audiences };
    FederatedIdentityCredential { id: Some(id), name: Some(name), audiences, ..document }
}
