//! Several entries at once: lists, and exports in full.

use fedlens_catalog::Entry;
use serde_json::{Value, json};

use crate::catalog_page::{severity_word, who_acts};
use crate::explanation::{Page, page_markdown};
use crate::markdown::cell;
use crate::paint::{BOLD, DIM, paint};

/// A line for each entry, for a terminal.
pub fn catalog_list(entries: &[&'static Entry]) -> String {
    let width = entries.iter().map(|entry| entry.code.len()).max().unwrap_or_default().min(40);
    let line = |entry: &&Entry| {
        let code = paint(BOLD, format!("{:<width$}", entry.code));
        format!("{code}  {:<8}  {}  {}\n", severity_word(entry.severity), entry.title, paint(DIM, entry.category))
    };
    entries.iter().map(line).collect()
}

/// The heads of the entries as JSON.
///
/// # Errors
///
/// Never in practice: every value is a string or a list of strings.
pub fn catalog_list_json(entries: &[&'static Entry]) -> serde_json::Result<String> {
    let head = |entry: &&Entry| {
        json!({
            "code": entry.code, "name": entry.name, "title": entry.title, "severity": entry.severity,
            "category": entry.category, "family": entry.family, "who": entry.who, "surfaces": entry.surfaces,
            "transient": entry.transient,
        })
    };
    let heads: Vec<Value> = entries.iter().map(head).collect();
    Ok(serde_json::to_string_pretty(&json!({ "schema": "fedlens.catalog-list/1", "entries": heads }))? + "\n")
}

/// The heads of the entries as a Markdown table.
pub fn catalog_list_markdown(entries: &[&'static Entry]) -> String {
    let row = |entry: &&Entry| {
        let who = who_acts(entry.who);
        format!("| {} | {} | {} | {who} |\n", entry.code, cell(entry.title), severity_word(entry.severity))
    };
    let rows: String = entries.iter().map(row).collect();
    format!("| code | title | severity | who |\n| --- | --- | --- | --- |\n{rows}")
}

/// Every entry with its causes and fixes as one JSON document.
///
/// # Errors
///
/// Never in practice.
pub fn catalog_export_json(entries: &'static [Entry]) -> serde_json::Result<String> {
    let pages: Vec<Page> = entries.iter().map(Page::from).collect();
    Ok(serde_json::to_string_pretty(&json!({ "schema": "fedlens.catalog/1", "entries": pages }))? + "\n")
}

/// Every entry with its causes and fixes, one JSON object a line.
///
/// # Errors
///
/// Never in practice.
pub fn catalog_export_ndjson(entries: &'static [Entry]) -> serde_json::Result<String> {
    entries.iter().map(|entry| Ok(serde_json::to_string(&Page::from(entry))? + "\n")).collect()
}

/// Every entry with its causes and fixes as one Markdown document.
pub fn catalog_export_markdown(entries: &'static [Entry]) -> String {
    entries.iter().map(|entry| page_markdown(&Page::from(entry)) + "\n").collect()
}
