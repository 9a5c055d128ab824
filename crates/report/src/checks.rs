//! The list of checks.

use fedlens_trust::{CHECKS, Check};
use serde_json::{Value, json};

use crate::paint::{BOLD, DIM, paint};

/// The checks for a terminal, in Entra's order.
pub fn checks() -> String {
    let mut text = String::new();
    for check in CHECKS {
        text.push_str(&format!("{}  {}\n", paint(BOLD, check.title), paint(DIM, check.id)));
        for error in check.errors {
            let line =
                format!("AADSTS{}  {} {}  {}", error.code, error.oauth_error, error.status, error.basis.as_str());
            text.push_str(&format!("  {line}  {}\n", paint(DIM, error.source)));
        }
    }
    text
}

/// The checks as JSON.
///
/// # Errors
///
/// Never in practice: every value is a string or a number.
pub fn checks_json() -> serde_json::Result<String> {
    let check = |check: &Check| json!({ "id": check.id, "title": check.title, "errors": check.errors });
    let list: Vec<Value> = CHECKS.iter().map(check).collect();
    Ok(serde_json::to_string_pretty(&json!({ "schema": "fedlens.checks/1", "checks": list }))? + "\n")
}

/// The checks as a Markdown table.
pub fn checks_markdown() -> String {
    let mut text = "| check | holds when it passes | code | OAuth error | HTTP | basis | source |\n\
                    | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for check in CHECKS {
        for error in check.errors {
            text.push_str(&format!(
                "| `{}` | {} | AADSTS{} | `{}` | {} | {} | {} |\n",
                check.id,
                check.title,
                error.code,
                error.oauth_error,
                error.status,
                error.basis.as_str(),
                error.source,
            ));
        }
    }
    text
}
