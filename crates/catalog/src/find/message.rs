//! Where a message begins and ends, and the ids and times that stand behind it.

use super::Fields;
use super::escape::FIELD_END;
use super::prefix::iso_time;

/// The longest message, in bytes.
const MAX_MESSAGE: usize = 2_000;

/// How far behind a message its ids are looked for, in bytes.
const MAX_DATA: usize = 2_500;

/// The names before ids and times.
const LABELS: [&str; 4] = ["trace id", "correlation id", "request id", "timestamp"];

/// Marks of other programs that end a message.
const ENDS: [&str; 9] =
    ["</", ",Source=", "''Type=", " ---> ", " --- ", "{\"", "Content: {", " Status: Response", "Original exception"];

/// A message and what stands behind it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reading<'t> {
    /// The sentences, without code, ids and times.
    pub(super) message: &'t str,
    /// What follows, up to the next message.
    pub(super) data: &'t str,
}

/// Reads the text that follows a code; `opener` is the character directly before the code.
pub(super) fn after_code(text: &str, opener: Option<char>) -> Reading<'_> {
    match start(text) {
        Some(start) => sentences(text, start, opener),
        None => Reading { message: "", data: text.get(..data_end(text, 0)).unwrap_or_default() },
    }
}

/// Reads a message that begins with its first word.
pub(super) fn sentences(text: &str, start: usize, opener: Option<char>) -> Reading<'_> {
    let body = text.get(start..).unwrap_or_default();
    let end = end(body, opener);
    let data = body.get(end..).unwrap_or_default();
    let nested = usize::from(is_code(data)) * "AADSTS".len();
    Reading {
        message: body.get(..end).unwrap_or_default().trim().trim_end_matches(" -"),
        data: data.get(..data_end(data, nested)).unwrap_or_default(),
    }
}

/// Where the message begins behind a code, if one does.
fn start(text: &str) -> Option<usize> {
    let closed = text.trim_start_matches(['\'', '"', ')', ']', '`']);
    let rest = closed.trim_start();
    if let Some(message) = rest.strip_prefix(':').or_else(|| rest.strip_prefix("- ")) {
        let message = message.trim_start();
        return Some(text.len() - message.strip_prefix('"').unwrap_or(message).len());
    }
    let sentence = closed.len() == text.len() && rest.len() < closed.len() && rest.starts_with(char::is_uppercase);
    sentence.then(|| text.len() - rest.len())
}

/// Where the message ends.
fn end(text: &str, opener: Option<char>) -> usize {
    let mut quotes = Quotes { opener, before: ' ', single: false, double: false };
    for (index, char) in text.char_indices() {
        let rest = text.get(index..).unwrap_or_default();
        let ends = match char {
            '\n' | FIELD_END => true,
            '"' | '\'' | '`' => quotes.close(char, rest),
            '<' | ',' | ' ' | '{' | 'C' | 'O' => {
                ENDS.iter().any(|mark| rest.starts_with(mark)) || is_frame_in_line(rest)
            }
            'A' => index > 0 && is_code(rest),
            'T' | 't' | 'R' | 'r' | 'c' => !quotes.before.is_alphanumeric() && starts_with_label(rest),
            _ => false,
        };
        let label = char == 'C' && !quotes.before.is_alphanumeric() && starts_with_label(rest);
        if ends || label || index >= MAX_MESSAGE {
            return index;
        }
        quotes.before = char;
    }
    text.len()
}

/// Which quotations are open.
#[derive(Debug)]
struct Quotes {
    opener: Option<char>,
    before: char,
    single: bool,
    double: bool,
}

impl Quotes {
    /// Takes a quote; true if it closes the message itself.
    fn close(&mut self, quote: char, rest: &str) -> bool {
        let after = rest.chars().nth(1);
        let word_follows = after.is_some_and(char::is_alphanumeric);
        let opens =
            matches!(self.before, ' ' | '(' | ':' | '=' | '[' | ',') && after.is_some_and(|char| !char.is_whitespace());
        let structural = matches!(after, None | Some(',' | '}' | ']' | '\n'));
        match quote {
            '`' => self.opener == Some('`'),
            '"' if self.double => {
                self.double = false;
                false
            }
            '"' => {
                self.double = opens && word_follows;
                !self.double
            }
            _ if self.single => {
                self.single = word_follows;
                false
            }
            _ if opens && !(structural && self.opener == Some('\'')) => {
                self.single = true;
                false
            }
            _ => !word_follows && (self.opener == Some('\'') || structural || rest.starts_with("'Content")),
        }
    }
}

/// `AADSTS` with digits.
pub(super) fn is_code(text: &str) -> bool {
    text.strip_prefix("AADSTS").is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
}

/// Where the next message begins, leaving out so many bytes at the start.
fn data_end(text: &str, skip: usize) -> usize {
    let limit = text.floor_char_boundary(MAX_DATA);
    let data = text.get(..limit).unwrap_or_default();
    let mut from = skip;
    while let Some(at) = data.get(from..).and_then(|rest| rest.find("AADSTS")).map(|at| at + from) {
        if is_code(data.get(at..).unwrap_or_default()) {
            return at;
        }
        from = at + 1;
    }
    limit
}

/// ` at Microsoft.Identity.Client.X(`, where line ends were lost.
fn is_frame_in_line(rest: &str) -> bool {
    rest.trim_start().strip_prefix("at ").is_some_and(is_call)
}

fn is_call(text: &str) -> bool {
    let name = text.split(['(', ' ']).next().unwrap_or_default();
    name.contains('.') && !name.contains('/') && text.get(name.len()..).is_some_and(|rest| rest.starts_with('('))
}

/// A line of a stack trace.
pub(super) fn is_stack_frame(text: &str) -> bool {
    let text = text.trim_start();
    text.strip_prefix("at ").is_some_and(|call| is_call(call) || call.contains('(') || call.contains("://"))
        || ["File \"", "Traceback ", "--- End of", "goroutine ", "--->"].iter().any(|start| text.starts_with(start))
}

/// `Trace ID:` and the like.
pub(super) fn starts_with_label(text: &str) -> bool {
    LABELS.iter().any(|label| label_value(text, label).is_some())
}

/// What follows a label and its colon.
fn label_value<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let head = text.get(..label.len()).filter(|head| head.eq_ignore_ascii_case(label))?;
    text.get(head.len()..)?.trim_start_matches([' ', '*', '_']).strip_prefix(':')
}

/// A label, or the first word of one that was cut.
pub(super) fn begins_label(text: &str) -> bool {
    starts_with_label(text) || ["Trace", "Correlation"].contains(&text)
}

/// `… Correlation`, when `ID:` is on the next line.
pub(super) fn ends_in_half_a_label(text: &str) -> bool {
    let last = text.rsplit([' ', '\n']).next().unwrap_or_default();
    let whole = ["Trace ID:", "Correlation ID:", "Timestamp:"].iter().any(|label| text.ends_with(label));
    whole || ["Trace", "Correlation"].contains(&last)
}

/// `8-4-4-4-12` hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Fills in the ids and times behind a message, from sentences and from JSON alike.
pub(super) fn read_data(data: &str, fields: &mut Fields) {
    let lower = data.to_ascii_lowercase();
    let either = |label: &str, key: &str| {
        let named = labelled(data, &lower, label).map(id);
        let member = keyed(data, &lower, key);
        let whole = [named, member].into_iter().flatten().find(|value| is_guid(value));
        whole.or(named).or(member).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    fields.trace_id = fields.trace_id.take().or_else(|| either("trace id", "trace_id"));
    fields.correlation_id = fields.correlation_id.take().or_else(|| either("correlation id", "correlation_id"));
    if fields.timestamp.is_none() {
        let named = labelled(data, &lower, "timestamp").map(time);
        fields.timestamp =
            named.or_else(|| keyed(data, &lower, "timestamp")).filter(|time| !time.is_empty()).map(str::to_owned);
    }
    let suberror = keyed(data, &lower, "suberror").filter(|value| !value.is_empty());
    fields.suberror = fields.suberror.take().or_else(|| suberror.map(str::to_owned));
}

/// What stands behind the first such label.
pub(super) fn labelled<'t>(text: &'t str, lower: &str, label: &str) -> Option<&'t str> {
    lower.match_indices(label).find_map(|(at, _)| {
        let alone = text.get(..at).is_some_and(|before| !before.ends_with(['_', '-', '"', '\'']));
        label_value(text.get(at..)?, label).filter(|_| alone)
    })
}

/// An id, however it was masked.
pub(super) fn id(text: &str) -> &str {
    let text = text.trim_start();
    match text.get(..36).filter(|guid| is_guid(guid)) {
        Some(guid) => guid,
        None => word(text).trim_end_matches(')'),
    }
}

/// A time with the blank inside it, however it was masked.
pub(super) fn time(text: &str) -> &str {
    let text = text.trim_start();
    if let Some(length) = iso_time(text) {
        return text.get(..length).unwrap_or_default();
    }
    let date = word(text);
    let clock =
        text.get(date.len()..).and_then(|rest| rest.strip_prefix(' ')).map(word).filter(|clock| clock.ends_with('Z'));
    text.get(..date.len() + clock.map_or(0, |clock| clock.len() + 1)).unwrap_or_default()
}

fn word(text: &str) -> &str {
    let end = text.find([' ', '\n', '"', '\'', ',', '<', FIELD_END, '\\', '`']).unwrap_or(text.len());
    text.get(..end.min(text.floor_char_boundary(80))).unwrap_or_default()
}

/// The value of a key, as JSON, Python and forms write it; the key in lower case.
pub(super) fn keyed<'t>(text: &'t str, lower: &str, key: &str) -> Option<&'t str> {
    lower.match_indices(key).find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let value = text.get(at + key.len()..)?;
        let quoted = before.filter(|char| matches!(char, '"' | '\''));
        let value = match quoted {
            Some(quote) => value.strip_prefix(quote)?,
            None if before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.')) => {
                return None;
            }
            None => value,
        };
        let value = value.trim_start_matches(' ');
        let value = value.strip_prefix(':').or_else(|| value.strip_prefix('='))?.trim_start_matches([' ', '\n']);
        Some(unquoted(value))
    })
}

/// A quoted value, or what comes before the next delimiter.
fn unquoted(value: &str) -> &str {
    let quoted = value.chars().next().filter(|char| matches!(char, '"' | '\''));
    match quoted {
        Some(quote) => value.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default(),
        None => value.split([',', '}', ']', ' ', '\n', FIELD_END]).next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_with_its_sentences() {
        for (text, opener, message) in [
            (": No record. Trace ID: x", None, "No record."),
            (": No record.\nTrace ID: x", None, "No record."),
            (
                ": No record for 'a b'. https://contoso.com/a Correlation ID: x",
                None,
                "No record for 'a b'. https://contoso.com/a",
            ),
            (": No record.\",\"error_codes\":[1]", None, "No record."),
            (": No \"quoted\" record\"", None, "No \"quoted\" record"),
            (": No 'a' record.', 'error_codes': [1]", None, "No 'a' record."),
            (": No 'a' record.' and more", Some('\''), "No 'a' record."),
            (": Don't know O'Brien's 'O'Brien' app.</psf:text>", None, "Don't know O'Brien's 'O'Brien' app."),
            (": No record.,Source=Microsoft,''Type=x", None, "No record."),
            (": No record. ---> System.Exception", None, "No record."),
            (": No record.   at Contoso.Client.Get(String url)", None, "No record."),
            (": Wrong credentials. AADSTS50012: Wrong secret.", None, "Wrong credentials."),
            (" - No record. - Trace ID: x", None, "No record."),
            (" Client assertion", None, "Client assertion"),
            ("\": \"No record\"", None, "No record"),
            (". To resolve this, assign it.", None, ""),
            (" when signing in", None, ""),
            ("` is met", Some('`'), ""),
        ] {
            assert_eq!(after_code(text, opener).message, message, "{text}");
        }
    }

    #[test]
    fn ids_are_read_from_sentences_and_objects() {
        let guid = "11111111-2222-3333-4444-555555550100";
        for data in [
            format!("Trace ID: {guid} Correlation ID: c Timestamp: 2026-02-03 10:15:02Z"),
            format!("Trace ID: {guid}Correlation ID: c\nTimestamp: 2026-02-03 10:15:02Z\""),
            format!(
                "Trace ID: *** Correlation ID: c\", \"trace_id\": \"{guid}\", \"timestamp\":\"2026-02-03 10:15:02Z\""
            ),
            format!("', 'timestamp': '2026-02-03 10:15:02Z', 'trace_id': '{guid}', 'correlation_id': 'c'"),
            format!("{FIELD_END}trace_id={guid}{FIELD_END}correlation_id=c{FIELD_END}timestamp=2026-02-03"),
        ] {
            let mut fields = Fields::default();
            read_data(&data, &mut fields);
            assert_eq!(fields.trace_id.as_deref(), Some(guid), "{data}");
            assert_eq!(fields.correlation_id.as_deref(), Some("c"), "{data}");
            assert!(fields.timestamp.is_some_and(|time| time.starts_with("2026-02-03")), "{data}");
        }
    }

    #[test]
    fn masked_ids_stay_as_they_are() {
        let mut fields = Fields::default();
        read_data("Trace ID: *** Correlation ID: [REDACTED] Timestamp: redacted:id redacted:id01Z\",", &mut fields);
        assert_eq!(fields.trace_id.as_deref(), Some("***"));
        assert_eq!(fields.correlation_id.as_deref(), Some("[REDACTED]"));
        assert_eq!(fields.timestamp.as_deref(), Some("redacted:id redacted:id01Z"));
    }
}
