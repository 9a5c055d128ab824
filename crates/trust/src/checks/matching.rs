//! Which federated identity credentials fit an assertion, narrowed field by field.

use fedlens_token::{Claims, EXCHANGE_APP_ID};

use crate::FederatedIdentityCredential;
use crate::flexible::Expression;

type Credentials<'a> = Vec<&'a FederatedIdentityCredential>;

/// The client's credentials, narrowed by issuer, then audience, then subject.
///
/// Entra names the first field that no credential fits. To report the later
/// faults too, each field is also held against the credentials that the fields
/// before it left nearest.
pub(crate) struct Matching<'a> {
    pub(crate) all: &'a [FederatedIdentityCredential],
    /// Those with the assertion's issuer.
    pub(crate) by_issuer: Credentials<'a>,
    /// Those the audience is compared with, and those of them that fit.
    pub(crate) audience_candidates: Credentials<'a>,
    pub(crate) by_audience: Credentials<'a>,
    /// Those the subject is compared with, and those of them that fit.
    pub(crate) subject_candidates: Credentials<'a>,
    pub(crate) by_subject: Credentials<'a>,
    /// Those that fit all three.
    pub(crate) matched: Credentials<'a>,
}

impl<'a> Matching<'a> {
    pub(crate) fn new(all: &'a [FederatedIdentityCredential], claims: &Claims, from_entra: bool) -> Self {
        let issuer = claims.text("iss");
        let by_issuer: Credentials<'_> = all.iter().filter(|fic| Some(fic.issuer.as_str()) == issuer).collect();
        let audience_candidates = if by_issuer.is_empty() { all.iter().collect() } else { by_issuer.clone() };
        let by_audience = fitting_audience(&audience_candidates, claims, from_entra);
        let subject_candidates = if by_audience.is_empty() { audience_candidates.clone() } else { by_audience.clone() };
        let by_subject: Credentials<'_> =
            subject_candidates.iter().copied().filter(|fic| fits_subject(fic, claims)).collect();
        let matched = if by_issuer.is_empty() || by_audience.is_empty() { Vec::new() } else { by_subject.clone() };
        Self { all, by_issuer, audience_candidates, by_audience, subject_candidates, by_subject, matched }
    }
}

/// An Entra token's `aud` is a GUID where the credential names a URI: the two count as equal, and a
/// credential that names anything else is refused later (700214), unless another one fits.
fn fitting_audience<'a>(candidates: &Credentials<'a>, claims: &Claims, from_entra: bool) -> Credentials<'a> {
    let presented = claims.audiences();
    let equal = |fic: &FederatedIdentityCredential| fic.audiences.iter().any(|own| presented.contains(&own.as_str()));
    let for_exchange = from_entra && presented.iter().any(|audience| is_exchange_audience(audience));
    if !for_exchange {
        return candidates.iter().copied().filter(|fic| equal(fic)).collect();
    }
    let names_exchange = |fic: &&FederatedIdentityCredential| fic.audiences.iter().any(|own| is_exchange_uri(own));
    let named: Credentials<'_> = candidates.iter().copied().filter(|fic| names_exchange(fic)).collect();
    if named.is_empty() { candidates.clone() } else { named }
}

/// Whether a token with this audience was made for an exchange.
pub fn is_exchange_audience(audience: &str) -> bool {
    audience.eq_ignore_ascii_case(EXCHANGE_APP_ID) || is_exchange_uri(audience)
}

/// Whether this is the audience that a credential has to name, in any cloud.
pub(super) fn is_exchange_uri(audience: &str) -> bool {
    audience.starts_with("api://AzureADTokenExchange")
}

fn fits_subject(fic: &FederatedIdentityCredential, claims: &Claims) -> bool {
    match (&fic.subject, &fic.claims_matching_expression) {
        (Some(subject), _) => claims.text("sub") == Some(subject),
        (None, Some(flexible)) => Expression::parse(&flexible.value).is_ok_and(|expression| {
            expression.check_issuer(&fic.issuer).is_ok() && expression.first_mismatch(claims).is_none()
        }),
        (None, None) => false,
    }
}
