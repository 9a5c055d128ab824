//! One file per command.

pub(crate) mod catalog;
pub(crate) mod checks;
pub(crate) mod diagnose;
pub(crate) mod emulate;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod lint;
pub(crate) mod token;

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
