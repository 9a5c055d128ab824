//! The journal: every token request with the whole decision, the last ones only.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use fedlens_token::Claims;
use fedlens_trust::{Decision, Outcome};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Notify;

/// One token request and what was decided.
///
/// Personal claims and whatever looks like a secret are redacted when it is made into JSON; tokens, secrets and
/// passwords are not in it at all.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// A number that grows by one with each exchange.
    pub sequence: u64,
    /// The `Trace ID` of the answer.
    pub trace_id: String,
    /// The `Correlation ID` of the answer.
    pub correlation_id: String,
    /// When.
    pub at: Timestamp,
    /// Where it arrived: `/contoso.onmicrosoft.com/oauth2/v2.0/token`.
    pub path: String,
    /// `client_id`
    pub client_id: Option<String>,
    /// `grant_type`
    pub grant_type: Option<String>,
    /// `scope` or `resource`
    pub scope: Option<String>,
    /// How the client proved itself: `federated`, `certificate`, `secret` or `none`.
    pub presented: &'static str,
    /// The assertion's header and claims, as presented.
    pub assertion: Option<Presented>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The AADSTS number of the answer.
    pub code: Option<u32>,
    /// The decision, check by check.
    pub decision: Decision,
    /// The client's `User-Agent` or `x-client-SKU`.
    pub client: Option<String>,
}

/// A presented assertion without its signature.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The header.
    pub header: Claims,
    /// The payload.
    pub claims: Claims,
}

impl Serialize for Presented {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Presented", 2)?;
        fields.serialize_field("header", &self.header.redacted())?;
        fields.serialize_field("claims", &self.claims.redacted())?;
        fields.end()
    }
}

impl Exchange {
    /// Whether a token was issued.
    pub fn is_accepted(&self) -> bool {
        self.decision.outcome != Outcome::Rejected
    }
}

/// The last exchanges.
pub(crate) struct Exchanges {
    limit: usize,
    kept: Mutex<(u64, VecDeque<Exchange>)>,
    arrived: Notify,
}

impl Exchanges {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::default(), arrived: Notify::new() }
    }

    /// Adds an exchange and gives it its number.
    pub(crate) fn record(&self, mut exchange: Exchange) {
        let forgotten = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.0 += 1;
            exchange.sequence = kept.0;
            kept.1.push_back(exchange);
            if kept.1.len() > self.limit { kept.1.pop_front() } else { None }
        };
        drop(forgotten);
        self.arrived.notify_waiters();
    }

    /// Those after a number, the oldest first, at most `limit`.
    pub(crate) fn after(&self, sequence: u64, limit: usize) -> Vec<Exchange> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.iter().filter(|exchange| exchange.sequence > sequence).take(limit).cloned().collect()
    }

    /// The last `limit`, the oldest first.
    pub(crate) fn last(&self, limit: usize) -> Vec<Exchange> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.iter().skip(kept.1.len().saturating_sub(limit)).cloned().collect()
    }

    /// The one that was answered with a trace id, or belongs to a correlation id.
    pub(crate) fn find(&self, id: &str) -> Option<Exchange> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |exchange: &&Exchange| {
            exchange.trace_id.eq_ignore_ascii_case(id) || exchange.correlation_id.eq_ignore_ascii_case(id)
        };
        kept.1.iter().rev().find(has).cloned()
    }

    /// Resolves when the next exchange is recorded.
    pub(crate) fn next(&self) -> tokio::sync::futures::Notified<'_> {
        self.arrived.notified()
    }
}
