//! Renders what fedlens found: for people, programs and issue trackers.
//!
//! Every renderer returns text. Colours are ANSI sequences that the caller strips
//! where there is no terminal. [`Redaction::On`](fedlens_token::Redaction) hides
//! tokens, secrets and personal values in whatever text goes out.

mod catalog_list;
mod catalog_page;
mod checks;
mod diagnosis;
mod explanation;
mod json;
mod lint;
mod markdown;
mod paint;
pub mod site;
mod terminal;
mod token;

pub use catalog_list::{
    catalog_export_json, catalog_export_markdown, catalog_export_ndjson, catalog_list, catalog_list_json,
    catalog_list_markdown,
};
pub use catalog_page::catalog_page;
pub use checks::{checks, checks_json, checks_markdown};
pub use diagnosis::{diagnosis, diagnosis_markdown};
pub use explanation::{Explanation, explanation, explanation_markdown};
pub use json::json;
pub use lint::{
    LintRun, Unread, lint, lint_annotations, lint_json, lint_junit, lint_markdown, lint_rule, lint_rules,
    lint_rules_json, lint_rules_markdown, lint_sarif,
};
pub use token::{TokenView, token, token_markdown};

use fedlens_token::{Redaction, redact_text};

/// A rendered text as it goes out.
pub(crate) fn finished(text: String, redaction: Redaction) -> String {
    match redaction {
        Redaction::On => redact_text(&text).into_owned(),
        Redaction::Off => text,
    }
}
