//! Power BI's error envelope.
//!
//! ```json
//! {"error": {"code": "DMTS_…", "pbi.error": {"code": "DMTS_…", "parameters": {},
//!  "details": [{"code": "Server", "detail": {"type": 1, "value": "…"}}], "exceptionCulprit": 1}}}
//! ```
//!
//! It comes alone, inside of prose, and with its quotes doubled or escaped. What came
//! from the customer is wrapped in `<ccon>` marks.

use fedlens_catalog::Failure;
use memchr::memmem;
use serde_json::Value;

use crate::{failure, json};

/// What an envelope has and nothing else does.
const MARK: &[u8] = b"pbi.error";

/// How far after the mark its code may stand, in bytes.
const REACH: usize = 200;

/// How many codes are kept from one text.
const MAX_CODES: usize = 200;

/// The failures of an envelope, or `None` for other JSON.
pub(crate) fn read(value: &Value) -> Option<Vec<Failure>> {
    let error = value.get("error")?;
    let inner = error.get("pbi.error")?;
    let message = message(inner).or_else(|| json::owned(error, &["message"])).unwrap_or_default();
    let mut failures = failure::in_field(&message);
    for code in [inner, error].into_iter().filter_map(|part| json::scalar(part, &["code"])) {
        if !failures.iter().any(|failure| failure.code.as_str() == code) {
            failures.extend(failure::code(&code).map(|code| failure::named(code, &message)));
        }
    }
    Some(failures)
}

/// The details in the order given: `Server: …; Database: …`.
fn message(inner: &Value) -> Option<String> {
    let details: Vec<String> = inner.get("details")?.as_array()?.iter().take(50).filter_map(detail).collect();
    (!details.is_empty()).then(|| failure::without_marks(&details.join("; ")))
}

/// One detail, without the prefix that all of them share.
fn detail(detail: &Value) -> Option<String> {
    let name = json::text(detail, &["code"])?;
    let value = json::scalar(detail, &["detail", "value"])?;
    Some(format!("{}: {value}", name.trim_start_matches("DM_ErrorDetailNameCode_")))
}

/// The failures of envelopes inside a text, however often they were escaped.
pub(crate) fn in_text(text: &str) -> Vec<Failure> {
    let mut scanner = Scanner::default();
    scanner.push(text.as_bytes());
    scanner.finish()
}

/// Finds the codes of envelopes in a stream, in constant memory.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    /// The end of what was read, as far as a mark or its reach may stand in it.
    kept: Vec<u8>,
    /// Where `kept` begins in the stream.
    at: usize,
    /// How many lines ended before `kept`.
    line: usize,
    failures: Vec<Failure>,
}

impl Scanner {
    /// Takes the next chunk.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.kept.extend_from_slice(chunk);
        self.scan(false);
    }

    /// The failures, each once.
    pub(crate) fn finish(mut self) -> Vec<Failure> {
        self.scan(true);
        self.failures
    }

    /// Reads every mark whose reach is complete, and keeps what may be the beginning of another.
    fn scan(&mut self, last: bool) {
        let mut position = 0;
        while let Some(mark) = memmem::find(self.kept.get(position..).unwrap_or_default(), MARK) {
            let start = position + mark;
            if !last && start + MARK.len() + REACH > self.kept.len() {
                return self.forget(start);
            }
            self.take(start);
            position = start + MARK.len();
        }
        let keep = if last { 0 } else { MARK.len() - 1 };
        self.forget(position.max(self.kept.len().saturating_sub(keep)));
    }

    /// The code after the mark at that place of `kept`.
    fn take(&mut self, start: usize) {
        let after = self.kept.get(start + MARK.len()..).unwrap_or_default();
        let Some(code) = code_after(after.get(..REACH).unwrap_or(after)) else { return };
        if let Some(known) = self.failures.iter_mut().find(|failure| failure.code.as_str() == code) {
            known.mentions += 1;
        } else if self.failures.len() < MAX_CODES
            && let Some(code) = failure::code(&code)
        {
            let mut failure = failure::named(code, "");
            failure.at = self.at + start..self.at + start + MARK.len();
            failure.line = 1 + self.line + newlines(self.kept.get(..start).unwrap_or_default());
            self.failures.push(failure);
        }
    }

    /// Drops what can no longer matter.
    fn forget(&mut self, until: usize) {
        self.line += newlines(self.kept.get(..until).unwrap_or_default());
        self.at += until;
        self.kept.drain(..until);
    }
}

fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// The value of the first `code` key, past any quotes and backslashes.
fn code_after(bytes: &[u8]) -> Option<String> {
    let punctuation = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b':' | b' ' | b'{');
    let after = bytes.iter().copied().skip_while(punctuation).collect::<Vec<_>>();
    let value: Vec<u8> = after.strip_prefix(b"code")?.iter().copied().skip_while(punctuation).collect();
    let code: Vec<u8> = value.into_iter().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').collect();
    String::from_utf8(code).ok().filter(|code| code.len() >= 4)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(failures: &[Failure]) -> Vec<&str> {
        failures.iter().map(|failure| failure.code.as_str()).collect()
    }

    #[test]
    fn details_become_the_message() {
        let envelope = json!({"error": {"code": "DMTS_MadeUpError", "pbi.error": {
            "code": "DMTS_MadeUpError",
            "details": [
                {"code": "Server", "detail": {"type": 1, "value": "sql.contoso.example"}},
                {"code": "DM_ErrorDetailNameCode_UnderlyingErrorMessage",
                 "detail": {"type": 1, "value": "<ccon>No credentials.</ccon>"}},
            ],
        }}});
        let failures = read(&envelope).unwrap();
        assert_eq!(codes(&failures), ["DMTS_MadeUpError"]);
        assert_eq!(failures[0].message, "Server: sql.contoso.example; UnderlyingErrorMessage: No credentials.");
    }

    #[test]
    fn codes_are_found_at_any_depth_of_escaping() {
        for text in [
            r#"said '{"error":{"code":"X","pbi.error":{"code":"DMTS_MadeUpError","details":[]}}}'"#,
            r#"{\"error\":{\"pbi.error\":{\"code\":\"DMTS_MadeUpError\"}}}"#,
            r#"{""error"":{""pbi.error"":{""code"":""DMTS_MadeUpError"","#,
            r#"\\\"pbi.error\\\" : { \\\"code\\\" : \\\"DMTS_MadeUpError\\\""#,
        ] {
            assert_eq!(codes(&in_text(text)), ["DMTS_MadeUpError"], "{text}");
        }
    }

    #[test]
    fn a_mention_without_a_code_is_none() {
        assert!(in_text("the pbi.error object was empty").is_empty());
        assert!(read(&json!({"error": {"code": "Other"}})).is_none());
    }

    #[test]
    fn chunks_make_no_difference() {
        let text = format!("one\n{}\"pbi.error\":{{\"code\":\"DMTS_MadeUpError\"}}\n", "filler ".repeat(100)).repeat(3);
        let whole = in_text(&text);
        assert_eq!((whole[0].line, whole[0].mentions), (2, 3));
        for size in [1, 7, 210] {
            let mut scanner = Scanner::default();
            for chunk in text.as_bytes().chunks(size) {
                scanner.push(chunk);
            }
            assert_eq!(scanner.finish(), whole, "{size}");
        }
    }
}
