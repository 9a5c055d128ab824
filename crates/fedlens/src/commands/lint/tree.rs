//! Reading the files of a repository that can say something of sign-ins.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use anyhow::{Context, Error, bail};
use fedlens_lint::source::{FileId, SourceFile, Sources};
use fedlens_lint::{may_want, wants};
use fedlens_report::Unread;
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::settings::Paths;
use crate::input::reason;
use crate::output::Output;

/// A larger file is not read: nobody wrote it.
const MAX_FILE: u64 = 8 << 20;

/// What is kept of all files together is not more than this.
const MAX_ALL: usize = 512 << 20;

/// Progress is told each time so many files were looked at.
const PROGRESS: usize = 20_000;

/// Folders of other people's code, of tools and of what they build.
const FOLDERS: &[&str] = &[
    ".git",
    ".hg",
    ".jj",
    ".svn",
    "node_modules",
    "bower_components",
    "vendor",
    "site-packages",
    ".venv",
    "venv",
    ".terraform",
    ".terragrunt-cache",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".gradle",
    ".next",
    ".nuxt",
    ".yarn",
    ".pnpm-store",
    "cdk.out",
    "dist",
    "obj",
    "target",
];

/// The files, and how they are called.
pub(super) struct Tree {
    /// The files.
    pub(super) sources: Sources,
    /// The path of each, as it is to be shown.
    pub(super) names: Vec<String>,
    /// Where those are that can be changed.
    pub(super) places: BTreeMap<FileId, PathBuf>,
    /// What was not read.
    pub(super) unread: Vec<Unread>,
}

/// A file that was read.
pub(super) struct Found {
    /// Its path from the linted folder.
    pub(super) path: String,
    /// Its path as it is to be shown.
    pub(super) name: String,
    /// Where it is, if it can be changed.
    pub(super) place: Option<PathBuf>,
    /// What is in it.
    pub(super) text: String,
}

impl Tree {
    /// The files, each path once, in order.
    pub(super) fn new(mut found: Vec<Found>, mut unread: Vec<Unread>) -> Self {
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found.dedup_by(|a, b| a.path == b.path);
        unread.sort_by(|a, b| a.path.cmp(&b.path));
        let mut tree = Self { sources: Sources::default(), names: Vec::new(), places: BTreeMap::new(), unread };
        let mut files = Vec::new();
        for (id, file) in (0..).map(FileId).zip(found) {
            tree.places.extend(file.place.map(|place| (id, place)));
            tree.names.push(file.name);
            files.push(SourceFile { path: file.path, text: file.text });
        }
        tree.sources = Sources::new(files);
        tree
    }
}

/// What the walk finds, piece by piece.
enum Message {
    Looked,
    Found(Found),
    Unread(Unread),
}

/// Reads folders and files. What cannot be read is noted; a path that is not there is an error.
pub(super) fn read(
    paths: &Paths<'_>,
    excluded: &(impl Fn(&Path, bool) -> bool + Sync),
    output: &Output,
) -> Result<(Vec<Found>, Vec<Unread>), Error> {
    let (sender, receiver) = channel();
    for path in paths.given {
        if !path.exists() {
            bail!("{}: there is no such file or folder", path.display());
        }
    }
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for path in paths.given {
                if path.is_dir() {
                    walk(path, paths, excluded, &sender);
                } else {
                    look(path, paths, &sender);
                }
            }
        });
        let (mut found, mut unread, mut looked, mut size) = (Vec::new(), Vec::new(), 0, 0);
        for message in receiver {
            match message {
                Message::Looked => {
                    looked += 1;
                    if looked % PROGRESS == 0 && io::stderr().is_terminal() {
                        output.note(&format!("{looked} files looked at, {} of use", found.len()));
                    }
                }
                Message::Found(file) if size + file.text.len() > MAX_ALL => {
                    let message = format!("more than {} MiB are of use; the rest is not read", MAX_ALL >> 20);
                    unread.push(Unread { path: file.name, at: None, message });
                }
                Message::Found(file) => {
                    size += file.text.len();
                    found.push(file);
                }
                Message::Unread(file) => unread.push(file),
            }
        }
        Ok((found, unread))
    })
}

fn walk(folder: &Path, paths: &Paths<'_>, excluded: &(impl Fn(&Path, bool) -> bool + Sync), sender: &Sender<Message>) {
    let root = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let entered = move |entry: &DirEntry| entry.depth() == 0 || !is_passed_over(entry, &root);
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .follow_links(true)
        .require_git(false)
        .add_custom_ignore_filename(".fedlensignore")
        .filter_entry(entered)
        .build_parallel();
    walk.run(|| {
        Box::new(|entry| {
            match entry {
                Ok(entry) => {
                    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                    if entry.depth() > 0 && excluded(&paths.relative(entry.path()), is_folder) {
                        return WalkState::Skip;
                    }
                    if entry.file_type().is_some_and(|kind| kind.is_file()) {
                        look(entry.path(), paths, sender);
                    }
                }
                Err(error) => {
                    let path = path_of(&error).map_or_else(|| paths.name(folder), |path| paths.name(path));
                    sender.send(Message::Unread(Unread { path, at: None, message: said(&error) })).ok();
                }
            }
            WalkState::Continue
        })
    });
}

/// Whether an entry is of a folder that nobody wrote by hand, or a link that leads out of the tree.
fn is_passed_over(entry: &DirEntry, root: &Path) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let is_link = entry.path_is_symlink();
    (is_folder && entry.file_name().to_str().is_some_and(|name| FOLDERS.contains(&name)))
        || (is_link && entry.path().canonicalize().is_ok_and(|target| !target.starts_with(root)))
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

fn said(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Loop { .. } => "the link leads back to a folder that it is in".to_owned(),
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. }
        | ignore::Error::WithLineNumber { err, .. } => said(err),
        ignore::Error::Io(error) => reason(error),
        other => other.to_string(),
    }
}

/// Keeps a file that can say something of sign-ins.
fn look(path: &Path, paths: &Paths<'_>, sender: &Sender<Message>) {
    let own = slashes(&paths.relative(path));
    sender.send(Message::Looked).ok();
    if !may_want(&own) {
        return;
    }
    let name = paths.name(path);
    let message = match text(path) {
        Ok(text) if wants(&own, text.as_bytes()) => {
            Message::Found(Found { path: own, name, place: Some(path.to_owned()), text })
        }
        Ok(_) => return,
        Err(message) => Message::Unread(Unread { path: name, at: None, message }),
    };
    sender.send(message).ok();
}

/// What is in a file.
///
/// # Errors
///
/// Why it cannot be read.
pub(super) fn text(path: &Path) -> Result<String, String> {
    bytes(path).map(decoded)
}

/// The bytes of a file that is not too large.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| reason(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.len() > MAX_FILE) {
        return Err(format!("larger than {} MiB", MAX_FILE >> 20));
    }
    whole(file)
}

fn whole(input: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    input.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("larger than {} MiB", MAX_FILE >> 20));
    }
    Ok(bytes)
}

/// Bytes as text: UTF-16 where a mark says so, else UTF-8 with what is none of it replaced.
fn decoded(bytes: Vec<u8>) -> String {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().skip(1).map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// The one file from standard input.
pub(super) fn standard_input(name: &str) -> Result<Found, Error> {
    let text = whole(io::stdin().lock()).map(decoded).map_err(Error::msg).context("cannot read standard input")?;
    Ok(Found { path: slashes(Path::new(name)), name: name.to_owned(), place: None, text })
}

/// A path with `/` between its parts.
pub(super) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = text.strip_prefix("./").unwrap_or(&text);
    if std::path::MAIN_SEPARATOR == '/' { text.to_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}
