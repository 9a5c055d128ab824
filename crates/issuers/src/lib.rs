//! What each identity provider sends to Entra: issuers, subject grammars, audiences, lifetimes.
//!
//! [`recognise`] names the platform behind an issuer, [`parse_subject`] takes a
//! subject apart, [`Subject::build`] puts it together again, and [`compare`]
//! explains how a presented subject differs from a configured one.

mod compare;
mod eid1;
mod platform;
mod subject;

pub use compare::{Difference, Part, compare, compare_issuers};
pub use eid1::{Eid1, decode_guid, encode_guid};
pub use platform::{Cloud, EntraIssuer, PLATFORMS, Platform, PlatformId, Recognised, recognise};
pub use subject::{Subject, parse_subject};
