//! Entra can fetch the external issuer's metadata and keys.

use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, Signature, Verdict};

pub(super) const CHECK: Check = Check {
    id: "issuer.metadata",
    title: "Entra can fetch the issuer's metadata and keys",
    errors: &[UNREACHABLE, MISSING_FIELD],
    evaluate,
};

const UNREACHABLE: ErrorSpec = ErrorSpec {
    code: 501_661,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Seen,
    source: source::GITLAB_AZURE,
};

const MISSING_FIELD: ErrorSpec = ErrorSpec {
    code: 70_024,
    oauth_error: "invalid_request",
    status: 400,
    basis: Basis::Inferred,
    source: source::STS_TEMPLATES,
};

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let issuer = exchange.claim("iss")?;
    if exchange.entra.is_some() || exchange.is_certificate_assertion() {
        return Err(Verdict::does_not_apply("Entra has the keys itself"));
    }
    if is_private(issuer) && !exchange.policy.private_issuers {
        return Err(unreachable(format!("{issuer} is not a public HTTPS address")));
    }
    match &exchange.assertion()?.signature {
        Signature::MetadataUnreachable => {
            Err(unreachable(format!("{issuer} does not answer, or not in a form Entra takes")))
        }
        Signature::MetadataMissingField(field) => Err(MISSING_FIELD.refuse(
            format!("OIDC Provider Metadata missing required field '{field}'."),
            format!("the issuer's metadata has no `{field}`"),
        )),
        Signature::Unchecked => {
            Err(Verdict::cannot_tell("the issuer was not asked for its metadata: nothing here calls out"))
        }
        _ => Ok("its keys were fetched".into()),
    }
}

fn unreachable(detail: String) -> Verdict {
    UNREACHABLE.refuse_or(&[90_061, 50_166], "Request to External OIDC endpoint failed.", detail)
}

/// An address that cannot be on the public internet, or is not HTTPS.
fn is_private(issuer: &str) -> bool {
    let Some(rest) = issuer.strip_prefix("https://") else {
        return true;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let internal = [".local", ".internal", ".localhost", ".lan"].iter().any(|suffix| host.ends_with(suffix));
    let loopback = host.starts_with("127.") || host.starts_with("10.") || host.starts_with("192.168.");
    internal || loopback || !host.contains('.')
}
