//! The page of a code.

use askama::Template;
use fedlens_catalog::{Entry, cause, entries, fix};

use super::{File, address, rendered, spoken};
use crate::catalog_page::{fix_ids, severity_word, who_acts};

/// At most this many other codes of the same category are named.
const MAX_NEIGHBOURS: usize = 12;

#[derive(Template)]
#[template(path = "site/code.html")]
struct CodePage {
    root: &'static str,
    entry: &'static Entry,
    severity: &'static str,
    who: &'static str,
    category: String,
    surfaces: Vec<(String, String)>,
    meaning: String,
    why: String,
    causes: Vec<Section>,
    fixes: Vec<Section>,
    questions: Vec<(&'static str, String)>,
    replaced_by: Vec<Link>,
    related: Vec<Link>,
    neighbours: Vec<Link>,
}

/// A cause or a fix.
struct Section {
    id: &'static str,
    title: &'static str,
    html: String,
    settled_by: String,
}

/// Another code.
struct Link {
    address: String,
    code: &'static str,
    title: &'static str,
}

pub(super) fn page(entry: &'static Entry) -> Result<File, askama::Error> {
    let page = CodePage {
        root: "../",
        entry,
        severity: severity_word(entry.severity),
        who: who_acts(entry.who),
        category: spoken(entry.category),
        surfaces: entry.surfaces.iter().map(|name| (format!("../surface/{name}.html"), spoken(name))).collect(),
        meaning: rendered(entry.meaning),
        why: rendered(entry.why),
        causes: entry.causes.iter().filter_map(|id| cause(id)).map(Section::from).collect(),
        fixes: fix_ids(entry).into_iter().filter_map(fix).map(Section::from).collect(),
        questions: entry.questions.iter().map(|asked| (asked.question, rendered(asked.answer))).collect(),
        replaced_by: links(entry.replaced_by),
        related: links(entry.related),
        neighbours: neighbours(entry),
    };
    Ok(File { path: format!("code/{}.html", entry.code), content: page.render()? })
}

impl From<&'static fedlens_catalog::Cause> for Section {
    fn from(cause: &'static fedlens_catalog::Cause) -> Self {
        Self { id: cause.id, title: cause.title, html: rendered(cause.text), settled_by: rendered(cause.settled_by) }
    }
}

impl From<&'static fedlens_catalog::Fix> for Section {
    fn from(fix: &'static fedlens_catalog::Fix) -> Self {
        Self { id: fix.id, title: fix.title, html: rendered(fix.text), settled_by: String::new() }
    }
}

impl From<&'static Entry> for Link {
    fn from(entry: &'static Entry) -> Self {
        Self { address: address(entry.code), code: entry.code, title: entry.title }
    }
}

fn links(codes: &[&str]) -> Vec<Link> {
    codes.iter().filter_map(|code| fedlens_catalog::entry(code)).map(Link::from).collect()
}

/// Others of the family first, then of the category.
fn neighbours(entry: &Entry) -> Vec<Link> {
    let other = |candidate: &&'static Entry| candidate.code != entry.code && !entry.related.contains(&candidate.code);
    let family = entries().iter().filter(other).filter(|candidate| candidate.family == entry.family);
    let category = entries()
        .iter()
        .filter(other)
        .filter(|candidate| candidate.category == entry.category && candidate.family != entry.family);
    family.chain(category).take(MAX_NEIGHBOURS).map(Link::from).collect()
}
