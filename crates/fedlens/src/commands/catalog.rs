//! `fedlens catalog`

use std::fs;
use std::path::Path;

use anyhow::{Context, Error};
use fedlens_catalog::{Entry, Filter, entries, search};
use fedlens_report::{
    catalog_export_json, catalog_export_markdown, catalog_export_ndjson, catalog_list, catalog_list_json,
    catalog_list_markdown, site,
};

use super::explain;
use crate::cli::{CatalogCommand, ExportFormat, Format, Which};
use crate::output::{Output, Status};

pub(crate) fn run(command: &CatalogCommand, output: &Output) -> Result<Status, Error> {
    match command {
        CatalogCommand::Search { words, which, limit, format } => {
            let mut found = search(&words.join(" "), &filter(which));
            found.truncate(*limit);
            print(&found, *format, output)
        }
        CatalogCommand::List { which, format } => print(&search("", &filter(which)), *format, output),
        CatalogCommand::Show(arguments) => explain::run(arguments, output),
        CatalogCommand::Export { format } => {
            output.print(&match format {
                ExportFormat::Json => catalog_export_json(entries())?,
                ExportFormat::Ndjson => catalog_export_ndjson(entries())?,
                ExportFormat::Markdown => catalog_export_markdown(entries()),
            })?;
            Ok(Status::Clean)
        }
        CatalogCommand::Site { folder } => write_site(folder, output),
    }
}

fn filter(which: &Which) -> Filter {
    Filter {
        category: which.category.clone(),
        surface: which.surface.clone(),
        severity: which.severity.map(Into::into),
    }
}

fn print(found: &[&'static Entry], format: Format, output: &Output) -> Result<Status, Error> {
    if found.is_empty() {
        output.note("no code in the catalog fits; fewer or other words may");
    }
    output.print(&match format {
        Format::Human => catalog_list(found),
        Format::Json => catalog_list_json(found)?,
        Format::Markdown => catalog_list_markdown(found),
    })?;
    Ok(if found.is_empty() { Status::Findings } else { Status::Clean })
}

fn write_site(folder: &Path, output: &Output) -> Result<Status, Error> {
    let pages = site::pages()?;
    for page in &pages {
        let path = folder.join(&page.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&path, &page.content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    output.note(&format!("{} files; open {}", pages.len(), folder.join("index.html").display()));
    Ok(Status::Clean)
}
