//! The linter's findings as SARIF 2.1.0, for code scanning.

use fedlens_lint::source::FileId;
use fedlens_lint::suppression::Suppressed;
use fedlens_lint::{Confidence, Finding, Fix, Label, RULES, Rule, Severity};
use fedlens_token::Redaction;
use serde::Serialize;

use super::{LintRun, Spot, Unread, prediction};
use crate::json::json;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<Outcome>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Words,
    full_description: Words,
    help: Words,
    help_uri: &'static str,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
    tags: [&'static str; 3],
    basis: &'static str,
}

#[derive(Serialize)]
struct Words {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Words,
    locations: [Location; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Words,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Decision>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "fedlens/v1")]
    own: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Words>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    description: Words,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Words,
}

#[derive(Serialize)]
struct Decision {
    kind: &'static str,
    justification: String,
}

/// The report as SARIF. Suppressed findings are in it, marked as such; what the baseline has is not.
///
/// # Errors
///
/// Never in practice: every key is a string.
pub fn lint_sarif(run: &LintRun<'_>, redaction: Redaction) -> serde_json::Result<String> {
    let told = run.findings.iter().zip(&run.fingerprints).map(|(finding, print)| outcome(run, finding, Some(print)));
    let suppressed = run
        .suppressed
        .iter()
        .map(|hidden| Outcome { suppressions: vec![decision(hidden)], ..outcome(run, &hidden.finding, None) });
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "fedlens",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: RULES.iter().map(|rule| descriptor(rule)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: run.unread.iter().map(notification).collect(),
            }],
            results: told.chain(suppressed).collect(),
        }],
    };
    json(&log, redaction)
}

fn words(text: impl Into<String>) -> Words {
    Words { text: text.into(), markdown: None }
}

fn descriptor(rule: &Rule) -> Descriptor {
    let explanation = rule.explanation();
    let first = explanation.lines().next().unwrap_or_default().to_owned();
    Descriptor {
        id: rule.id,
        name: rule.slug,
        short_description: words(rule.title),
        full_description: words(first),
        help: Words { text: rule.help.to_owned(), markdown: Some(explanation) },
        help_uri: rule.source,
        default_configuration: Configuration { level: level(rule.severity) },
        properties: Properties {
            precision: precision(rule.confidence),
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
            tags: ["entra", "federated-identity-credential", "workload-identity"],
            basis: rule.basis.as_str(),
        },
    }
}

fn level(severity: Severity) -> &'static str {
    super::severity_word(severity)
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "medium",
    }
}

fn notification(unread: &Unread) -> Notification {
    let region = unread.at.map(|at| Region {
        start_line: at.line,
        start_column: at.column,
        end_line: at.line,
        end_column: at.column,
    });
    let physical_location = Physical { artifact_location: artifact(&unread.path), region };
    Notification {
        level: "warning",
        message: words(format!("not read: {}", unread.message)),
        locations: [Location { id: None, physical_location, message: None }],
    }
}

fn outcome(run: &LintRun<'_>, finding: &Finding, fingerprint: Option<&String>) -> Outcome {
    let mut message = finding.message.clone();
    if let Some(answer) = prediction(finding) {
        message.push_str(&format!(". {answer}"));
    }
    message.push_str(&format!(". Help: {}", finding.help));
    Outcome {
        rule_id: finding.rule.id,
        rule_index: RULES.iter().position(|rule| rule.id == finding.rule.id),
        level: level(finding.severity),
        message: words(message),
        locations: [location(run, &finding.primary, None)],
        related_locations: finding
            .secondary
            .iter()
            .zip(1..)
            .map(|(label, id)| location(run, label, Some(id)))
            .collect(),
        partial_fingerprints: fingerprint.map(|own| Fingerprints { own: own.clone() }),
        fixes: finding.fix.iter().filter(|fix| !fix.edits.is_empty()).map(|fix| change(run, fix)).collect(),
        suppressions: Vec::new(),
    }
}

fn location(run: &LintRun<'_>, label: &Label, id: Option<usize>) -> Location {
    let spot = run.spot(label.place);
    let artifact_location = artifact(&spot.path);
    Location {
        id,
        physical_location: Physical { artifact_location, region: Some(region(&spot)) },
        message: (!label.text.is_empty()).then(|| words(&label.text)),
    }
}

fn region(spot: &Spot) -> Region {
    Region { start_line: spot.line, start_column: spot.column, end_line: spot.end_line, end_column: spot.end_column }
}

fn change(run: &LintRun<'_>, fix: &Fix) -> Change {
    let mut files: Vec<FileId> = fix.edits.iter().map(|edit| edit.place.file).collect();
    files.sort();
    files.dedup();
    let in_file = |file: FileId| {
        let edits = fix.edits.iter().filter(|edit| edit.place.file == file);
        let replacements = edits.clone().map(|edit| Replacement {
            deleted_region: region(&run.spot(edit.place)),
            inserted_content: words(&edit.text),
        });
        let path = edits.clone().next().map(|edit| run.path(edit.place)).unwrap_or_default();
        ArtifactChange { artifact_location: artifact(&path), replacements: replacements.collect() }
    };
    Change { description: words(&fix.title), artifact_changes: files.into_iter().map(in_file).collect() }
}

fn decision(hidden: &Suppressed) -> Decision {
    let in_source = hidden.place.file == hidden.finding.primary.place.file;
    Decision { kind: if in_source { "inSource" } else { "external" }, justification: hidden.reason.clone() }
}

/// A path as a reference; one from the root becomes an address.
fn artifact(path: &str) -> Artifact {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Artifact { uri }
}
