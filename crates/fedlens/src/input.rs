//! Reading files, folders and standard input, with limits.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, bail};
use fedlens_evidence::{Evidence, Reader, Skipped};
use ignore::WalkBuilder;

use crate::output::Output;

const CHUNK: usize = 256 << 10;

/// Progress is told on standard error each time this much of one input was read.
const PROGRESS: u64 = 256 << 20;

/// A folder with more files than this is not what somebody meant to diagnose.
const MAX_FILES: usize = 10_000;

/// The largest document that a command reads as a whole, in bytes.
const MAX_WHOLE: u64 = 64 << 20;

/// The name of standard input in reports.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Reads all evidence; what cannot be read is listed as skipped.
pub(crate) fn evidence(paths: &[PathBuf], output: &Output) -> Evidence {
    let mut evidence = Evidence::default();
    for path in paths {
        if path.as_os_str() == "-" {
            evidence.extend(stream(STANDARD_INPUT, io::stdin().lock(), output));
        } else if path.is_dir() {
            folder(path, &mut evidence, output);
        } else {
            evidence.extend(file(path, output));
        }
    }
    evidence
}

/// A folder's files in order of their names, hidden ones left out.
fn folder(path: &Path, evidence: &mut Evidence, output: &Output) {
    let before = evidence.items.len() + evidence.skipped.len();
    let walk = WalkBuilder::new(path).standard_filters(false).hidden(true).sort_by_file_path(Path::cmp).build();
    let mut read = 0_usize;
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                read += 1;
                if read > MAX_FILES {
                    evidence
                        .skipped
                        .push(skipped(path, format!("more than {MAX_FILES} files; only the first were read")));
                    return;
                }
                evidence.extend(file(entry.path(), output));
            }
            Ok(_) => {}
            Err(error) => evidence.skipped.push(skipped(path, error.to_string())),
        }
    }
    if evidence.items.len() + evidence.skipped.len() == before {
        evidence.skipped.push(skipped(path, "the folder holds no files".to_owned()));
    }
}

fn file(path: &Path, output: &Output) -> Evidence {
    match File::open(path) {
        Ok(file) => stream(&path.display().to_string(), file, output),
        Err(error) => Evidence { skipped: vec![skipped(path, reason(&error))], ..Evidence::default() },
    }
}

fn stream(name: &str, mut input: impl Read, output: &Output) -> Evidence {
    let mut reader = Reader::new(name);
    let mut chunk = vec![0; CHUNK];
    let (mut total, mut told) = (0_u64, 0_u64);
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return reader.finish(),
            Ok(count) => {
                reader.push(chunk.get(..count).unwrap_or_default());
                total += count as u64;
                if total / PROGRESS > told && io::stderr().is_terminal() {
                    told = total / PROGRESS;
                    output.note(&format!("{name}: {} MB read", total >> 20));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let mut evidence = reader.finish();
                evidence.skipped.push(Skipped { source: name.to_owned(), why: reason(&error) });
                return evidence;
            }
        }
    }
}

fn skipped(path: &Path, why: String) -> Skipped {
    Skipped { source: path.display().to_string(), why }
}

/// Why reading failed, in plain words.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        _ => error.to_string(),
    }
}

/// Reads one document as text; bytes that are not UTF-8 are replaced.
///
/// # Errors
///
/// When it cannot be read, or is larger than 64 MiB.
pub(crate) fn whole(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let limit = MAX_WHOLE + 1;
    if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes).context("cannot read standard input")?;
    } else {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        file.take(limit).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    }
    if bytes.len() as u64 > MAX_WHOLE {
        bail!("{} is larger than {} MiB", path.display(), MAX_WHOLE >> 20);
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
