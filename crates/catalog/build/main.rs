//! Turns the Markdown files under `catalog/` into static data and a search index.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads the catalog and its environment, and talks to cargo"
)]

mod files;
mod index;
mod literal;
#[path = "../src/search/words.rs"]
mod words;

use std::path::Path;
use std::{env, fs};

use files::Catalog;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../catalog");
    let out = Path::new(&env::var("OUT_DIR")?).to_owned();
    let catalog = Catalog::read(&root)?;
    fs::write(out.join("embedded.rs"), literal::embedded(&catalog)?)?;
    let index = index::Index::of(&catalog);
    fs::write(out.join("words.txt"), index.words())?;
    fs::write(out.join("postings.bin"), index.postings())?;
    fs::write(out.join("ends.bin"), index.ends())?;
    Ok(())
}
