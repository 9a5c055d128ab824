//! Small files that are kept: keys, certificates, the settings of a running emulator.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::random;

/// The largest file that is read whole.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// The file's text; `None` where there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(Some(text))
}

/// Writes a file for its owner alone, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    fs::rename(write_beside(path, text)?, path)
}

/// Writes a file for its owner alone unless there is one, and says what it holds: of several who write at once, the
/// first is heard and the others learn what it wrote.
pub(crate) fn write_once(path: &Path, text: &str) -> io::Result<String> {
    let beside = write_beside(path, text)?;
    let linked = fs::hard_link(&beside, path);
    let existing = if linked.is_ok() { None } else { read(path)? };
    match (linked, existing) {
        (Ok(()), _) => fs::remove_file(&beside).map(|()| text.to_owned()),
        (Err(_), Some(existing)) => fs::remove_file(&beside).map(|()| existing),
        // Some file systems have no hard links.
        (Err(_), None) => fs::rename(&beside, path).map(|()| text.to_owned()),
    }
}

fn write_beside(path: &Path, text: &str) -> io::Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = path.with_extension(format!("new-{:016x}", u64::from_ne_bytes(random())));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(beside)
}

/// Bytes as PEM.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines: Vec<_> = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
