//! What the site's search knows, as a script: a file that is fetched would not load from a disk.

use fedlens_catalog::{Entry, cause, entries};
use serde_json::{Value, json};

use crate::catalog_page::severity_word;

/// `const ENTRIES = [[code, title, severity, first cause, other words, surfaces], …]`
pub(super) fn data() -> String {
    let rows: Vec<Value> = entries().iter().map(row).collect();
    format!("const ENTRIES = {};\n", Value::from(rows))
}

fn row(entry: &'static Entry) -> Value {
    let mut causes = entry.causes.iter().filter_map(|id| cause(id)).map(|cause| cause.title);
    let likeliest = causes.next().unwrap_or_default();
    let words: Vec<&str> = entry
        .name
        .into_iter()
        .chain([entry.category, entry.family])
        .chain(entry.surfaces.iter().copied())
        .chain(causes)
        .collect();
    json!([entry.code, entry.title, severity_word(entry.severity), likeliest, words.join(" "), entry.surfaces.len()])
}
