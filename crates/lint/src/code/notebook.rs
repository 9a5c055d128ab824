//! Notebooks: their cells in order, Python and shell, with places in the file as it is stored.

use super::{Language, Span, read_with};
use crate::commands::{self, Dialect};
use crate::facts;
use crate::source::{FileId, Node, Place, json};

/// Cells that are scripts, by their first line.
const SCRIPTS: &[&str] = &["%%bash", "%%sh", "%%script bash", "%%script sh"];

/// Cells that are Python all the same.
const MEASURED: &[&str] = &["%%time", "%%timeit", "%%capture", "%%configure"];

/// Reads a notebook.
pub(crate) fn read_notebook(file: FileId, text: &str, facts: &mut facts::Facts) {
    let document = match json::read(file, text) {
        Ok(document) => document,
        Err(error) => return facts.fault(error),
    };
    if !is_python(&document) {
        return;
    }
    let (mut python, mut shell) = (Decoded::default(), Decoded::default());
    for cell in document.get("cells").map(Node::items).unwrap_or_default() {
        if cell.known_at(&["cell_type"]) == Some("code") {
            let cell = decoded(cell, text);
            cell.share(&mut python, &mut shell);
        }
    }
    if super::wants(Language::Python, python.text.as_bytes()) {
        let place = |span: Span| python.place(file, span.start, span.end);
        read_with(Language::Python, &python.text, &place, facts);
    }
    let found = commands::scan(Dialect::Shell, file, &shell.text, 0..shell.text.len());
    let place = |place: Place| shell.place(file, place.range().start, place.range().end);
    commands::keep_moved(found, &place, facts);
}

/// Whether the kernel is one of Python, as it is where nothing is said.
fn is_python(document: &Node) -> bool {
    let paths: [&[&str]; 2] = [&["metadata", "language_info", "name"], &["metadata", "kernelspec", "language"]];
    let named = paths.iter().find_map(|path| document.known_at(path));
    named.is_none_or(|name| name.to_ascii_lowercase().contains("python"))
}

/// A text without its escapes, with the place of each byte.
#[derive(Default)]
struct Decoded {
    text: String,
    places: Vec<usize>,
}

/// The source of a cell.
fn decoded(cell: &Node, text: &str) -> Decoded {
    let mut found = Decoded::default();
    for line in cell.get("source").map(Node::one_or_many).unwrap_or_default() {
        let range = line.place.range();
        let written = text.get(range.clone()).unwrap_or_default();
        let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
        found.extend(inside, range.start + 1);
    }
    found
}

impl Decoded {
    fn push(&mut self, character: char, at: usize) {
        self.text.push(character);
        self.places.extend(std::iter::repeat_n(at, character.len_utf8()));
    }

    /// Adds a JSON string that begins at an offset of the file.
    fn extend(&mut self, written: &str, start: usize) {
        let mut characters = written.char_indices();
        while let Some((at, character)) = characters.next() {
            if character != '\\' {
                self.push(character, start + at);
                continue;
            }
            let character = match characters.next().map(|(_, escaped)| escaped) {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('u') => {
                    let digits: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
                    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or(' ')
                }
                Some(other) => other,
                None => return,
            };
            self.push(character, start + at);
        }
    }

    /// Puts each line where it belongs; what is not Python is blanked out there.
    fn share(&self, python: &mut Self, shell: &mut Self) {
        let first = self.text.lines().next().unwrap_or_default().trim();
        if SCRIPTS.iter().any(|script| first.starts_with(script)) {
            let body = self.text.find('\n').map_or(self.text.len(), |at| at + 1);
            shell.append(self, body, self.text.len());
            return;
        }
        if first.starts_with("%%") && !MEASURED.iter().any(|magic| first.starts_with(magic)) {
            return;
        }
        let mut position = 0;
        for line in self.text.split_inclusive('\n') {
            self.share_line(line, position, python, shell);
            position += line.len();
        }
        python.push('\n', self.places.last().copied().unwrap_or(0));
    }

    fn share_line(&self, line: &str, position: usize, python: &mut Self, shell: &mut Self) {
        let start = position + line.len() - line.trim_start().len();
        let end = position + line.len();
        let trimmed = line.trim_start();
        if trimmed.starts_with('!') {
            shell.append(self, start + 1, end);
        } else if let Some(bang) = line.find("= !") {
            // `token = !az account get-access-token` is an assignment of Python.
            let command = position + bang + 3;
            shell.append(self, command, end);
            python.append_line(self, position, position + bang + 2);
            let gives = line.contains("get-access-token");
            let at = self.places.get(command).copied().unwrap_or(0);
            let value = if gives { "az_access_token()\n" } else { "None\n" };
            value.chars().for_each(|character| python.push(character, at));
        } else if !trimmed.starts_with('%') {
            python.append_line(self, position, end);
        }
    }

    fn append_line(&mut self, other: &Self, start: usize, end: usize) {
        self.text.push_str(other.text.get(start..end).unwrap_or_default());
        self.places.extend_from_slice(other.places.get(start..end).unwrap_or_default());
    }

    /// Adds lines, and ends the last one.
    fn append(&mut self, other: &Self, start: usize, end: usize) {
        self.append_line(other, start, end);
        self.push('\n', other.places.last().copied().unwrap_or(0));
    }

    /// Where in the file a stretch of the text is.
    fn place(&self, file: FileId, start: usize, end: usize) -> Place {
        let first = self.places.get(start).or(self.places.last()).copied().unwrap_or(0);
        let last = end.checked_sub(1).and_then(|last| self.places.get(last)).copied().unwrap_or(first);
        Place::new(file, first..last.max(first) + 1)
    }
}
