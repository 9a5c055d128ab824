#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The first byte sizes the chunks: read whole or in pieces, the answer is the same.
    let Some((size, bytes)) = bytes.split_first() else { return };
    let mut reader = fedlens_evidence::Reader::new("fuzz");
    for chunk in bytes.chunks(usize::from(*size) + 1) {
        reader.push(chunk);
    }
    let (whole, chunked) = (fedlens_evidence::read("fuzz", bytes), reader.finish());
    assert_eq!(format!("{whole:?}"), format!("{chunked:?}"));
});
