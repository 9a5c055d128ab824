//! Files that are made to take long or to go deep, and files that are broken.

use fedlens_lint::source::{SourceFile, Sources};
use fedlens_lint::{Options, Report, lint};
use jiff::civil::date;

fn report(files: &[(&str, &str)]) -> Report {
    let files = files.iter().map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() });
    let options = Options { repository: Some("contoso/shop".to_owned()), today: date(2026, 11, 23) };
    lint(&Sources::new(files.collect()), &options)
}

const WORKFLOW: &str = ".github/workflows/deploy.yml";
const LOGIN: &str = "    steps:\n      - uses: azure/login@v2\n        with: {client-id: x}\n";

#[test]
fn a_resource_may_be_its_own_parent() {
    let resource =
        "resource r 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {\n  name: 'x'\n  parent: r\n}\n";
    report(&[("main.bicep", resource)]);
}

#[test]
fn conditions_do_not_multiply() {
    let either = "(github.ref == 'a' || github.event.x == 'b')";
    for condition in [vec!["a == b"; 20_000].join(" && "), vec![either; 40].join(" && "), vec![either; 40].join(" || ")]
    {
        report(&[(WORKFLOW, &format!("on: push\njobs:\n  a:\n    if: {condition}\n{LOGIN}"))]);
    }
}

#[test]
fn needs_are_looked_at_once() {
    let job = |at: usize| {
        let before: Vec<String> = (0..at).map(|at| format!("j{at}")).collect();
        format!("  j{at}:\n    needs: [{}]\n{LOGIN}", before.join(", "))
    };
    report(&[(WORKFLOW, &format!("on: push\njobs:\n{}", (0..40).map(job).collect::<String>()))]);
}

#[test]
fn calls_do_not_multiply() {
    let action = format!("runs:\n  using: composite\n  steps:\n{}", "    - uses: ./a\n".repeat(10));
    let steps = "on: push\njobs:\n  a:\n    steps:\n      - uses: ./a\n";
    report(&[(WORKFLOW, steps), ("a/action.yml", &action)]);
    let call = |at: usize| format!("  j{at}:\n    uses: ./{WORKFLOW}\n");
    let calls = (0..10).map(call).collect::<String>();
    report(&[(WORKFLOW, &format!("on: [push, workflow_call]\njobs:\n{calls}"))]);
}

#[test]
fn merges_are_not_quadratic() {
    let keys = |name: &str| (0..20_000).map(|at| format!("{name}{at}: 1")).collect::<Vec<_>>().join(", ");
    report(&[("k8s/all.yaml", &format!("a: &a {{{}}}\nb: {{<<: *a, {}}}\n", keys("k"), keys("q")))]);
}

#[test]
fn broken_files_are_told_where_they_matter() {
    let broken = "on: push\njobs: {a: [\n";
    let right = format!("on: push\njobs:\n  a:\n{LOGIN}");
    let found = report(&[(WORKFLOW, broken), (".github/workflows/right.yml", &right)]);
    assert_eq!(found.unreadable.len(), 1);
    assert!(found.counts.workloads > 0);
    for (path, text, count) in [
        ("main.tf", "resource \"x\" {\n", 1),
        ("main.tf", "resource \"azuread_application\" \"é", 1),
        ("credential.json", "{\"audiences\": [\"api://AzureADTokenExchange\"]} x", 1),
        ("tsconfig.json", "{\n  // azure\n  \"a\": [1,],\n}\n", 0),
        ("events.json", "{\"a\": \"azure\"}\n{\"a\": \"azure\"}\n", 0),
        ("templates/a.yaml", "{% if azure %}\na: [\n{% endif %}\n", 0),
        ("chart/templates/a.yaml", "{{- if .Values.azure }}\na: b\n{{- end }}\n", 0),
        ("stack.yaml", "a: !Ref azure\nb: !vault |\n  azure\n", 0),
    ] {
        assert_eq!(report(&[(path, text)]).unreadable.len(), count, "{path}: {text}");
    }
}
