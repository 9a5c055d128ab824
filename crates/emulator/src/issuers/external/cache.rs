//! What issuers answered, for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Client, Url};
use tokio::sync::Mutex as Turn;

use super::address::may_ask;
use super::client::client;
use super::{AskError, Fetched, ask};
use crate::crypto::VerifyingKey;

/// The most issuers that are remembered.
const MAX_ISSUERS: usize = 64;

/// How long keys are good for.
const KEYS: Duration = Duration::from_mins(15);

/// How often an issuer is asked again because a key is not among those that it published.
const AGAIN: Duration = Duration::from_mins(1);

/// How long an issuer that could not be asked is left alone.
const FAILURE: Duration = Duration::from_secs(10);

/// The issuers that were asked.
pub(crate) struct External {
    private: bool,
    authorities: Vec<String>,
    client: OnceLock<Option<Client>>,
    issuers: Mutex<HashMap<String, Slot>>,
}

/// An issuer's place, and when it was last looked at. Whoever holds the lock asks the issuer; the others wait for what
/// it answers.
struct Slot {
    used: Instant,
    known: Arc<Turn<Option<Known>>>,
}

/// What is known of an issuer.
struct Known {
    keys: Result<Vec<VerifyingKey>, Failure>,
    /// When the keys arrived, or the issuer failed.
    since: Instant,
    /// When it was last asked.
    asked: Instant,
}

/// Why nothing is known.
#[derive(Clone, Copy)]
enum Failure {
    Unreachable,
    MissingField(&'static str),
}

impl External {
    /// Nobody was asked yet.
    pub(crate) fn new(private: bool, authorities: Vec<String>) -> Self {
        Self { private, authorities, client: OnceLock::new(), issuers: Mutex::default() }
    }

    /// The issuer's key with this id, asked for where it is not known.
    pub(super) async fn key(&self, issuer: &str, kid: &str) -> Fetched {
        let Some(client) = self.client() else { return Fetched::Unreachable };
        let is_address = Url::parse(issuer)
            .is_ok_and(|url| may_ask(&url, self.private) && url.query().is_none() && url.fragment().is_none());
        if !is_address {
            return Fetched::Unreachable;
        }
        let slot = self.slot(issuer);
        let mut known = slot.lock().await;
        if !known.as_ref().is_some_and(|known| known.settles(kid, Instant::now())) {
            let answer = ask(client, issuer, self.private).await;
            if let Err(error) = &answer {
                tracing::warn!(issuer, %error, "An issuer cannot be asked for its keys.");
            }
            *known = Some(Known::after(known.take(), answer, Instant::now()));
        }
        known.as_ref().map_or(Fetched::Unreachable, |known| known.key(kid))
    }

    fn client(&self) -> Option<&Client> {
        let made = self.client.get_or_init(|| match client(&self.authorities, self.private) {
            Ok(client) => Some(client),
            Err(error) => {
                tracing::error!(error, "No client for issuers can be made.");
                None
            }
        });
        made.as_ref()
    }

    /// The issuer's place; where there are too many, the one that nobody looked at for longest is forgotten.
    fn slot(&self, issuer: &str) -> Arc<Turn<Option<Known>>> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        if issuers.len() >= MAX_ISSUERS && !issuers.contains_key(issuer) {
            let oldest = issuers.iter().min_by_key(|(_, slot)| slot.used).map(|(name, _)| name.clone());
            oldest.and_then(|name| issuers.remove(&name));
        }
        let slot = issuers.entry(issuer.to_owned());
        let slot = slot.or_insert_with(|| Slot { used: Instant::now(), known: Arc::default() });
        slot.used = Instant::now();
        Arc::clone(&slot.known)
    }
}

impl Known {
    /// What is known once an issuer has answered. Keys that are still good outlast an answer that is none.
    fn after(before: Option<Self>, answer: Result<Vec<VerifyingKey>, AskError>, now: Instant) -> Self {
        let failure = match answer {
            Ok(keys) => return Self { keys: Ok(keys), since: now, asked: now },
            Err(AskError::MissingField(field)) => Failure::MissingField(field),
            Err(_) => Failure::Unreachable,
        };
        match before {
            Some(before) if before.keys.is_ok() && now - before.since < KEYS => Self { asked: now, ..before },
            _ => Self { keys: Err(failure), since: now, asked: now },
        }
    }

    /// Whether the issuer need not be asked for this key.
    fn settles(&self, kid: &str, now: Instant) -> bool {
        match &self.keys {
            Err(_) => now - self.since < FAILURE,
            Ok(keys) => {
                let has_key = keys.iter().any(|key| key.kid == kid);
                now - self.since < KEYS && (has_key || now - self.asked < AGAIN)
            }
        }
    }

    fn key(&self, kid: &str) -> Fetched {
        match &self.keys {
            Ok(keys) => keys.iter().find(|key| key.kid == kid).cloned().map_or(Fetched::UnknownKey, Fetched::Key),
            Err(Failure::Unreachable) => Fetched::Unreachable,
            Err(Failure::MissingField(field)) => Fetched::MissingField((*field).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: &str) -> VerifyingKey {
        VerifyingKey { kid: kid.to_owned(), modulus: vec![1], exponent: vec![3] }
    }

    #[test]
    fn keys_hold_for_fifteen_minutes_and_a_miss_for_one() {
        let start = Instant::now();
        let known = Known::after(None, Ok(vec![key("a")]), start);
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(known.settles("a", at(899)) && !known.settles("a", at(900)));
        assert!(known.settles("b", at(59)) && !known.settles("b", at(60)));
        assert_eq!(known.key("a"), Fetched::Key(key("a")));
        assert_eq!(known.key("b"), Fetched::UnknownKey);
    }

    #[test]
    fn a_failure_is_remembered_shortly_and_does_not_take_good_keys_away() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let failed = Known::after(None, Err(AskError::MissingField("jwks_uri")), start);
        assert!(failed.settles("a", at(9)) && !failed.settles("a", at(10)));
        assert_eq!(failed.key("a"), Fetched::MissingField("jwks_uri".to_owned()));

        let keys = Known::after(Some(failed), Ok(vec![key("a")]), start);
        let kept = Known::after(Some(keys), Err(AskError::Time), at(61));
        assert_eq!(kept.key("a"), Fetched::Key(key("a")));
        assert!(kept.settles("b", at(120)), "it was asked a minute ago");
        assert!(!kept.settles("a", at(900)), "its keys are no younger for that");
        let gone = Known::after(Some(kept), Err(AskError::Time), at(900));
        assert_eq!(gone.key("a"), Fetched::Unreachable);
    }

    #[test]
    fn a_flood_of_issuers_is_bounded_and_the_last_ones_stay() {
        let external = External::new(false, Vec::new());
        for number in 0..1_000 {
            external.slot(&format!("https://{number}.example"));
        }
        let issuers = external.issuers.lock().unwrap();
        assert_eq!(issuers.len(), MAX_ISSUERS);
        assert!(issuers.contains_key("https://999.example") && !issuers.contains_key("https://0.example"));
    }

    #[tokio::test]
    async fn what_is_no_public_address_is_not_even_remembered() {
        let external = External::new(false, Vec::new());
        for issuer in ["http://ci.example", "https://127.0.0.1:1", "no address", "", "https://ci.example?x=1"] {
            assert_eq!(external.key(issuer, "a").await, Fetched::Unreachable, "{issuer}");
        }
        assert!(external.issuers.lock().unwrap().is_empty());
    }
}
