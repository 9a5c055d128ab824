//! The bundle that verifies the emulator and real hosts alike.

use std::path::Path;

use anyhow::{Context, Error};

/// Writes the authority's certificate together with the system's. A client that reads the file meanwhile gets the
/// former one whole.
pub(super) fn write_bundle(authority_pem: &str, path: &Path) -> Result<(), Error> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let system = fedlens_emulator::system_certificates();
    let written = std::fs::write(&beside, format!("{authority_pem}\n{system}"));
    written.and_then(|()| std::fs::rename(&beside, path)).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::*;

    #[test]
    fn the_bundle_is_whole_at_every_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca-bundle.pem");
        write_bundle("authority", &path).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of this test's")]
        let read = || fs::read_to_string(&path).unwrap();
        let whole = read();
        thread::scope(|scope| {
            let writer = scope.spawn(|| (0..20).for_each(|_| write_bundle("authority", &path).unwrap()));
            while !writer.is_finished() {
                assert_eq!(read().len(), whole.len());
            }
        });
    }
}
