//! The program as a reader runs it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its own files, and panics without them"
)]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

fn fedlens(arguments: &[&str]) -> Run {
    with_input(arguments, "")
}

fn with_input(arguments: &[&str], input: &str) -> Run {
    let mut command = Command::cargo_bin("fedlens").unwrap();
    let output = command.args(arguments).current_dir(root()).write_stdin(input.to_owned()).output().unwrap();
    Run {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

struct Run {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn written(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

const EXAMPLES: &[(&str, &str, &str)] = &[
    ("power-bi-refresh", "AADSTS700229", "entra.delegated-assertion"),
    ("github-environment", "AADSTS700213", "github.subject.environment-vs-ref"),
    ("aks-chain", "AADSTS700231", "entra.chained-fic"),
    ("azure-devops-migration", "AADSTS700211", "ado.issuer.vstoken-to-entra"),
    ("data-factory-linked-service", "AADSTS700229", "entra.delegated-assertion"),
];

#[test]
fn every_example_is_diagnosed() {
    for (example, code, cause) in EXAMPLES {
        let run = fedlens(&["diagnose", &format!("examples/{example}"), "--format", "json"]);
        let diagnosis = run.json();
        assert_eq!(run.status, Some(1), "{example}");
        assert_eq!(diagnosis["observed"][0]["code"], *code, "{example}");
        assert_eq!(diagnosis["causes"][0]["id"], *cause, "{example}");
        assert_eq!(diagnosis["causes"][0]["verdict"], "confirmed", "{example}");
        assert!(diagnosis["fixes"].as_array().is_some_and(|fixes| !fixes.is_empty()), "{example}");
        assert!(diagnosis["skipped"].as_array().is_some_and(Vec::is_empty), "{example}: {}", diagnosis["skipped"]);
    }
}

#[test]
fn examples_with_token_and_credentials_agree_with_the_prediction() {
    for example in ["power-bi-refresh", "github-environment", "aks-chain", "azure-devops-migration"] {
        let diagnosis = fedlens(&["diagnose", &format!("examples/{example}"), "--format", "json"]).json();
        assert_eq!(diagnosis["agreement"]["verdict"], "agree", "{example}: {}", diagnosis["agreement"]);
    }
}

/// Values in the examples that must not be printed.
const HIDDEN: &[&str] = &["refresh.account@", "Refresh Account", "svc-orders@", "svc-orders-password@"];

#[test]
fn no_signature_secret_or_personal_name_is_printed() {
    let signatures: Vec<String> = ["power-bi-refresh/assertion.jwt", "aks-chain/assertion.jwt"]
        .iter()
        .map(|file| fs::read_to_string(root().join("examples").join(file)).unwrap())
        .map(|token| token.trim().rsplit('.').next().unwrap().to_owned())
        .collect();
    for (example, ..) in EXAMPLES {
        for format in ["human", "json", "markdown"] {
            let run = fedlens(&["diagnose", &format!("examples/{example}"), "--format", format]);
            let printed = run.stdout + &run.stderr;
            for hidden in HIDDEN.iter().copied().chain(signatures.iter().map(String::as_str)) {
                assert!(!printed.contains(hidden), "{example} as {format} prints {hidden}");
            }
        }
    }
}

#[test]
fn no_redact_shows_names_but_no_signature() {
    let token = fs::read_to_string(root().join("examples/power-bi-refresh/assertion.jwt")).unwrap();
    let run = with_input(&["token", "decode", "-", "--no-redact"], &token);
    assert!(run.stdout.contains("refresh.account@contoso.example"));
    assert!(!run.stdout.contains(token.trim().rsplit('.').next().unwrap()));
}

#[test]
fn a_token_is_decoded_from_any_dressing() {
    let token = fs::read_to_string(root().join("examples/aks-chain/assertion.jwt")).unwrap();
    let token = token.trim();
    let dressed = [
        token.to_owned(),
        format!("Authorization: Bearer {token}\n"),
        format!("\"{token}\""),
        format!("{{\"value\": \"{token}\", \"count\": 1}}"),
        format!("{{\"oidcToken\": \"{token}\"}}"),
        format!("grant_type=client_credentials&client_assertion={token}"),
    ];
    for input in dressed {
        let run = with_input(&["token", "decode", "-", "--format", "json", "--at", "2026-11-19T11:02:41Z"], &input);
        let view = run.json();
        assert_eq!(run.status, Some(0), "{input}");
        assert_eq!(view["classification"]["kind"], "app-only");
        assert_eq!(view["classification"]["claim"], "idtyp");
        assert_eq!(view["verified"], false);
        assert_eq!(view["lifetime"]["state"], "valid");
    }
}

#[test]
fn decoding_says_that_nothing_was_verified() {
    let run = fedlens(&["token", "decode", "examples/aks-chain/assertion.jwt"]);
    assert!(run.stdout.starts_with("Nothing was verified"), "{}", run.stdout);
}

#[test]
fn bad_input_gets_a_clear_message() {
    let folder = TempDir::new().unwrap();
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend([0_u8; 512]);
    let graph_error = r#"{"error": {"code": "Request_UnsupportedQuery", "message": "Unsupported query."}}"#;
    let cases = [
        ("binary.bin", png, "PNG"),
        ("nested.json", nested.into_bytes(), "nested"),
        ("empty.txt", Vec::new(), "empty"),
        ("fics.json", graph_error.as_bytes().to_vec(), "Request_UnsupportedQuery"),
        ("invalid.txt", vec![0xff, 0xc3, 0x28, b'a', b'\n', 0xf0, 0x80], ""),
    ];
    for (name, content, said) in cases {
        let run = fedlens(&["diagnose", &written(&folder, name, content), "--format", "json"]);
        let diagnosis = run.json();
        let why =
            diagnosis["skipped"][0]["why"].as_str().unwrap_or_else(|| panic!("{name} was not skipped: {diagnosis}"));
        assert!(why.contains(said), "{name}: {why}");
        assert_eq!(run.status, Some(2), "{name}");
    }
}

#[test]
fn a_missing_file_and_an_empty_folder_are_named() {
    let folder = TempDir::new().unwrap();
    let run = fedlens(&["diagnose", "no/such/file", &folder.path().display().to_string(), "--format", "json"]);
    let skipped = run.json()["skipped"].clone();
    assert_eq!(skipped[0]["source"], "no/such/file");
    assert!(skipped[0]["why"].as_str().unwrap().contains("no such file"));
    assert!(skipped[1]["why"].as_str().unwrap().contains("no files"));
    assert_eq!(run.status, Some(2));
}

#[test]
fn good_inputs_are_used_beside_bad_ones() {
    let folder = TempDir::new().unwrap();
    let bad = written(&folder, "bad.bin", [0_u8; 4096]);
    let run = fedlens(&["diagnose", &bad, "no/such/file", "examples/github-environment", "--format", "json"]);
    assert_eq!(run.status, Some(1));
    assert_eq!(run.json()["prediction"]["code"], "AADSTS700213");
    assert_eq!(run.json()["skipped"].as_array().unwrap().len(), 2);
}

#[test]
fn a_truncated_token_is_read_as_far_as_it_goes() {
    let token = fs::read_to_string(root().join("examples/power-bi-refresh/assertion.jwt")).unwrap();
    let cut: String = token.chars().take(400).collect();
    let run = with_input(&["token", "decode", "-", "--format", "json"], &cut);
    let view = run.json();
    assert_eq!(run.status, Some(1));
    let problems: Vec<_> = view["problems"].as_array().unwrap().iter().map(|problem| &problem["kind"]).collect();
    assert!(problems.iter().any(|kind| **kind == "truncated" || **kind == "part-count"), "{problems:?}");
    assert!(
        view["claims"].as_array().is_some_and(|claims| claims.iter().any(|claim| claim["name"] == "aud")),
        "{view}"
    );
}

#[test]
fn a_token_of_ten_megabytes_is_refused_in_words() {
    let mut token = "eyJhbGciOiJSUzI1NiJ9.".to_owned();
    token.push_str(&"A".repeat(10 << 20));
    let run = with_input(&["token", "decode", "-"], &token);
    assert_ne!(run.status, Some(0));
    assert!(run.stdout.len() + run.stderr.len() < 10_000);
}

#[test]
fn a_case_is_judged_and_saved_cases_give_the_same_verdict() {
    let folder = TempDir::new().unwrap();
    let saved = folder.path().join("saved.json").display().to_string();
    for (example, code, _) in EXAMPLES.iter().filter(|(example, ..)| *example != "data-factory-linked-service") {
        let first =
            fedlens(&["diagnose", &format!("examples/{example}"), "--save-case", &saved, "--format", "json"]).json();
        let again = fedlens(&["diagnose", "--case", &saved, "--format", "json"]).json();
        assert_eq!(again["prediction"]["code"], *code, "{example}");
        assert_eq!(again["prediction"], first["prediction"], "{example}");
        let text = fs::read_to_string(&saved).unwrap();
        assert!(text.contains("fedlens.exchange-case/1") && !text.contains("contoso.example"), "{text}");
    }
}

#[test]
fn an_accepted_exchange_ends_with_zero() {
    let folder = TempDir::new().unwrap();
    let document: Value =
        serde_json::from_str(&fs::read_to_string(root().join("crates/trust/tests/decisions.json")).unwrap()).unwrap();
    let mut case = document["bases"]["github"].clone();
    case["case"] = "accepted".into();
    let run = fedlens(&["diagnose", "--case", &written(&folder, "case.json", case.to_string()), "--format", "json"]);
    assert_eq!(run.json()["prediction"]["outcome"], "accepted");
    assert_eq!(run.json()["prediction"]["code"], Value::Null);
    assert_eq!(run.status, Some(0));
}

#[test]
fn a_case_that_is_none_says_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let run = fedlens(&["diagnose", "--case", &written(&folder, "case.json", "{\"case\": \"x\"}")]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("is not an exchange case") && run.stderr.contains("now"), "{}", run.stderr);
}

#[test]
fn explain_finds_a_code_however_it_is_typed() {
    for typed in [
        "AADSTS700229",
        "aadsts700229",
        "700229",
        "aadsts 700 229",
        "AADST700229",
        "https://login.microsoftonline.com/error?code=700229",
    ] {
        let run = fedlens(&["explain", typed]);
        assert_eq!(run.status, Some(0), "{typed}: {}", run.stderr);
        assert!(run.stdout.starts_with("AADSTS700229"), "{typed}");
    }
}

#[test]
fn explain_finds_a_code_by_its_name_and_in_any_letter_case() {
    for (typed, code) in [
        ("forbiddentokentype", "AADSTS700229"),
        ("DMTS_oauthtokenrefreshfailederror", "DMTS_OAuthTokenRefreshFailedError"),
    ] {
        assert!(fedlens(&["explain", typed]).stdout.starts_with(code), "{typed}");
    }
}

#[test]
fn explain_says_when_a_file_is_missing() {
    let run = fedlens(&["explain", "no-such.log"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("no such file"), "{}", run.stderr);
}

#[test]
fn explain_reads_a_log_from_standard_input() {
    let log = "Error: : AADSTS700[21](https://example.com/1)1: No matching federated identity record found for presented \
               assertion issuer 'https://token.actions.githubusercontent.com/'.";
    let run = with_input(&["explain", "-", "--format", "json"], log);
    let explanation = run.json();
    assert_eq!(explanation["observed"][0]["code"], "AADSTS700211");
    assert_eq!(explanation["observed"][0]["fields"]["issuer"], "https://token.actions.githubusercontent.com/");
    assert_eq!(explanation["entries"][0]["code"], "AADSTS700211");
}

#[test]
fn an_unknown_code_gets_the_nearest_ones_and_where_to_look() {
    let run = fedlens(&["explain", "AADSTS700239"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("Nearest: ") && run.stderr.contains("error?code=700239"), "{}", run.stderr);
}

#[test]
fn no_colour_without_a_terminal() {
    let run = fedlens(&["diagnose", "examples/github-environment"]);
    assert!(!run.stdout.contains('\u{1b}'));
    let always = fedlens(&["diagnose", "examples/github-environment", "--color", "always"]);
    assert!(always.stdout.contains('\u{1b}'));
}

#[test]
fn usage_errors_end_with_two() {
    for arguments in [&["diagnose"][..], &["diagnose", "x", "--at", "noon"], &["unknown"]] {
        assert_eq!(fedlens(arguments).status, Some(2), "{arguments:?}");
    }
}
