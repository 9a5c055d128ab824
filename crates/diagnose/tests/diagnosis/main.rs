//! Diagnoses of evidence made for each case.
#![expect(clippy::unwrap_used, reason = "a test panics where something is missing")]

mod causes;
mod flagship;
mod given;
