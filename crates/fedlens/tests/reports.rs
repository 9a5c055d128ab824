//! The reports that people read, whole. Look at a changed one before accepting it.
#![expect(clippy::unwrap_used, reason = "a test panics where something is missing")]

use std::path::Path;

use assert_cmd::Command;

fn printed(arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::cargo_bin("fedlens").unwrap().args(arguments).current_dir(root).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn power_bi_refresh() {
    insta::assert_snapshot!(printed(&["diagnose", "examples/power-bi-refresh"]));
}

#[test]
fn github_environment() {
    insta::assert_snapshot!(printed(&["diagnose", "examples/github-environment"]));
}

#[test]
fn azure_devops_migration_as_markdown() {
    insta::assert_snapshot!(printed(&["diagnose", "examples/azure-devops-migration", "--format", "markdown"]));
}

#[test]
fn delegated_token() {
    let token = "examples/power-bi-refresh/assertion.jwt";
    insta::assert_snapshot!(printed(&["token", "decode", token, "--at", "2026-11-16T06:01:12Z"]));
}

#[test]
fn log_of_a_pod() {
    insta::assert_snapshot!(printed(&["explain", "examples/aks-chain/pod.log"]));
}
