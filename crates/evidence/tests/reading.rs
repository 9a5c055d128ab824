//! What whole inputs are taken for.

use fedlens_evidence::{Content, CredentialUse, Evidence, Reader, read};

/// What an input was taken for, then why the rest was skipped.
fn said(source: &str, text: &str) -> Vec<String> {
    said_of(&read(source, text.as_bytes()))
}

fn said_of(evidence: &Evidence) -> Vec<String> {
    let items = evidence.items.iter().map(|item| item.taken_for.clone());
    items.chain(evidence.skipped.iter().map(|skipped| format!("skipped: {}", skipped.why))).collect()
}

fn codes(evidence: &Evidence) -> Vec<String> {
    evidence.failures().map(|(_, failure)| failure.code.to_string()).collect()
}

/// Standard input, in pieces of that size.
fn in_pieces(bytes: &[u8], size: usize) -> Evidence {
    let mut reader = Reader::new("standard input");
    for piece in bytes.chunks(size) {
        reader.push(piece);
    }
    reader.finish()
}

const ERROR: &str = "Error: AADSTS700213: No matching federated identity record found for presented assertion subject \
     'repo:contoso/shop:environment:prod'. Check your federated identity credential Subject, Audience and Issuer against \
     the presented assertion. Trace ID: 11111111-2222-4333-8444-555555555555 Correlation ID: \
     66666666-7777-4888-9999-000000000000 Timestamp: 2026-03-01 07:00:00Z\n";

const CREDENTIAL: &str = r#"{"name":"main","issuer":"https://token.actions.githubusercontent.com",
    "subject":"repo:contoso/shop:ref:refs/heads/main","audiences":["api://AzureADTokenExchange"]}"#;

/// `{"alg":"RS256"}`, `{"iss":"https://idp.contoso.example","sub":"w","aud":"a","exp":1}` and `signature`.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkcC5jb250b3NvLmV4YW1wbGUiLCJzdWIiOiJ3IiwiYXVkIjoiYSIsImV4cCI6MX0.c2lnbmF0dXJl";

#[test]
fn each_kind_is_told_by_its_content() {
    let refreshes = r#"{"value":[{"refreshType":"Scheduled","status":"Failed",
        "serviceExceptionJson":"{\"errorCode\":\"ModelRefreshFailed\"}"}]}"#;
    let runs = r#"[{"activityName":"Copy","activityRunId":"r","status":"Failed",
        "error":{"errorCode":"2200","message":"no","failureType":"UserError"}}]"#;
    let error = r#"{"errorCode":"2200","message":"no","failureType":"UserError","target":"Copy"}"#;
    let job = r#"{"id":"j","itemId":"i","jobType":"Pipeline","status":"Completed","failureReason":null}"#;
    let sign_in = r#"{"category":"ServicePrincipalSignInLogs","resultType":"700213","properties":{"id":"r"}}"#;
    let service =
        r#"{"name":"lake","properties":{"type":"AzureBlobFS","typeProperties":{"url":"u","accountKey":"k"}}}"#;
    let connection = r#"{"displayName":"Sales","connectivityType":"ShareableCloud",
        "connectionDetails":{"type":"SQL"},"credentialDetails":{"credentialType":"OAuth2"}}"#;
    let source = r#"{"datasourceType":"Sql","datasourceName":"Sales","credentialType":"Windows"}"#;
    let endpoint = r#"{"name":"prod","type":"azurerm","authorization":{"scheme":"ServicePrincipal"}}"#;
    for (input, expected) in [
        (ERROR, "error text, 1 line, 1 failure: AADSTS700213"),
        (TOKEN, "JSON Web Token"),
        (CREDENTIAL, "federated identity credentials, 1 entry"),
        (refreshes, "Power BI refresh history, 1 refresh, 1 failed"),
        (runs, "Data Factory, Synapse or Fabric pipeline runs, 1 run, 1 failed"),
        (error, "Data Factory, Synapse or Fabric pipeline runs, 1 run, 1 failed"),
        (job, "Fabric job instances, 1 job, none failed"),
        (sign_in, "Entra sign-in log, 1 record, 1 failed"),
        (service, "linked service lake (AzureBlobFS), uses a key"),
        (connection, "Fabric connection Sales (SQL), signs in as a user"),
        (source, "Power BI data source Sales (Sql), signs in as a user"),
        (endpoint, "Azure DevOps service connection prod (azurerm), signs in as a service principal"),
        ("#!/bin/bash\naz login\n", "shell source, 1 call that acquires a token, 0 uses as client assertion"),
    ] {
        assert_eq!(said("standard input", input), [expected]);
    }
}

#[test]
fn what_cannot_be_used_is_skipped_with_the_reason() {
    for (input, expected) in [
        ("", "empty"),
        (" \r\n\t", "empty"),
        ("\u{feff}", "empty"),
        ("a line\nanother\n", "no AADSTS code or known message found in 2 lines"),
        (
            "{\"name\":\"x\",\"version\":1}",
            "JSON of no kind that is read here (it has `name`, `version`); no AADSTS code or known message in it",
        ),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n", "a PEM file (PRIVATE KEY), which says nothing about a sign-in"),
        ("PK\u{3}\u{4}....", "a ZIP archive: unpack it first"),
        (
            "{\"error\":{\"code\":\"MadeUp_Denied\",\"message\":\"No.\"}}",
            "this is an error answer, not what was asked for: MadeUp_Denied: No.",
        ),
    ] {
        assert_eq!(said("standard input", input), [format!("skipped: {expected}")]);
    }
    assert!(said("standard input", "[]")[0].starts_with("skipped: an empty list"));
}

#[test]
fn a_log_with_a_token_gives_both() {
    let log = format!("{ERROR}##[debug] token={TOKEN}\n");
    let expected = ["error text, 2 lines, 1 failure: AADSTS700213", "JSON Web Token, found in the text"];
    assert_eq!(said("run.log", &log), expected);
}

#[test]
fn documents_between_other_lines_are_read() {
    let text = format!("WARNING: this command is in preview\n[{CREDENTIAL}]\n$ az login\n{ERROR}");
    let expected = ["federated identity credentials, 1 entry", "error text, 5 lines, 1 failure: AADSTS700213"];
    let evidence = read("terminal.txt", text.as_bytes());
    assert_eq!(said_of(&evidence), expected[..]);
    let (_, failure) = evidence.failures().next().unwrap();
    assert_eq!(failure.line, 5);
    assert!(text.get(failure.at.clone()).unwrap().contains("AADSTS700213"));
}

#[test]
fn a_long_list_after_a_warning_is_read() {
    let run = r#"{"activityName":"Copy","activityRunId":"r","status":"Succeeded"}"#;
    let text = format!("WARNING: in preview\n[\n{}\n]\n", [run; 3_000].join(",\n"));
    assert_eq!(said("x", &text), ["Data Factory, Synapse or Fabric pipeline runs, 3,000 runs, none failed"]);
}

#[test]
fn json_inside_a_json_string_is_unwrapped() {
    let once = serde_json::to_string(CREDENTIAL).unwrap();
    let twice = serde_json::to_string(&once).unwrap();
    assert_eq!(said("x", &twice), ["federated identity credentials, 1 entry"]);
}

#[test]
fn a_decoders_output_is_a_token_with_its_header() {
    let text = "{\n  \"typ\": \"JWT\",\n  \"alg\": \"RS256\"\n}.{\n  \"iss\": \"https://idp.contoso.example\",\n  \
                \"sub\": \"w\",\n  \"aud\": \"a\",\n  \"exp\": 1\n}.[Signature]";
    let evidence = read("x", text.as_bytes());
    let [item] = evidence.items.as_slice() else { panic!("{evidence:?}") };
    let Content::Token(token) = &item.content else { panic!("{item:?}") };
    assert_eq!(token.header.as_ref().and_then(|header| header.text("alg")), Some("RS256"));
    assert_eq!(token.claims.as_ref().and_then(|claims| claims.text("sub")), Some("w"));
}

#[test]
fn an_error_answer_with_a_code_is_both_skipped_and_searched() {
    let answer = serde_json::json!({"error": {"code": "InvalidAuthenticationToken", "message": ERROR}}).to_string();
    let evidence = read("fics.json", answer.as_bytes());
    assert_eq!(codes(&evidence), ["AADSTS700213"]);
    assert!(evidence.skipped[0].why.starts_with("this is an error answer, not what was asked for: Invalid"));
}

#[test]
fn every_encoding_is_read() {
    let list = format!("[{CREDENTIAL}]");
    let units = || list.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [b"\xef\xbb\xbf", list.as_bytes()].concat(),
        [b"\xff\xfe", &little[..]].concat(),
        [b"\xfe\xff", &big[..]].concat(),
        little,
        big,
        [list.as_bytes(), b"\n\xe9\xff"].concat(),
    ] {
        for size in [1, 999, 1 << 20] {
            assert_eq!(said_of(&in_pieces(&bytes, size))[0], "federated identity credentials, 1 entry");
        }
    }
}

#[test]
fn broken_documents_say_where_and_are_searched() {
    let cut = format!("{{\"log\":\n{}", serde_json::to_string(ERROR).unwrap());
    let evidence = read("x", cut.as_bytes());
    assert_eq!(codes(&evidence), ["AADSTS700213"]);
    assert!(evidence.skipped[0].why.starts_with("the JSON document is cut off at line 2, column "), "{evidence:?}");

    let deep = format!("{}\"AADSTS700024: x\"{}", "[".repeat(10_000), "]".repeat(10_000));
    let evidence = read("x", deep.as_bytes());
    assert_eq!(codes(&evidence), ["AADSTS700024"]);
    assert_eq!(evidence.skipped[0].why, "JSON nested deeper than 128 levels");
}

#[test]
fn an_endless_token_is_refused() {
    for header in ["eyJAAAA", "eyJhbGciOiJSUzI1NiJ9"] {
        let long = format!("{header}.{}.x", "A".repeat(10 << 20));
        let evidence = read("standard input", long.as_bytes());
        assert!(evidence.items.is_empty());
        assert!(evidence.skipped[0].why.starts_with("it begins like a JSON Web Token, but: "), "{evidence:?}");
    }
}

#[test]
fn a_token_that_was_cut_off_says_so() {
    let cut = TOKEN.get(..30).unwrap();
    assert_eq!(said("standard input", cut), ["JSON Web Token, whose claims cannot be read"]);
}

#[test]
fn a_long_log_is_read_like_a_short_one() {
    let log = format!("{}{ERROR}{}", "2026-03-01T07:00:00Z all is well\n".repeat(5_000), "and on\n".repeat(5_000));
    for size in [1_000, 70_000, 1 << 20] {
        let evidence = in_pieces(log.as_bytes(), size);
        assert_eq!(said_of(&evidence), ["log, 10,001 lines, 1 failure: AADSTS700213"]);
        assert_eq!(evidence.failures().next().unwrap().1.line, 5_001);
    }
}

#[test]
fn a_long_export_is_read_line_by_line() {
    let record = |result: &str| {
        format!(
            "{{\"category\":\"ManagedIdentitySignInLogs\",\"resultType\":\"{result}\",\"properties\":{{\"id\":\"r{result}\"}}}}\n"
        )
    };
    let export = record("0").repeat(5_000) + &record("700024") + &record("0").repeat(5_000);
    for size in [1_000, 1 << 20] {
        let evidence = in_pieces(export.as_bytes(), size);
        assert_eq!(said_of(&evidence), ["Entra sign-in log, 10,001 records, 1 failed"]);
        assert_eq!(evidence.failures().next().unwrap().1.line, 5_001);
    }
}

#[test]
fn definitions_in_a_list_are_items_of_their_own() {
    let list = r#"{"count":2,"value":[
        {"name":"a","type":"azurerm","authorization":{"scheme":"WorkloadIdentityFederation","parameters":{}}},
        {"name":"b","type":"azurerm","authorization":{"scheme":"ManagedServiceIdentity","parameters":{}}}]}"#;
    let evidence = read("x", list.as_bytes());
    let uses: Vec<_> = evidence
        .items
        .iter()
        .map(|item| match &item.content {
            Content::Definition(definition) => definition.credential,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(uses, [CredentialUse::WorkloadIdentity, CredentialUse::ManagedIdentity]);
}

#[test]
fn secrets_are_not_kept() {
    let secret = "very-s3cret-value";
    for text in [
        format!(
            r#"{{"name":"x","properties":{{"type":"AzureBlobFS","typeProperties":{{"url":"u","accountKey":"{secret}"}}}}}}"#
        ),
        format!(r#"{{"token_type":"Bearer","expires_in":1,"access_token":"{TOKEN}","refresh_token":"{secret}"}}"#),
        format!(r#"{{"clientId":"a","clientSecret":"{secret}","tenantId":"b"}}"#),
        format!(r#"{{"appId":"a","displayName":"b","password":"{secret}","tenant":"c"}}"#),
        format!("az login --service-principal -u x -p {secret}\n{ERROR}"),
    ] {
        let evidence = read("x", text.as_bytes());
        let shown = format!("{evidence:?} {}", serde_json::to_string(&evidence).unwrap());
        assert!(!shown.contains(secret), "{shown}");
    }
}
