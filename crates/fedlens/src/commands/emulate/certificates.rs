//! The bundle that verifies the emulator and real hosts alike.

use std::path::Path;

use anyhow::{Context, Error};

/// Writes the authority's certificate together with the system's.
pub(super) fn write_bundle(authority_pem: &str, path: &Path) -> Result<(), Error> {
    let system = fedlens_emulator::system_certificates();
    std::fs::write(path, format!("{authority_pem}\n{system}"))
        .with_context(|| format!("cannot write {}", path.display()))
}
