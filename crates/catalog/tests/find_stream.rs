//! Finding holds for any bytes, any chunks and any surroundings.

use fedlens_catalog::{Failure, FindStats, Finder, find};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces of what the finder knows how to read, and of what may confuse it.
const PIECES: [&str; 44] = [
    "AADSTS",
    "AADSTS700213",
    "AADSTS50105: ",
    "aadsts50058",
    "AADS\n│ TS50105: ",
    "AADSTS7002\n│ 13: ",
    "No matching federated identity record found for presented assertion subject 'a'. ",
    "Only app-only tokens may be used as Federated Identity Credentials for AAD issuer",
    "Application 'a'(b) is not assigned to a role for the application 'c'.",
    "Trace ID: 11111111-2222-3333-4444-555555550100 ",
    "Trace ID: ",
    "Correlation\n",
    "Timestamp: 2026-02-03 10:15:02Z",
    "Request Id: x\n",
    "2026-02-03T10:15:02.1849592Z ##[error]",
    "E0203 10:15:02.893319       1 a.go:62] ",
    "build\tstep\t2026-02-03T10:15:02Z ",
    "│ ",
    "╵\n",
    "> ",
    "\n",
    "\r\n",
    "\\",
    "\\n",
    "\\u00",
    "\\ud83d\\ude00",
    "\\x27",
    "\"",
    "'",
    "`",
    "**",
    "[21](https://github.com/o)",
    "[",
    "&#8217;",
    "&amp;",
    "%3A",
    "+",
    "\u{1b}[31m",
    "</a>",
    "\"error_codes\":[700213,50012]",
    "\"resultType\":\"7000222\"",
    "https://login.microsoftonline.com/t/oauth2/token error?code=50058",
    "Federated token details:\n issuer - i\n subject claim - s\n",
    "DMTS_SomeError ModelRefreshFailed_X UserErrorFailedToGetToken",
];

/// The line that must be found again.
const SENTENCE: &str = "No matching federated identity record found for presented assertion subject \
                        'repo:contoso/app:environment:prod'. Check your federated identity credential.";

fn confusing() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => "[a-z .]{1,12}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..6),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn in_chunks(text: &[u8], sizes: &[usize]) -> (Vec<Failure>, FindStats) {
    let mut finder = Finder::new();
    let mut rest = text;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, left) = rest.split_at((*size).clamp(1, rest.len()));
        finder.push(chunk);
        rest = left;
    }
    finder.finish()
}

/// Quiet lines, longer than what the finder keeps in memory, with something in between.
fn long_log(gaps: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let mut log = Vec::new();
    for (gap, piece) in gaps {
        while log.len() % 200_000 < *gap {
            log.extend_from_slice(b"2026-02-03T10:15:02.1849592Z a quiet line without anything to find in it\n");
        }
        log.extend_from_slice(piece);
    }
    log
}

fn escape(text: &str, times: usize) -> String {
    (0..times).fold(text.to_owned(), |text, _| {
        text.replace('\\', r"\\").replace('"', r#"\""#).replace('\r', r"\r").replace('\n', r"\n")
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(text in vec(any::<u8>(), 0..2_000)) {
        find(&text);
    }

    #[test]
    fn no_confusion_makes_it_panic(text in confusing()) {
        for failure in find(&text) {
            prop_assert!(failure.at.end <= text.len() && failure.at.start < failure.at.end);
            prop_assert!(failure.mentions > 0);
            let lines = text[..failure.at.start].iter().filter(|byte| **byte == b'\n').count();
            prop_assert_eq!(failure.line, lines + 1);
        }
    }

    #[test]
    fn statistics_count_everything(text in confusing(), sizes in vec(1_usize..200, 1..5)) {
        let (_, stats) = in_chunks(&text, &sizes);
        let lines = text.split_inclusive(|byte| *byte == b'\n').count();
        prop_assert_eq!((stats.bytes, stats.lines, stats.dropped), (text.len() as u64, lines as u64, 0));
    }

    #[test]
    fn a_failure_is_found_in_any_surroundings(
        before in "[ -~\n]{0,200}[ \n]",
        after in "\n[ -~\n]{0,200}",
        escapes in 0_usize..5,
    ) {
        prop_assume!(!before.contains("AADSTS") && !after.contains("AADSTS"));
        let body = format!("{{\"error_description\":\"AADSTS700213: {SENTENCE}\r\nTrace ID: 11111111-2222-3333-4444-555555550100\"}}");
        let text = format!("{before}{}{after}", escape(&body, escapes));
        let found = find(text.as_bytes());
        let failure = found.iter().find(|failure| failure.code.as_str() == "AADSTS700213");
        let fields = &failure.expect("the code").fields;
        prop_assert_eq!(fields.subject.as_deref(), Some("repo:contoso/app:environment:prod"));
        prop_assert_eq!(fields.trace_id.as_deref(), Some("11111111-2222-3333-4444-555555550100"));
    }

    #[test]
    fn any_subject_comes_back(subject in "[a-zA-Z0-9][a-zA-Z0-9:/@._-]{0,80}[a-zA-Z0-9*]", escapes in 0_usize..4) {
        let text = format!("\"AADSTS700213: No record for presented assertion subject '{subject}'. Check it.\"");
        let found = find(escape(&text, escapes).as_bytes());
        prop_assert_eq!(found[0].fields.subject.as_deref(), Some(subject.as_str()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn chunks_never_matter(
        gaps in vec((0_usize..200_000, confusing()), 1..5),
        sizes in vec(prop_oneof![1_usize..50, 4_000_usize..70_000, 120_000_usize..400_000], 1..4),
    ) {
        let log = long_log(&gaps);
        let least = if log.len() < 50_000 { 1 } else { 1_000 };
        let sizes: Vec<_> = sizes.into_iter().map(|size| size.max(least)).collect();
        let (whole, _) = in_chunks(&log, &[usize::MAX]);
        prop_assert_eq!(in_chunks(&log, &sizes).0, whole);
    }
}

#[test]
fn failures_across_block_boundaries_are_found_once() {
    let line = format!("Error: AADSTS700213: {SENTENCE} Trace ID: 11111111-2222-3333-4444-555555550100\n");
    for boundary in [128 * 1024, 256 * 1024] {
        for before in (0..line.len()).step_by(7) {
            let mut log = vec![b'x'; boundary - before - 1];
            log.push(b'\n');
            log.extend_from_slice(line.as_bytes());
            log.extend_from_slice(&[b'\n'; 40_000]);
            let found = find(&log);
            assert_eq!((found.len(), found[0].mentions), (1, 1), "{before} bytes before {boundary}");
            assert_eq!(found[0].fields.trace_id.as_deref(), Some("11111111-2222-3333-4444-555555550100"));
            assert_eq!((found[0].line, found[0].at.start), (2, boundary - before + 7));
        }
    }
}

#[test]
fn sentences_are_looked_for_until_numbers_are_found() {
    let quiet = b"2026-02-03T10:15:02.1849592Z a quiet line without anything to find in it\n".repeat(30_000);
    let sentence = b"Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.\n".as_slice();
    let numbered = b"AADSTS700016: Application with identifier 'a' was not found in the directory 'b'.\n".as_slice();
    let found = |parts: &[&[u8]]| {
        find(&parts.concat()).into_iter().map(|failure| failure.code.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&[&quiet, sentence, &quiet]), ["AADSTS700229"]);
    assert_eq!(found(&[&quiet, sentence, numbered]), ["AADSTS700229", "AADSTS700016"]);
    assert_eq!(found(&[numbered, sentence, &quiet]), ["AADSTS700016", "AADSTS700229"]);
    assert_eq!(found(&[numbered, &quiet, sentence]), ["AADSTS700016"], "numbers name the failures of this log");
}
