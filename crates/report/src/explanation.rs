//! What `explain` says of a text: the codes in it, the likeliest causes, and each code's page.

use fedlens_catalog::{Cause, Entry, Fix, cause, fix};
use fedlens_diagnose::{CauseFinding, Diagnosis, Observed};
use fedlens_token::Redaction;
use serde::Serialize;

use crate::catalog_page::{catalog_page, fix_ids, header, severity_word, who_acts};
use crate::diagnosis::verdict_words;
use crate::finished;
use crate::paint::{BOLD, DIM, cause_style, paint};
use crate::terminal::paragraph;

/// An explanation; its JSON form is a stable contract.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// `fedlens.explanation/1`
    pub schema: &'static str,
    /// The failures found in the text, the most telling first; empty where a code was asked for.
    pub observed: Vec<Observed>,
    /// The causes that the text confirms or leaves possible.
    pub causes: Vec<CauseFinding>,
    /// The page of each code, with its causes and fixes.
    pub entries: Vec<Page>,
    /// Codes without a page.
    pub unknown: Vec<String>,
}

/// A catalog entry with the causes and fixes it refers to.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The entry.
    #[serde(flatten)]
    pub entry: &'static Entry,
    /// Its causes in full.
    pub cause_pages: Vec<&'static Cause>,
    /// Its fixes in full.
    pub fix_pages: Vec<&'static Fix>,
}

impl From<&'static Entry> for Page {
    fn from(entry: &'static Entry) -> Self {
        Self {
            entry,
            cause_pages: entry.causes.iter().filter_map(|id| cause(id)).collect(),
            fix_pages: fix_ids(entry).into_iter().filter_map(fix).collect(),
        }
    }
}

impl Explanation {
    /// The explanation of an entry.
    pub fn of_entry(entry: &'static Entry) -> Self {
        Self { entries: vec![Page::from(entry)], ..Self::empty() }
    }

    /// The explanation of what a text was diagnosed as.
    pub fn of_diagnosis(diagnosis: Diagnosis) -> Self {
        let mut explanation = Self::empty();
        for observed in &diagnosis.observed {
            let code = observed.failure.code.as_str();
            match fedlens_catalog::entry(code) {
                Some(entry) if explanation.entries.iter().any(|page| page.entry.code == entry.code) => {}
                Some(entry) => explanation.entries.push(Page::from(entry)),
                None if explanation.unknown.iter().any(|unknown| unknown == code) => {}
                None => explanation.unknown.push(code.to_owned()),
            }
        }
        Self { observed: diagnosis.observed, causes: diagnosis.causes, ..explanation }
    }

    fn empty() -> Self {
        Self {
            schema: "fedlens.explanation/1",
            observed: Vec::new(),
            causes: Vec::new(),
            entries: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// The explanation for a terminal.
pub fn explanation(explanation: &Explanation, redaction: Redaction) -> String {
    let mut text = found(explanation);
    for page in &explanation.entries {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&catalog_page(page.entry));
    }
    finished(text, redaction)
}

/// Code, who acts and the meaning on the first three lines; then the likeliest causes.
fn found(explanation: &Explanation) -> String {
    let Some(first) = explanation.observed.first() else { return causes(&explanation.causes) };
    let entry = fedlens_catalog::entry(first.failure.code.as_str());
    let mut text = match entry {
        Some(entry) => header(entry) + &paragraph(first_paragraph(entry.meaning), "", ""),
        None => format!("{}  has no page in the catalog\n", paint(BOLD, &first.failure.code)),
    };
    for other in explanation.observed.iter().skip(1) {
        text.push_str(&format!("also found: {}  {}\n", other.failure.code, other.title.unwrap_or_default()));
    }
    text.push_str(&causes(&explanation.causes));
    text
}

fn causes(causes: &[CauseFinding]) -> String {
    let mut text = String::new();
    if !causes.is_empty() {
        text.push_str(&format!("\n{}\n", paint(BOLD, "Causes, by this text")));
    }
    for cause in causes {
        let verdict = paint(cause_style(cause.verdict), format!("{:<11}", verdict_words(cause.verdict)));
        text.push_str(&format!("  {verdict} {}  {}\n", paint(BOLD, cause.title), paint(DIM, cause.id)));
        for evidence in cause.evidence.iter().chain(&cause.settled_by) {
            text.push_str(&paragraph(evidence, "              ", "              "));
        }
    }
    text
}

fn first_paragraph(text: &str) -> &str {
    text.split("\n\n").next().unwrap_or(text)
}

/// The explanation as Markdown.
pub fn explanation_markdown(explanation: &Explanation, redaction: Redaction) -> String {
    let mut text = String::new();
    for page in &explanation.entries {
        text.push_str(&page_markdown(page));
    }
    finished(text, redaction)
}

pub(crate) fn page_markdown(page: &Page) -> String {
    let entry = page.entry;
    let mut text = format!(
        "# {}: {}\n\n{} · {} · {}\n\n{}\n\n## Why it happens\n\n{}\n",
        entry.code,
        entry.title,
        severity_word(entry.severity),
        entry.category,
        who_acts(entry.who),
        entry.meaning,
        entry.why,
    );
    for cause in &page.cause_pages {
        text.push_str(&format!("\n### {}\n\n{}\n", cause.title, cause.text));
    }
    text.push_str("\n## How to fix it\n");
    for fix in &page.fix_pages {
        text.push_str(&format!("\n### {}\n\n{}\n", fix.title, fix.text));
    }
    text.push_str("\n## Questions\n");
    for question in entry.questions {
        text.push_str(&format!("\n### {}\n\n{}\n", question.question, question.answer));
    }
    text.push_str("\n## Sources\n\n");
    for source in entry.sources {
        text.push_str(&format!("- <{source}>\n"));
    }
    text
}
