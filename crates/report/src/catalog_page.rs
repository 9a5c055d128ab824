//! The page of a code.

use fedlens_catalog::{Entry, Severity, Who, cause, fix};

use crate::paint::{BAD, BOLD, DIM, OPEN, paint};
use crate::terminal::{markdown, paragraph};

/// The page of an entry for a terminal: code and meaning first, then causes, fixes, questions.
pub fn catalog_page(entry: &Entry) -> String {
    let mut page = header(entry);
    page.push_str(&markdown(entry.meaning, ""));
    page.push_str(&why(entry));
    page.push_str(&how_to_fix(entry));
    page.push_str(&questions(entry));
    page.push_str(&references(entry));
    page
}

/// Code and title, then how grave it is and who acts.
pub(crate) fn header(entry: &Entry) -> String {
    let severity = match entry.severity {
        Severity::Critical | Severity::High => paint(BAD, severity_word(entry.severity)),
        other => paint(OPEN, severity_word(other)),
    };
    let transient = if entry.transient { " · may pass by itself" } else { "" };
    let name = entry.name.map(|name| format!(" ({name})")).unwrap_or_default();
    format!(
        "{}{name}  {}\n{severity} · {} · {}{transient}\n",
        paint(BOLD, entry.code),
        entry.title,
        entry.category,
        who_acts(entry.who),
    )
}

pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

pub(crate) fn who_acts(who: Who) -> &'static str {
    match who {
        Who::Developer => "the developer acts",
        Who::WorkloadOwner => "whoever runs the workload acts",
        Who::AppOwner => "the owner of the application or identity acts",
        Who::TenantAdmin => "a tenant administrator acts",
        Who::Microsoft => "Microsoft acts",
        Who::Wait => "nobody has to act: wait and try again",
    }
}

fn why(entry: &Entry) -> String {
    let mut page = section("Why it happens");
    page.push_str(&markdown(entry.why, "  "));
    for cause in entry.causes.iter().filter_map(|id| cause(id)) {
        page.push_str(&format!("\n  {}  {}\n", paint(BOLD, cause.title), paint(DIM, cause.id)));
        page.push_str(&markdown(cause.text, "    "));
        page.push_str(&paragraph(&format!("Settled by: {}", cause.settled_by), "    ", "    "));
    }
    page
}

/// The entry's fixes, each once, the likeliest cause's first.
pub(crate) fn fix_ids(entry: &Entry) -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for id in entry.causes.iter().filter_map(|id| cause(id)).flat_map(|cause| cause.fixes) {
        if !ids.contains(id) {
            ids.push(id);
        }
    }
    ids
}

fn how_to_fix(entry: &Entry) -> String {
    let mut page = section("How to fix it");
    for fix in fix_ids(entry).into_iter().filter_map(fix) {
        page.push_str(&format!("\n  {}  {}\n", paint(BOLD, fix.title), paint(DIM, fix.id)));
        page.push_str(&markdown(fix.text, "    "));
    }
    page
}

fn questions(entry: &Entry) -> String {
    let mut page = String::new();
    for question in entry.questions {
        page.push_str(&format!("\n  {}\n", paint(BOLD, question.question)));
        page.push_str(&markdown(question.answer, "    "));
    }
    if page.is_empty() { page } else { section("Questions") + &page }
}

fn references(entry: &Entry) -> String {
    let mut page = String::new();
    for (title, codes) in [("Today's codes for it", entry.replaced_by), ("Related", entry.related)] {
        if !codes.is_empty() {
            page.push_str(&section(title));
            page.push_str(&codes.iter().map(|code| related(code)).collect::<String>());
        }
    }
    page.push_str(&section("Sources"));
    page.push_str(&entry.sources.iter().map(|source| format!("  {source}\n")).collect::<String>());
    page
}

fn related(code: &str) -> String {
    let title = fedlens_catalog::entry(code).map_or("", |entry| entry.title);
    format!("  {code}  {title}\n")
}

pub(crate) fn section(title: &str) -> String {
    format!("\n{}\n", paint(BOLD, title))
}
