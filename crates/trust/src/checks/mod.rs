//! Every check of a federated exchange, in Entra's order; one file each.

use jiff::Timestamp;

use crate::{Check, Directory, Policy, TokenRequest};

/// Every check, in Entra's order.
pub static CHECKS: &[Check] = &[];

/// What a check looks at.
#[expect(dead_code, reason = "the checks follow")]
pub(crate) struct Exchange<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) request: &'a TokenRequest,
    pub(crate) now: Timestamp,
    pub(crate) policy: &'a Policy,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(directory: &'a Directory, request: &'a TokenRequest, now: Timestamp, policy: &'a Policy) -> Self {
        Self { directory, request, now, policy }
    }
}
