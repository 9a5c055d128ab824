//! How the linter's findings look, in each form.
#![expect(clippy::unwrap_used, reason = "a test panics without its own files")]

use fedlens_lint::source::{FileId, Place, Position, SourceFile, Sources};
use fedlens_lint::suppression::Suppressed;
use fedlens_lint::{Confidence, Counts, Edit, Finding, RULES, Rule, Severity, Unjudged};
use fedlens_report::{LintRun, Unread, lint, lint_annotations, lint_json, lint_junit, lint_markdown, lint_sarif};
use fedlens_token::Redaction;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use std::borrow::Cow;

const WORKFLOW: &str =
    "on: push\r\njobs:\r\n  deploy:\r\n    environment: Prod\r\n    steps:\r\n      - uses: azure/login@v2\r\n";

const TERRAFORM: &str = "resource \"azuread_application_federated_identity_credential\" \"dé\" {\n\tsubject = \
                         \"repo:contoso/shop:environment:prod\"\n\tissuer  = \"x\"\n}\n";

fn sources() -> Sources {
    Sources::new(vec![
        SourceFile { path: ".github/workflows/deploy.yml".to_owned(), text: WORKFLOW.to_owned() },
        SourceFile { path: "infra/main.tf".to_owned(), text: TERRAFORM.to_owned() },
    ])
}

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap()
}

fn at(sources: &Sources, file: u32, words: &str) -> Place {
    let start = sources.file(FileId(file)).text.find(words).unwrap();
    Place::new(FileId(file), start..start + words.len())
}

fn findings(sources: &Sources) -> Vec<Finding> {
    let subject = at(sources, 1, "repo:contoso/shop:environment:prod");
    let mismatch = Finding::new(rule("FL101"), "the subject differs in letter case", subject, "trusts this")
        .and(at(sources, 0, "Prod"), "sends `Prod`")
        .and(at(sources, 1, "issuer  = \"x\"\n}"), "of this issuer")
        .differs("repo:contoso/shop:environment:Prod", "repo:contoso/shop:environment:prod")
        .note("100% <sure>, & \"quoted\"")
        .fix("write the environment as it is called", [Edit::replace(at(sources, 1, "prod"), "Prod")]);
    let low =
        Finding::new(rule("FL003"), "over\nand out, client_secret=hunter2hunter2hunter2", at(sources, 0, "push"), "")
            .severity(Severity::Note)
            .confidence(Confidence::Low)
            .suggest("add a line", [Edit::after(at(sources, 0, "on: push\r\n"), "permissions:\n  id-token: write\n")]);
    vec![low, mismatch]
}

fn run(sources: &Sources) -> LintRun<'_> {
    let findings = findings(sources);
    let hidden = Finding::new(rule("FL101"), "hidden", at(sources, 0, "deploy"), "here");
    let unjudged =
        |why: &str| Unjudged { place: at(sources, 0, "deploy"), workload: "job".to_owned(), why: why.to_owned() };
    LintRun {
        sources: Cow::Borrowed(sources),
        names: sources.files().iter().map(|file| file.path.clone()).collect(),
        fingerprints: vec!["a-1".to_owned(), "b-1".to_owned()],
        findings,
        suppressed: vec![Suppressed { finding: hidden, reason: "known".to_owned(), place: at(sources, 1, "resource") }],
        known: 2,
        gone: vec!["FL101 in old.tf".to_owned()],
        left_out: 0,
        unjudged: vec![unjudged("`var.subject` has no value in the repository"); 3],
        unread: vec![
            Unread {
                path: "a b.yml".to_owned(),
                at: Some(Position { line: 3, column: 1 }),
                message: "tabs".to_owned(),
            },
            Unread { path: "big.json".to_owned(), at: None, message: "larger than 8 MiB".to_owned() },
        ],
        counts: Counts {
            files: 2,
            workloads: 1,
            identities: 1,
            credentials: 1,
            joined: 1,
            refused: 1,
            unjudged: 3,
            ..Counts::default()
        },
        fail_on: Severity::Warning,
    }
}

/// A text without colours.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        rest = behind.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[test]
fn for_a_terminal() {
    let sources = sources();
    assert_snapshot!(plain(&lint(&run(&sources), false, Redaction::On)), @r#"
    note[FL003]: over and out, client_secret=[redacted]
     --> .github/workflows/deploy.yml:1:5
      |
    1 | on: push
      |     ^^^^
      |
      = confidence: low: it rests on a name or a habit
      = help: mend what it hides, or decide on a new date
      = fix: add a line (a choice: `--fix --unsafe-fixes` does it)
             .github/workflows/deploy.yml:2
             + permissions:
             +   id-token: write
      = explain: fedlens lint --explain FL003

    error[FL101]: the subject differs in letter case
     --> infra/main.tf:2:13
      |
    2 |     subject = "repo:contoso/shop:environment:prod"
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ trusts this
    3 |     issuer  = "x"
      |     ------------- of this issuer
      |
     ::: .github/workflows/deploy.yml:4:18
      |
    4 |     environment: Prod
      |                  ---- sends `Prod`
      |
      = differ: presented  repo:contoso/shop:environment:Prod
                configured repo:contoso/shop:environment:prod
                                                         ^
      = entra: would answer AADSTS700213 (No federated credential names this subject)
      = note: 100% <sure>, & "quoted"
      = help: set the credential's subject to exactly what the workload sends, or add a credential for it
      = fix: write the environment as it is called (`--fix` does it)
             infra/main.tf:2
             -     subject = "repo:contoso/shop:environment:prod"
             +     subject = "repo:contoso/shop:environment:Prod"
      = explain: fedlens lint --explain FL101

    not read: a b.yml:3:1: tabs
    not read: big.json: larger than 8 MiB
    cannot tell: .github/workflows/deploy.yml:3 and 2 more: `var.subject` has no value in the repository
    gone: FL101 in old.tf is in the baseline and no longer found

    1 error, 1 note; 1 suppressed, 2 in the baseline
    2 files of sign-ins: 1 workload, 1 identity with 1 credential; 1 sign-in joined, 0 of them accepted and 1 refused, 3 not to be judged; 2 files not read
    "#);
}

#[test]
fn for_github() {
    let sources = sources();
    assert_snapshot!(lint_annotations(&run(&sources), Redaction::On), @r#"
    ::notice file=.github/workflows/deploy.yml,line=1,col=5,endColumn=9,endLine=1,title=FL003%3A a suppression has expired::over%0Aand out, client_secret=[redacted]%0AHelp: mend what it hides, or decide on a new date
    ::error file=infra/main.tf,line=2,col=13,endColumn=47,endLine=2,title=FL101%3A the subject matches no credential::the subject differs in letter case%0AEntra would answer AADSTS700213 (No federated credential names this subject).%0AHelp: set the credential's subject to exactly what the workload sends, or add a credential for it%0ASee .github/workflows/deploy.yml:4: sends `Prod`%0ASee infra/main.tf:3: of this issuer
    ::warning file=a b.yml,line=3,col=1,title=not read::tabs
    ::warning file=big.json,title=not read::larger than 8 MiB
    "#);
}

#[test]
fn for_build_servers() {
    let sources = sources();
    assert_snapshot!(lint_junit(&run(&sources), Redaction::On), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="fedlens lint" tests="5" failures="1" errors="2" skipped="1">
      <testsuite name="fedlens lint" tests="5" failures="1" errors="2" skipped="1">
        <testcase name="FL003 expired-suppression at line 1" classname=".github/workflows/deploy.yml" file=".github/workflows/deploy.yml" line="1"><system-out>.github/workflows/deploy.yml:1:5: over&#10;and out, client_secret=[redacted]&#10;help: mend what it hides, or decide on a new date</system-out></testcase>
        <testcase name="FL101 subject-mismatch at line 2" classname="infra/main.tf" file="infra/main.tf" line="2"><failure type="error" message="the subject differs in letter case">infra/main.tf:2:13: the subject differs in letter case&#10;Entra would answer AADSTS700213 (No federated credential names this subject)&#10;help: set the credential&apos;s subject to exactly what the workload sends, or add a credential for it</failure></testcase>
        <testcase name="FL101 subject-mismatch at line 3" classname=".github/workflows/deploy.yml" file=".github/workflows/deploy.yml" line="3"><skipped message="known"/></testcase>
        <testcase name="read" classname="a b.yml" file="a b.yml"><error type="unreadable" message="tabs"/></testcase>
        <testcase name="read" classname="big.json" file="big.json"><error type="unreadable" message="larger than 8 MiB"/></testcase>
        <system-out>2 files of sign-ins: 1 workload, 1 identity with 1 credential; 1 sign-in joined, 0 of them accepted and 1 refused, 3 not to be judged; 2 files not read</system-out>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn for_a_pull_request() {
    let sources = sources();
    assert_snapshot!(lint_markdown(&run(&sources), Redaction::On), @r#"
    ## fedlens lint: 1 error, 1 note

    | severity | rule | where | what | code |
    | --- | --- | --- | --- | --- |
    | note | FL003 | `.github/workflows/deploy.yml:1` | over and out, client_secret=[redacted] |  |
    | error | FL101 | `infra/main.tf:2` | the subject differs in letter case | AADSTS700213 |

    <details><summary>FL003 expired-suppression at .github/workflows/deploy.yml:1</summary>

    - confidence: low

    mend what it hides, or decide on a new date

    add a line:

    ```diff
    .github/workflows/deploy.yml:2
    + permissions:
    +   id-token: write
    ```

    </details>

    <details><summary>FL101 subject-mismatch at infra/main.tf:2</summary>

    - `infra/main.tf:2`: trusts this
    - `.github/workflows/deploy.yml:4`: sends `Prod`
    - `infra/main.tf:3`: of this issuer
    - Entra would answer AADSTS700213 (No federated credential names this subject)
    - confidence: high
    - 100% &lt;sure>, &amp; "quoted"

    ```text
    presented  repo:contoso/shop:environment:Prod
    configured repo:contoso/shop:environment:prod
    ```

    set the credential's subject to exactly what the workload sends, or add a credential for it

    write the environment as it is called:

    ```diff
    infra/main.tf:2
    -     subject = "repo:contoso/shop:environment:prod"
    +     subject = "repo:contoso/shop:environment:Prod"
    ```

    </details>

    - not read: `a b.yml`: tabs
    - not read: `big.json`: larger than 8 MiB
    - cannot tell (3 sign-ins, first at `.github/workflows/deploy.yml:3`): `var.subject` has no value in the repository

    2 files of sign-ins: 1 workload, 1 identity with 1 credential; 1 sign-in joined, 0 of them accepted and 1 refused, 3 not to be judged; 2 files not read.
    "#);
}

#[test]
fn for_programs() {
    let sources = sources();
    let report: Value = serde_json::from_str(&lint_json(&run(&sources), Redaction::On).unwrap()).unwrap();
    let finding = &report["findings"][1];
    assert_eq!(report["schema"], "fedlens.lint/1");
    assert_eq!(finding["path"], "infra/main.tf");
    assert_eq!((&finding["line"], &finding["column"], &finding["end_column"]), (&2.into(), &13.into(), &47.into()));
    assert_eq!(finding["code"], "AADSTS700213");
    assert_eq!(finding["related"][0]["path"], ".github/workflows/deploy.yml");
    assert_eq!(finding["difference"]["presented"], "repo:contoso/shop:environment:Prod");
    assert_eq!(finding["fix"]["edits"][0]["text"], "Prod");
    assert_eq!(finding["fix"]["safe"], true);
    assert_eq!(report["suppressed"][0]["reason"], "known");
    assert_eq!(report["counts"]["baseline"], 2);
    assert!(!report.to_string().contains("hunter2"));
}

#[test]
fn for_code_scanning() {
    let sources = sources();
    let log: Value = serde_json::from_str(&lint_sarif(&run(&sources), Redaction::On).unwrap()).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].iter().any(|level| result["level"] == *level));
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64().unwrap() >= 1 && region["startColumn"].as_u64().unwrap() >= 1);
    }
    assert_eq!(results[1]["relatedLocations"].as_array().unwrap().len(), 2);
    assert_eq!(results[1]["partialFingerprints"]["fedlens/v1"], "b-1");
    let replacement = &results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "Prod");
    assert_eq!(results[2]["suppressions"][0]["kind"], "external");
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.yml");
    assert!(!log.to_string().contains("hunter2"));
}

/// A run that has found nothing.
fn run_of_nothing(sources: &Sources) -> LintRun<'_> {
    LintRun {
        sources: Cow::Borrowed(sources),
        names: Vec::new(),
        findings: Vec::new(),
        fingerprints: Vec::new(),
        suppressed: Vec::new(),
        known: 0,
        gone: Vec::new(),
        left_out: 0,
        unjudged: Vec::new(),
        unread: Vec::new(),
        counts: Counts { files: 2, workloads: 1, ..Counts::default() },
        fail_on: Severity::Warning,
    }
}

#[test]
fn nothing_wrong() {
    let sources = sources();
    let run = run_of_nothing(&sources);
    assert_snapshot!(plain(&lint(&run, false, Redaction::On)), @r#"
    Nothing wrong was found
    2 files of sign-ins: 1 workload, 0 identities with 0 credentials
    "#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_places_can_be_shown(
        text in "([a-c: \\t\"é漢\u{301}\u{7}\u{1b}]|\r\n|\n|\r){0,60}",
        spans in prop::collection::vec((0_u32..80, 0_u32..80), 1..4),
        values in ("[a-c:/ é]{0,12}", "[a-c:/ é]{0,12}"),
    ) {
        let sources = Sources::new(vec![SourceFile { path: "a.yml".to_owned(), text }]);
        let place = |(start, end): (u32, u32)| Place { file: FileId(0), start, end };
        let mut finding = Finding::new(rule("FL101"), "it is wrong", place(spans[0]), "here")
            .differs(values.0, values.1)
            .suggest("change it", [Edit::replace(place(spans[0]), "b\nc")]);
        for span in spans.iter().skip(1) {
            finding = finding.and(place(*span), "there");
        }
        let empty = Sources::default();
        let run = LintRun {
            sources: Cow::Borrowed(&sources),
            names: vec!["a.yml".to_owned()],
            findings: vec![finding],
            fingerprints: vec!["a-1".to_owned()],
            suppressed: Vec::new(),
            unjudged: Vec::new(),
            ..run_of_nothing(&empty)
        };
        prop_assert!(lint(&run, true, Redaction::On).contains("it is wrong"));
        prop_assert!(lint_sarif(&run, Redaction::On).is_ok());
        prop_assert!(lint_markdown(&run, Redaction::On).contains("it is wrong"));
    }
}
