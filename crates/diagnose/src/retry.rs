//! The exchange once more, with the proposed change.

use fedlens_trust::{FederatedIdentityCredential, Outcome, decide};

use crate::causes::nearest_credential;
use crate::diagnosis::aadsts;
use crate::facts::Facts;
use crate::fill::wanted_audience;

/// What Entra would answer once a credential fits the assertion.
pub(crate) fn afterwards(facts: &Facts<'_>) -> Option<String> {
    let exchange = facts.exchange?;
    facts.refusal()?;
    if facts.delegated().is_some() {
        return None;
    }
    let fitting = FederatedIdentityCredential {
        issuer: facts.issuer()?.to_owned(),
        subject: Some(facts.subject()?.to_owned()),
        audiences: vec![wanted_audience(facts)?.to_owned()],
        ..FederatedIdentityCredential::default()
    };
    let mut directory = exchange.directory.clone();
    let nearest = nearest_credential(facts).cloned();
    let client_id = directory.client(exchange.request.client_id.as_deref())?.id().to_owned();
    let credentials = directory.credentials_mut(&client_id)?;
    credentials.retain(|fic| Some(fic) != nearest.as_ref());
    credentials.push(fitting);
    let decision = decide(&directory, &exchange.request, exchange.now, &exchange.policy);
    Some(match (decision.outcome, decision.refusal()) {
        (_, Some(refusal)) => {
            format!("Entra would still refuse with {}: {}.", aadsts(refusal.code), refusal.detail.trim_end_matches('.'))
        }
        (Outcome::Accepted, None) => "Entra would accept the exchange.".to_owned(),
        _ => "No check would fail any more; the open ones stay open.".to_owned(),
    })
}
