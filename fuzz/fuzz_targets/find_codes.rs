//! No input makes the finder panic, and how it is cut into chunks never matters.

#![no_main]

use fedlens_catalog::{Finder, find};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((size, text)) = data.split_first() else { return };
    let whole = find(text);
    for failure in &whole {
        assert!(failure.at.start < failure.at.end && failure.at.end <= text.len(), "{failure:?}");
        assert!(failure.line > 0 && failure.mentions > 0, "{failure:?}");
    }
    let mut finder = Finder::new();
    text.chunks(usize::from(*size) + 1).for_each(|chunk| finder.push(chunk));
    assert_eq!(finder.finish().0, whole, "the same failures in chunks");
});
