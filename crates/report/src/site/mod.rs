//! A static web site of the catalog: one page a code, lists by category and surface, a search that needs
//! no server. It works from a disk and asks nothing of any other host.

mod code;
mod list;
mod search;

use fedlens_catalog::entries;
use pulldown_cmark::{Options, Parser, html};

/// A file of the site.
#[derive(Debug)]
pub struct File {
    /// Its path below the site's folder, with forward slashes.
    pub path: String,
    /// What is in it.
    pub content: String,
}

/// Every file of the site.
///
/// # Errors
///
/// When a template cannot be rendered, which no entry causes.
pub fn pages() -> Result<Vec<File>, askama::Error> {
    let mut files = vec![
        File {
            path: "assets/style.css".to_owned(),
            content: include_str!("../../templates/site/style.css").to_owned(),
        },
        File {
            path: "assets/search.js".to_owned(),
            content: include_str!("../../templates/site/search.js").to_owned(),
        },
        File { path: "assets/entries.js".to_owned(), content: search::data() },
        list::index()?,
    ];
    files.extend(list::lists()?);
    for entry in entries() {
        files.push(code::page(entry)?);
    }
    Ok(files)
}

/// The page of a code, seen from a folder beside it.
fn address(code: &str) -> String {
    format!("../code/{code}.html")
}

/// Markdown as HTML; raw HTML in it is shown, not passed on.
fn rendered(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        pulldown_cmark::Event::Html(text) | pulldown_cmark::Event::InlineHtml(text) => {
            pulldown_cmark::Event::Text(text)
        }
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    // Wide blocks scroll, and what scrolls has to be within reach of the keyboard.
    out.replace("<pre>", "<pre tabindex=\"0\">")
}

/// `power-bi` as people write it.
fn spoken(name: &str) -> String {
    match name {
        "power-bi" => "Power BI".to_owned(),
        "data-factory" => "Data Factory".to_owned(),
        "github-actions" => "GitHub Actions".to_owned(),
        "azure-devops" => "Azure DevOps".to_owned(),
        "managed-identity" => "Managed identity".to_owned(),
        other => {
            let mut chars = other.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::pages;

    const PAGE_LIMIT: usize = 60_000;

    #[test]
    fn every_page_is_small_and_asks_nothing_of_other_hosts() {
        for file in pages().unwrap().iter().filter(|file| file.path.ends_with(".html")) {
            assert!(file.content.len() < PAGE_LIMIT, "{}: {} bytes", file.path, file.content.len());
            for request in ["src=\"http", "<link rel=\"stylesheet\" href=\"http", "@import", "url("] {
                assert!(!file.content.contains(request), "{} has {request}", file.path);
            }
        }
    }

    #[test]
    fn every_link_inside_the_site_leads_to_a_page() {
        let files = pages().unwrap();
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        for file in files.iter().filter(|file| file.path.ends_with(".html")) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for link in file.content.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                if link.starts_with("http") || link.starts_with('#') {
                    continue;
                }
                let target = match link.strip_prefix("../") {
                    Some(target) => target.to_owned(),
                    None if folder.is_empty() => link.to_owned(),
                    None => format!("{folder}/{link}"),
                };
                assert!(paths.contains(target.as_str()), "{} links to {link}", file.path);
            }
        }
    }
}
