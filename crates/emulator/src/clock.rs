//! The time that tokens are minted and judged by.

use std::sync::Arc;

use jiff::Timestamp;

/// A source of the current time. The system's is `Clock::new(Timestamp::now)`.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that stands still.
    pub fn at(time: Timestamp) -> Self {
        Self::new(move || time)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}
