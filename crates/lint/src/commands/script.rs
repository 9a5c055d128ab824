//! What is known at one moment of a script.

use std::collections::BTreeMap;

use super::arguments::Call;
use super::cursor::Cursor;
use super::{Command, Kind, azure_cli, cmdlets, http};
use crate::source::{Place, Text, Why};

/// A value of a script: its text, and the command that it came from.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// The text.
    pub(crate) text: Text,
    /// The command that printed it, by its position in the script.
    pub(crate) from: Option<usize>,
    /// The entries of a hash table.
    pub(crate) fields: Vec<(String, Self)>,
}

impl Value {
    pub(super) fn of(text: Text) -> Self {
        Self { text, from: None, fields: Vec::new() }
    }

    pub(super) fn at(self, place: Place) -> Self {
        Self { text: self.text.at(place), ..self }
    }

    pub(super) fn known(&self) -> Option<&str> {
        self.text.known()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.known() == Some(text)
    }
}

/// Commands that print what they are given, or a part of it.
const PASSING: &[&str] = &[
    "echo",
    "printf",
    "cat",
    "jq",
    "yq",
    "tr",
    "cut",
    "sed",
    "awk",
    "grep",
    "head",
    "tail",
    "xargs",
    "tee",
    "python",
    "python3",
    "node",
    "convertfrom-json",
    "select-object",
    "write-output",
    "convertto-securestring",
    "get-content",
    "out-string",
    "gc",
    "type",
    "foreach-object",
    "select",
    "%",
    "convertto-json",
    "convertfrom-securestring",
];

/// Of these, the ones whose arguments are what they print.
const PRINTING: &[&str] = &["echo", "printf", "write-output", "convertto-securestring"];

/// Of these, the ones that print files.
const READING: &[&str] = &["cat", "get-content", "gc", "type", "<"];

/// What has been found and what has a value.
pub(super) struct Script<'t> {
    cursor: Cursor<'t>,
    pub(super) commands: Vec<Command>,
    variables: BTreeMap<String, Value>,
    files: BTreeMap<String, Value>,
    functions: BTreeMap<String, Option<usize>>,
    /// How many loops are open.
    pub(super) loops: usize,
}

impl<'t> Script<'t> {
    pub(super) fn new(cursor: Cursor<'t>) -> Self {
        Self {
            cursor,
            commands: Vec::new(),
            variables: BTreeMap::new(),
            files: BTreeMap::new(),
            functions: BTreeMap::new(),
            loops: 0,
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    /// Notes that a variable receives a value.
    pub(super) fn receive(&mut self, name: &str, value: &Value) {
        if let Some(command) = value.from.and_then(|from| self.commands.get_mut(from)) {
            command.receiver.get_or_insert_with(|| name.to_owned());
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.receive(name, &value);
        self.variables.insert(name.to_owned(), value);
    }

    pub(super) fn write_file(&mut self, path: &Text, value: Value) {
        self.files.insert(path.to_string(), value);
    }

    pub(super) fn file(&self, path: &Text) -> Option<&Value> {
        self.files.get(&path.to_string())
    }

    /// From here on, `name` prints what the last command since `start` prints.
    pub(super) fn define(&mut self, name: &str, start: usize) {
        let last = self.commands.len().checked_sub(1).filter(|last| *last >= start);
        self.functions.insert(name.to_owned(), last);
    }

    /// Takes a command in; gives what it prints, as far as that matters.
    pub(super) fn run(&mut self, words: &[Value], place: Place, input: Option<Value>) -> Option<Value> {
        let call = Call::new(self.cursor, place, words, input.as_ref(), &self.files)?;
        let place = call.place;
        if let Some(kind) = recognise(&call) {
            let printed = Value {
                from: Some(self.commands.len()),
                ..Value::of(Text::unknown(call.name(), Why::Expression, place))
            };
            self.commands.push(Command { place, receiver: None, repeated: self.loops > 0, kind });
            return Some(printed);
        }
        let name = call.name();
        if let Some(from) = self.functions.get(name) {
            let text = Text::unknown(name, Why::Expression, place);
            return Some(Value { from: *from, ..Value::of(text) });
        }
        self.passed(&call).or(if PASSING.contains(&name) { input } else { None })
    }

    /// What a command prints that passes on its arguments, or a file.
    fn passed(&self, call: &Call<'_>) -> Option<Value> {
        let arguments = call.arguments();
        if PRINTING.contains(&call.name()) {
            return arguments.iter().find(|word| word.from.is_some()).or(plain(arguments)).cloned();
        }
        if READING.contains(&call.name()) {
            return arguments.iter().find_map(|path| self.file(&path.text)).cloned();
        }
        if PASSING.contains(&call.name()) {
            return arguments.iter().skip(1).find_map(|path| self.file(&path.text)).cloned();
        }
        None
    }
}

/// The one argument that is no option.
fn plain(arguments: &[Value]) -> Option<&Value> {
    let mut plain = arguments.iter().filter(|word| !word.known().is_some_and(|word| word.starts_with('-')));
    let first = plain.next()?;
    plain.next().is_none().then_some(first)
}

fn recognise(call: &Call<'_>) -> Option<Kind> {
    match call.name() {
        "az" => azure_cli::read(call),
        "azd" => azure_cli::read_developer(call),
        "curl" | "wget" | "http" | "https" | "xh" | "xhs" => http::read(call),
        _ => cmdlets::read(call),
    }
}
