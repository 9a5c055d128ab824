//! JSON documents inside a text: found, measured and parsed without ever recursing too deep.

use std::fmt;
use std::ops::Range;

use serde_json::Value;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;

/// The most values that one document may hold; each takes some 100 bytes once it is parsed.
const MAX_VALUES: usize = 4_000_000;

/// How many documents one text may hold.
const MAX_DOCUMENTS: usize = 1_000;

/// How many places that only look like a document are tried before the search ends.
const MAX_MISTAKES: usize = 16;

/// A document and where it stands in the text.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its content.
    pub(crate) value: Value,
    /// Where it stands, in bytes of the text.
    pub(crate) at: Range<usize>,
}

/// Why the text, which begins like a JSON document, could not be read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// More values than [`MAX_VALUES`].
    TooMany,
    /// The text ends inside of it.
    CutOff {
        /// Counted from 1 and from the document's beginning.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Something in it is not JSON.
    Broken {
        /// Counted from 1 and from the document's beginning.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => write!(f, "JSON nested deeper than {MAX_DEPTH} levels"),
            Self::TooMany => write!(f, "JSON of more than {MAX_VALUES} values: split it first"),
            Self::CutOff { line, column } => {
                write!(f, "the JSON document is cut off at line {line}, column {column}: give the whole of it")
            }
            Self::Broken { line, column } => write!(f, "not valid JSON from line {line}, column {column} on"),
        }
    }
}

/// Finds every document that begins a line, and the fault of one that begins the text.
pub(crate) fn documents(text: &str) -> (Vec<Document>, Option<Fault>) {
    let mut found = Vec::new();
    let mut fault = None;
    let mut mistakes = 0;
    let mut position = skip_blanks(text, 0);
    while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
        if found.len() == MAX_DOCUMENTS || mistakes == MAX_MISTAKES {
            break;
        }
        position = if !begins_document(rest) {
            next_line(text, position)
        } else {
            match parse_prefix(rest) {
                Ok((value, length)) => {
                    found.push(Document { value, at: position..position + length });
                    next_document(text, position + length)
                }
                Err(error) => {
                    if position == skip_blanks(text, 0) {
                        fault = Some(error);
                    }
                    mistakes += 1;
                    next_line(text, position)
                }
            }
        };
    }
    (found, fault)
}

/// Whether a document begins near the top of a text and goes on beyond its end, as a long list after a warning does.
pub(crate) fn is_unfinished(head: &str) -> bool {
    let mut position = skip_blanks(head, 0);
    for _ in 0..MAX_MISTAKES {
        let rest = head.get(position..).unwrap_or_default();
        let parsed = if begins_document(rest) { parse_prefix(rest).map(|_| ()) } else { Ok(()) };
        if matches!(parsed, Err(Fault::CutOff { .. })) {
            return true;
        }
        position = next_line(head, position);
    }
    false
}

/// Parses a text that is one document and nothing else.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match parse_prefix(trimmed) {
        Ok((value, length)) if length == trimmed.len() => Some(value),
        _ => None,
    }
}

/// Whether a text begins as an object or an array of objects, arrays or strings does.
///
/// Log lines in brackets, such as `[12:00:01]` or `[command]`, do not.
pub(crate) fn begins_document(text: &str) -> bool {
    let mut bytes = text.trim_start().bytes();
    let first = bytes.next();
    let second = bytes.find(|byte| !byte.is_ascii_whitespace());
    match (first, second) {
        (Some(b'{'), Some(byte)) => matches!(byte, b'"' | b'}'),
        (Some(b'['), Some(byte)) => matches!(byte, b'{' | b'[' | b'"' | b']'),
        _ => false,
    }
}

/// The value at the start of a text, and how many bytes it takes.
fn parse_prefix(text: &str) -> Result<(Value, usize), Fault> {
    measure(text)?;
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match stream.next() {
        Some(Ok(value)) => Ok((value, stream.byte_offset())),
        Some(Err(error)) => Err(fault(&error)),
        None => Err(Fault::CutOff { line: 1, column: 1 }),
    }
}

/// What the parser said, as far as it matters to the reader.
fn fault(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    // The parser has no other way to tell this error from a syntax error.
    if error.to_string().starts_with("recursion limit exceeded") {
        Fault::TooDeep
    } else if error.is_eof() {
        Fault::CutOff { line, column }
    } else {
        Fault::Broken { line, column }
    }
}

/// Refuses a first document that would take too much memory or stack once it is parsed.
fn measure(text: &str) -> Result<(), Fault> {
    let (mut depth, mut values) = (0_usize, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => (depth, values) = (depth + 1, values + 1),
            b',' => values += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        if values > MAX_VALUES {
            return Err(Fault::TooMany);
        }
        if depth == 0 && matches!(byte, b'}' | b']') {
            break;
        }
    }
    Ok(())
}

/// The first position from there on that holds no blank.
fn skip_blanks(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    text.len() - rest.trim_start().len()
}

/// What follows a document; decoders print the parts of a token with a dot between them.
fn next_document(text: &str, from: usize) -> usize {
    let from = skip_blanks(text, from);
    let dot = text.get(from..).is_some_and(|rest| rest.strip_prefix('.').is_some_and(begins_document));
    if dot { skip_blanks(text, from + 1) } else { from }
}

/// Where the next line begins.
fn next_line(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    match rest.find('\n') {
        Some(end) => skip_blanks(text, from + end + 1),
        None => text.len(),
    }
}

/// A string that is not empty, at a path of keys.
pub(crate) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    member(value, path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The same, copied.
pub(crate) fn owned(value: &Value, path: &[&str]) -> Option<String> {
    text(value, path).map(str::to_owned)
}

/// A value that is not null, at a path of keys.
pub(crate) fn member<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// A string or number at a path of keys, as text.
pub(crate) fn scalar(value: &Value, path: &[&str]) -> Option<String> {
    match member(value, path)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether an object has all of these keys, whatever their values.
pub(crate) fn has(value: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| value.get(key).is_some())
}

/// The entries of a list, page, several pages or batch; a single object is its own only entry.
pub(crate) fn entries(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(pages) if !pages.is_empty() && pages.iter().all(|page| inner_list(page).is_some()) => {
            pages.iter().filter_map(inner_list).flatten().collect()
        }
        Value::Array(list) => list.iter().collect(),
        _ => inner_list(value).map_or_else(|| vec![value], |list| list.iter().collect()),
    }
}

/// The list in a page of an API, a batch of an export or a template.
fn inner_list(page: &Value) -> Option<&Vec<Value>> {
    ["value", "records", "resources"].iter().find_map(|key| page.get(key)?.as_array())
}

/// Whether a page says that another one follows.
pub(crate) fn more_follows(value: &Value) -> bool {
    ["@odata.nextLink", "nextLink", "continuationUri", "continuationToken"]
        .iter()
        .any(|key| text(value, &[key]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(text: &str) -> Option<Fault> {
        documents(text).1
    }

    #[test]
    fn documents_are_found_between_other_lines() {
        let text = "WARNING: preview\n{\"a\":1}\nmiddle\n  [ {\"b\":2} ]\nend";
        let (found, fault) = documents(text);
        let spans: Vec<_> = found.iter().map(|document| text.get(document.at.clone()).unwrap()).collect();
        assert_eq!(spans, ["{\"a\":1}", "[ {\"b\":2} ]"]);
        assert_eq!(fault, None);
    }

    #[test]
    fn log_lines_in_brackets_are_no_documents() {
        for line in ["[12:00:01] started", "[command]/usr/bin/az", "{0} of {1}", "[QUERY] why", "{", ""] {
            assert!(!begins_document(line), "{line}");
        }
        assert!(begins_document(" [\n {}]"));
    }

    #[test]
    fn a_cut_off_document_says_where() {
        assert_eq!(fault_of("{\"a\":\n [1, 2"), Some(Fault::CutOff { line: 2, column: 6 }));
        assert_eq!(fault_of("{\"a\" 1}"), Some(Fault::Broken { line: 1, column: 6 }));
    }

    #[test]
    fn a_list_that_goes_on_is_told_from_a_log() {
        assert!(is_unfinished("WARNING: in preview\n[\n {\"a\": 1},\n {\"a\""));
        assert!(!is_unfinished("started\n{\"level\": \"info\"}\n[12:00] and so on"));
        assert!(!is_unfinished("a log\n"));
    }

    #[test]
    fn deep_nesting_is_refused_without_a_stack_overflow() {
        assert_eq!(fault_of(&"[".repeat(1_000_000)), Some(Fault::TooDeep));
        assert_eq!(fault_of(&format!("{}{}", "[".repeat(127), "]".repeat(127))), None);
        assert_eq!(fault_of(&format!("{}{}", "[".repeat(128), "]".repeat(128))), Some(Fault::TooDeep));
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        let text = format!(r#"{{"a":"\"{}"}}"#, "[{,".repeat(1_000));
        assert!(parse(&text).is_some());
    }

    #[test]
    fn a_document_of_too_many_values_is_refused() {
        let text = format!("[[{}", "0,".repeat(MAX_VALUES));
        assert_eq!(fault_of(&text), Some(Fault::TooMany));
    }

    #[test]
    fn many_unclosed_documents_take_linear_time() {
        assert!(documents(&"{\"a\":[\n".repeat(200_000)).0.is_empty());
    }
}
