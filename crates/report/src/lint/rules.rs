//! The linter's rules: the list, and the page of each.

use fedlens_lint::{RULES, Rule, Severity};
use serde_json::json;

use super::json::Described;
use super::{confidence_word, severity_word};
use crate::catalog_page::section;
use crate::markdown::cell;
use crate::paint::{BAD, BOLD, DIM, OPEN, paint};
use crate::terminal::{markdown, paragraph};

/// A line for each rule, for a terminal.
pub fn lint_rules() -> String {
    let width = RULES.iter().map(|rule| rule.slug.len()).max().unwrap_or_default();
    let line = |rule: &&Rule| {
        let severity = paint(style(rule.severity), format!("{:<7}", severity_word(rule.severity)));
        let code = rule.code.map(|code| format!("  {}", paint(DIM, code))).unwrap_or_default();
        format!("{}  {severity}  {:<width$}  {}{code}\n", paint(BOLD, rule.id), rule.slug, rule.title)
    };
    RULES.iter().map(line).collect()
}

/// The rules as JSON.
///
/// # Errors
///
/// Never in practice: every value is a string.
pub fn lint_rules_json() -> serde_json::Result<String> {
    let rules: Vec<_> = RULES
        .iter()
        .map(|rule| {
            let mut value = serde_json::to_value(Described::from(*rule))?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("explanation".to_owned(), rule.explanation().into());
            }
            Ok(value)
        })
        .collect::<serde_json::Result<_>>()?;
    Ok(serde_json::to_string_pretty(&json!({ "schema": "fedlens.lint-rules/1", "rules": rules }))? + "\n")
}

/// The page of a rule for a terminal.
pub fn lint_rule(rule: &Rule) -> String {
    let mut page = format!("{}  {}  {}\n", paint(BOLD, rule.id), paint(BOLD, rule.slug), rule.title);
    let severity = paint(style(rule.severity), severity_word(rule.severity));
    page.push_str(&format!("{severity} · confidence {}", confidence_word(rule.confidence)));
    page.push_str(&rule.code.map(|code| format!(" · {}", coded(code))).unwrap_or_default());
    page.push_str("\n\n");
    for (title, text) in parts(&rule.explanation()) {
        if !title.is_empty() {
            page.push_str(&section(&title));
        }
        page.push_str(&markdown(&text, ""));
    }
    page.push_str(&section("What to do"));
    page.push_str(&paragraph(rule.help, "", ""));
    page.push_str(&section("How this is known"));
    page.push_str(&format!("{}  {}\n", rule.basis.as_str(), rule.source));
    page
}

/// A text in its parts, each with the heading above it; headings inside of code are none.
fn parts(text: &str) -> Vec<(String, String)> {
    let mut parts = vec![(String::new(), String::new())];
    let mut fence = None;
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open && line.trim_end().len() == ticks => fence = None,
            _ => {}
        }
        match line.strip_prefix("## ") {
            Some(title) if fence.is_none() => parts.push((title.to_owned(), String::new())),
            _ => {
                if let Some((_, part)) = parts.last_mut() {
                    part.push_str(line);
                    part.push('\n');
                }
            }
        }
    }
    parts
}

fn coded(code: &str) -> String {
    let title = fedlens_catalog::entry(code).map(|entry| format!(" ({})", entry.title)).unwrap_or_default();
    format!("{code}{title}")
}

fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => OPEN,
        Severity::Note => DIM,
    }
}

/// Every rule as Markdown: a table, then a section each.
pub fn lint_rules_markdown() -> String {
    let mut text = "| rule | name | severity | what is wrong | code |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for rule in RULES {
        text.push_str(&format!(
            "| [{id}](#{anchor}) | `{}` | {} | {} | {} |\n",
            rule.slug,
            severity_word(rule.severity),
            cell(rule.title),
            rule.code.unwrap_or_default(),
            id = rule.id,
            anchor = format!("{} {}", rule.id, rule.slug).to_ascii_lowercase().replace(' ', "-"),
        ));
    }
    text.extend(RULES.iter().map(|rule| page(rule)));
    text
}

fn page(rule: &Rule) -> String {
    let code = rule.code.map(|code| format!(" · {}", coded(code))).unwrap_or_default();
    let mut text = format!(
        "\n## {} {}\n\n{} · confidence {}{code} · {}: <{}>\n",
        rule.id,
        rule.slug,
        severity_word(rule.severity),
        confidence_word(rule.confidence),
        rule.basis.as_str(),
        rule.source,
    );
    for (title, part) in parts(&rule.explanation()) {
        if !title.is_empty() {
            text.push_str(&format!("\n### {title}\n"));
        }
        text.push_str(&format!("\n{}\n", part.trim()));
    }
    text
}
