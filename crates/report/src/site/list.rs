//! The entrance, and the lists by category and by surface.

use std::collections::BTreeMap;

use askama::Template;
use fedlens_catalog::{Entry, entries};

use super::{File, address, spoken};
use crate::catalog_page::severity_word;

/// Entries on one page: more would make it heavier than a page may be.
const PAGE_ENTRIES: usize = 240;

/// Codes that the entrance names by themselves: what workloads meet most.
const FREQUENT: &[&str] = &[
    "AADSTS700229",
    "AADSTS700213",
    "AADSTS700211",
    "AADSTS70025",
    "AADSTS700024",
    "AADSTS7000222",
    "AADSTS7000215",
    "AADSTS700016",
    "AADSTS90002",
    "AADSTS50076",
    "AADSTS53003",
    "AADSTS500011",
];

#[derive(Template)]
#[template(path = "site/index.html")]
struct IndexPage {
    root: &'static str,
    count: usize,
    frequent: Vec<Row>,
    categories: Vec<Group>,
    surfaces: Vec<Group>,
}

#[derive(Template)]
#[template(path = "site/list.html")]
struct ListPage {
    root: &'static str,
    title: String,
    kind: &'static str,
    count: usize,
    rows: Vec<Row>,
    pages: Vec<(String, usize, bool)>,
}

struct Row {
    address: String,
    code: &'static str,
    title: &'static str,
    severity: &'static str,
}

struct Group {
    address: String,
    name: String,
    count: usize,
}

pub(super) fn index() -> Result<File, askama::Error> {
    let row =
        |code: &&str| fedlens_catalog::entry(code).map(|entry| Row::of(entry, |code| format!("code/{code}.html")));
    let page = IndexPage {
        root: "",
        count: entries().len(),
        frequent: FREQUENT.iter().filter_map(row).collect(),
        categories: groups("category", by_category()),
        surfaces: groups("surface", by_surface()),
    };
    Ok(File { path: "index.html".to_owned(), content: page.render()? })
}

pub(super) fn lists() -> Result<Vec<File>, askama::Error> {
    let mut files = Vec::new();
    for (kind, lists) in [("category", by_category()), ("surface", by_surface())] {
        for (name, mut entries) in lists {
            entries.sort_by_key(|entry| (std::cmp::Reverse(entry.severity), entry.code));
            list(kind, name, &entries, &mut files)?;
        }
    }
    Ok(files)
}

fn list(
    kind: &'static str,
    name: &str,
    entries: &[&'static Entry],
    files: &mut Vec<File>,
) -> Result<(), askama::Error> {
    let chunks: Vec<_> = entries.chunks(PAGE_ENTRIES).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        let file =
            |number: usize| if number == 0 { format!("{name}.html") } else { format!("{name}-{}.html", number + 1) };
        let page = ListPage {
            root: "../",
            title: spoken(name),
            kind,
            count: entries.len(),
            rows: chunk.iter().map(|entry| Row::of(entry, address)).collect(),
            pages: (0..chunks.len()).map(|other| (file(other), other + 1, other == number)).collect(),
        };
        files.push(File { path: format!("{kind}/{}", file(number)), content: page.render()? });
    }
    Ok(())
}

impl Row {
    fn of(entry: &'static Entry, address: impl Fn(&str) -> String) -> Self {
        Self {
            address: address(entry.code),
            code: entry.code,
            title: entry.title,
            severity: severity_word(entry.severity),
        }
    }
}

fn by_category() -> BTreeMap<&'static str, Vec<&'static Entry>> {
    let mut lists: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for entry in entries() {
        lists.entry(entry.category).or_default().push(entry);
    }
    lists
}

fn by_surface() -> BTreeMap<&'static str, Vec<&'static Entry>> {
    let mut lists: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for entry in entries() {
        for surface in entry.surfaces {
            lists.entry(*surface).or_default().push(entry);
        }
    }
    lists
}

fn groups(kind: &str, lists: BTreeMap<&'static str, Vec<&'static Entry>>) -> Vec<Group> {
    let group = |(name, entries): (&str, Vec<&Entry>)| Group {
        address: format!("{kind}/{name}.html"),
        name: spoken(name),
        count: entries.len(),
    };
    lists.into_iter().map(group).collect()
}
