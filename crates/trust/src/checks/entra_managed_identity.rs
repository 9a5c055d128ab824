//! An app-only Entra token must be a managed identity's, or carry a structured subject.

use fedlens_token::{Claims, TokenKind, classify};

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, ManagedIdentity, ManagedIdentityKind, Verdict, View, same_id};

pub(super) const CHECK: Check = Check {
    id: "entra.managed-identity",
    title: "The Entra token is a managed identity's",
    errors: &[APPLICATION],
    evaluate,
};

const APPLICATION: ErrorSpec = ErrorSpec {
    code: 700_226,
    oauth_error: "invalid_client",
    status: 401,
    basis: Basis::Seen,
    source: source::MANAGED_IDENTITY_TRUST,
};

/// Tokens of managed identities live a day, those of applications little more than an hour.
const MANAGED_IDENTITY_LIFETIME: i64 = 80_000;

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    exchange.entra_issuer()?;
    let claims = exchange.claims()?;
    match classify(claims).kind {
        TokenKind::AppOnly => {}
        TokenKind::Undetermined => return Err(Verdict::cannot_tell("whether the token is app-only is open")),
        _ => return Err(Verdict::not_reached("the token is not app-only")),
    }
    if claims.text("sub").is_some_and(|subject| subject.starts_with("/eid1/")) {
        return Ok("the subject is structured (/eid1/), which Entra accepts".into());
    }
    let client = claims.text("azp").or_else(|| claims.text("appid")).unwrap_or_default();
    by_directory(exchange, claims, client).unwrap_or_else(|| by_claims(exchange, claims, client))
}

fn by_directory(exchange: &Exchange<'_>, claims: &Claims, client: &str) -> Option<Finding> {
    let object = claims.text("oid").unwrap_or_default();
    let directory = exchange.directory;
    let identity = directory.managed_identity(client).or_else(|| {
        let is_principal =
            |identity: &&ManagedIdentity| identity.principal_id.as_deref().is_some_and(|id| same_id(id, object));
        directory.managed_identities.find_all(object).find(is_principal)
    });
    if let Some(identity) = identity {
        return Some(match identity.kind {
            Some(ManagedIdentityKind::SystemAssigned) => Err(Verdict::cannot_tell(
                "the identity is system-assigned; only user-assigned ones are documented, and whether Entra refuses is not known",
            )),
            _ => Ok("the token's client is a managed identity of the directory".into()),
        });
    }
    let application = directory.application(client)?;
    Some(Err(refuse(&format!("the token's client {} is an app registration", application.app_id))))
}

fn by_claims(exchange: &Exchange<'_>, claims: &Claims, client: &str) -> Finding {
    if claims.contains("xms_mirid") {
        return Ok("the token names a managed identity's resource (`xms_mirid`)".into());
    }
    let presented = claims.text("azpacr").or_else(|| claims.text("appidacr"));
    if presented == Some("1") {
        return Err(refuse(
            "the token's client signed in with a secret (`azpacr` 1), which managed identities do not have",
        ));
    }
    let lifetime = claims.seconds("exp").zip(claims.seconds("iat")).map(|(expires, issued)| expires - issued);
    match lifetime {
        Some(seconds) if seconds >= MANAGED_IDENTITY_LIFETIME => {
            Ok("the token lives a day, as those of managed identities do".into())
        }
        _ if exchange.directory.view == View::Whole => {
            Err(refuse(&format!("the token's client {client} is no managed identity of the directory")))
        }
        _ => Err(Verdict::cannot_tell(format!(
            "whether the token's client {client} is a managed identity: add the output of `az identity list`"
        ))),
    }
}

fn refuse(detail: &str) -> Verdict {
    let message = "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.";
    APPLICATION.refuse_or(&[700_222], message, detail)
}
