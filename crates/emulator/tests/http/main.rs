//! The emulator over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test panics where something is missing")]

mod arm;
mod cases;
mod external_issuers;
mod graph;
mod issuers;
mod managed_identity;
mod propagation;
mod rest;
mod robustness;
mod server;
#[path = "../../../trust/tests/suite/mod.rs"]
mod suite;
mod token_service;
mod traps;
