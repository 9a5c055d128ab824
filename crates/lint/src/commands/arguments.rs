//! A command's name, options and parameters.

use std::collections::BTreeMap;

use super::Value;
use super::cursor::Cursor;
use crate::source::{Piece, Place, Text};

/// Words before a command that run it.
const BEFORE: &[&str] = &["sudo", "exec", "command", "time", "env", "nohup", "!", "&", "call", "@az", "eval"];

/// A command as it is called.
pub(super) struct Call<'w> {
    /// The file that it is in.
    pub(super) cursor: Cursor<'w>,
    /// From its name to its last argument.
    pub(super) place: Place,
    name: String,
    /// From its name on.
    words: &'w [Value],
    /// What is piped into it.
    pub(super) input: Option<&'w Value>,
    files: &'w BTreeMap<String, Value>,
}

impl<'w> Call<'w> {
    pub(super) fn new(
        cursor: Cursor<'w>,
        place: Place,
        words: &'w [Value],
        input: Option<&'w Value>,
        files: &'w BTreeMap<String, Value>,
    ) -> Option<Self> {
        let skipped = |word: &&Value| word.known().is_some_and(|word| BEFORE.contains(&word) || is_setting(word));
        let before = words.iter().take_while(skipped).count();
        let words = words.get(before..)?;
        let first = words.first()?;
        let name = base_name(first.known()?);
        // A name that is a variable's value stands elsewhere.
        let within = (place.start..place.end).contains(&first.text.place.start);
        let place = if within { Place { start: first.text.place.start, ..place } } else { place };
        Some(Self { cursor, place, name, words, input, files })
    }

    /// The program without folder and extension, in lower case.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn arguments(&self) -> &'w [Value] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Whether the first arguments are these words.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        let arguments = self.arguments();
        arguments.len() >= words.len() && arguments.iter().zip(words).all(|(argument, word)| argument.is(word))
    }

    /// The value of an option in the form of GNU: `--name value`, `--name=value`, `-n value`.
    pub(super) fn option(&self, names: &[&str]) -> Option<Value> {
        self.options(names).into_iter().next()
    }

    /// Every value of an option.
    pub(super) fn options(&self, names: &[&str]) -> Vec<Value> {
        let mut found = Vec::new();
        let mut arguments = self.arguments().iter();
        while let Some(argument) = arguments.next() {
            let word = beginning(argument);
            if names.contains(&word.as_str()) && argument.known().is_some() {
                found.extend(arguments.next().cloned());
            } else if let Some(value) = names.iter().find_map(|name| attached(argument, name)) {
                found.push(value);
            }
        }
        found
    }

    /// The arguments that follow an option, up to the next one.
    pub(super) fn list(&self, names: &[&str]) -> Vec<Value> {
        let named = |word: &Value| word.known().is_some_and(|word| names.contains(&word));
        let after = self.arguments().iter().skip_while(|word| !named(word)).skip(1);
        let found: Vec<Value> =
            after.take_while(|word| !word.known().is_some_and(|word| word.starts_with('-'))).cloned().collect();
        if found.is_empty() { self.option(names).into_iter().collect() } else { found }
    }

    /// Whether a switch is set.
    pub(super) fn flag(&self, names: &[&str]) -> bool {
        self.arguments().iter().any(|word| word.known().is_some_and(|word| names.contains(&word)))
    }

    /// The value of a parameter of PowerShell, by its name without the dash, or by a beginning of it of `enough` letters.
    pub(super) fn parameter(&self, name: &str, enough: usize) -> Option<Value> {
        let arguments = self.arguments();
        let named = arguments.iter().enumerate().find_map(|(at, word)| {
            let written = beginning(word);
            let (given, value) = written.split_once(':').map_or((written.as_str(), None), |(n, v)| (n, Some(v)));
            if !abbreviates(given.strip_prefix('-')?, name, enough) {
                return None;
            }
            match value {
                Some(value) if !value.is_empty() || word.known().is_none() => attached_after(word, given.len() + 1),
                _ => arguments.get(at + 1).cloned(),
            }
        });
        let splatted = || self.splatted().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        named.or_else(|| splatted().cloned())
    }

    /// Whether a switch of PowerShell is set, here or in a splatted table.
    pub(super) fn switch(&self, name: &str, enough: usize) -> bool {
        let given = |word: &Value| {
            word.known().and_then(|word| word.strip_prefix('-')).is_some_and(|word| {
                let (word, off) = word.split_once(':').unwrap_or((word, ""));
                abbreviates(word, name, enough) && !off.eq_ignore_ascii_case("$false")
            })
        };
        let splatted = self.splatted().any(|(field, value)| field.eq_ignore_ascii_case(name) && !value.is("$false"));
        self.arguments().iter().any(given) || splatted
    }

    fn splatted(&self) -> impl Iterator<Item = &'w (String, Value)> {
        self.arguments().iter().flat_map(|word| &word.fields)
    }

    /// Whether parameters come from a table that is made elsewhere.
    pub(super) fn is_splatted_from_elsewhere(&self) -> bool {
        let splat = |word: &Value| word.text.symbol().is_some_and(|symbol| symbol.starts_with('@'));
        self.arguments().iter().any(|word| splat(word) && word.fields.is_empty())
    }

    /// The text that a value is, or that the file `@path` holds.
    pub(super) fn content(&self, value: Value) -> Option<Value> {
        let is_file = beginning(&value).starts_with('@');
        if !is_file {
            return Some(value);
        }
        let path = attached_after(&value, 1)?;
        if path.is("-") { self.input.cloned() } else { self.files.get(&path.text.to_string()).cloned() }
    }
}

/// `NAME=value` before a command.
fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with('-')
    })
}

fn base_name(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word).to_ascii_lowercase();
    let name = name.trim_start_matches('@');
    [".exe", ".cmd", ".bat"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
}

/// What a value begins with, up to the first piece that is not known.
pub(super) fn beginning(value: &Value) -> String {
    match value.text.pieces().into_iter().next() {
        Some(Piece::Literal(text)) => text,
        _ => String::new(),
    }
}

/// The value of `--name=value`; of `-nvalue` where the name is one letter.
fn attached(word: &Value, name: &str) -> Option<Value> {
    let rest = beginning(word);
    let rest = rest.strip_prefix(name)?;
    if rest.starts_with('=') {
        return attached_after(word, name.len() + 1);
    }
    let short = name.len() == 2 && !name.ends_with('-') && !rest.is_empty();
    if short { attached_after(word, name.len()) } else { None }
}

/// A value without its first `count` bytes, which are known.
pub(super) fn attached_after(word: &Value, count: usize) -> Option<Value> {
    let mut pieces = word.text.pieces();
    if let Some(Piece::Literal(text)) = pieces.first_mut() {
        *text = text.get(count..)?.to_owned();
    }
    Some(Value { text: Text::of(pieces, word.text.place), ..word.clone() })
}

fn abbreviates(given: &str, name: &str, enough: usize) -> bool {
    given.len() >= enough.min(name.len())
        && name.get(..given.len()).is_some_and(|name| name.eq_ignore_ascii_case(given))
}
