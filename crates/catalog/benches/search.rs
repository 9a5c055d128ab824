//! One search over the whole catalog, next to one pass over the text of its titles and meanings.

use divan::{Bencher, black_box};
use fedlens_catalog::{Filter, entries, search};
use memchr::memmem;

fn main() {
    divan::main();
}

#[divan::bench(args = ["user token as assertion", "AADSTS700229", "clinet secret expierd", "gateway"])]
fn words(bencher: Bencher<'_, '_>, query: &str) {
    search(query, &Filter::default());
    bencher.bench(|| search(black_box(query), &Filter::default()));
}

#[divan::bench]
fn memmem_over_the_texts(bencher: Bencher<'_, '_>) {
    let texts: String = entries().iter().flat_map(|entry| [entry.title, entry.meaning]).collect();
    bencher.bench(|| memmem::find_iter(black_box(texts.as_bytes()), b"user token").count());
}
