//! What takes a client assertion.

use fedlens_evidence::takes_assertion;

/// Whether a field of that name holds an assertion.
pub(super) fn is_assertion_field(name: &str) -> bool {
    takes_assertion(name) || matches!(name, "ClientAssertion" | "client_assertion_func")
}

/// Whether a call of that name takes an assertion, or a callback that gives one, among its arguments.
pub(super) fn is_taker(name: &str) -> bool {
    takes_assertion(name) || name == "NewOnBehalfOfCredentialWithClientAssertions" || name == "createFromCallback"
}

/// What a taker is called in a message.
pub(super) fn shown(name: &str) -> &str {
    name
}
