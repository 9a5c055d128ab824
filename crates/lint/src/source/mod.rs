//! The files of a repository, and places in them.

pub mod json;
mod node;
mod text;
pub mod yaml;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use serde::Serialize;

pub use node::{Entry, Node, Value};
pub use text::{Agreement, Piece, Text, Unknown, Why};

/// A file, by its position in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

impl Place {
    /// A stretch of a file; files are smaller than 4 GiB.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: offset(range.start), end: offset(range.end) }
    }

    /// The stretch as a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the beginning of this place to the end of another one of the same file.
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// A file of the repository.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path, with `/` between the parts, as it is to be shown.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Every file that is looked at, in the order of their paths.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// The lines of each file, from when somebody has first asked.
    lines: Vec<OnceLock<Lines>>,
}

/// Where the lines of a file begin.
#[derive(Clone, Debug)]
struct Lines {
    starts: Vec<u32>,
    is_ascii: bool,
}

impl Lines {
    fn of(text: &str) -> Self {
        let behind = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self { starts: std::iter::once(0).chain(behind).collect(), is_ascii: text.is_ascii() }
    }

    fn position(&self, text: &str, at: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or_default();
        let within = start as usize..at as usize;
        let characters =
            if self.is_ascii { within.len() } else { text.get(within).unwrap_or_default().chars().count() };
        Position { line, column: characters + 1 }
    }
}

/// What could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where reading stopped.
    pub place: Place,
    /// Why, in the words of the reader.
    pub message: String,
}

/// A line and a column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Sources {
    /// The files, sorted by path.
    pub fn new(mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let lines = files.iter().map(|_| OnceLock::new()).collect();
        Self { files, lines }
    }

    /// Each file with its id.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// The files, sorted by path.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// A file by its id.
    ///
    /// # Panics
    ///
    /// When the id is from another set of files.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The files with some places made unreadable; nothing moves.
    pub fn hiding(&self, places: &[Place]) -> Cow<'_, Self> {
        if places.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut files = self.files.clone();
        for place in places {
            let Some(file) = files.get_mut(place.file.0 as usize) else { continue };
            let Some(secret) = file.text.get(place.range()) else { continue };
            let kept = |c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'');
            let hidden: String =
                secret.chars().map(|c| if kept(c) { c.to_string() } else { "*".repeat(c.len_utf8()) }).collect();
            file.text.replace_range(place.range(), &hidden);
        }
        Cow::Owned(Self::new(files))
    }

    /// A file by its path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        let at = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        u32::try_from(at).ok().map(FileId)
    }

    /// The path of a place's file.
    pub fn path(&self, place: Place) -> &str {
        &self.file(place.file).path
    }

    /// The text at a place.
    pub fn text(&self, place: Place) -> &str {
        self.file(place.file).text.get(place.range()).unwrap_or_default()
    }

    /// Where a place begins.
    ///
    /// # Panics
    ///
    /// When the place is in another set of files.
    pub fn position(&self, place: Place) -> Position {
        let text = &self.file(place.file).text;
        let lines = self.lines[place.file.0 as usize].get_or_init(|| Lines::of(text));
        lines.position(text, place.start)
    }
}

/// The folder of a path, empty for a file at the top.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path relative to a folder, with `.` and `..` worked out; `None` where it leaves the repository.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        for (text, at, expected) in [
            ("", 0, (1, 1)),
            ("ab\nc", 0, (1, 1)),
            ("ab\nc", 2, (1, 3)),
            ("ab\nc", 3, (2, 1)),
            ("ab\nc", 4, (2, 2)),
            ("ab\r\né𝒳c\n", 10, (2, 3)),
            ("ab\r\né𝒳c\n", 12, (3, 1)),
        ] {
            let sources = Sources::new(vec![SourceFile { path: "main.tf".to_owned(), text: text.to_owned() }]);
            let Position { line, column } = sources.position(Place::new(FileId(0), at..at));
            assert_eq!((line, column), expected, "{text:?} at {at}");
        }
    }
}
