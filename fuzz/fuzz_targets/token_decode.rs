//! Decoding never fails, and every problem has a place in the text.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let decoded = fedlens_token::decode(text);
    for problem in &decoded.problems {
        assert!(text.get(problem.at.clone()).is_some());
    }
    if let Some(claims) = &decoded.claims {
        let found = fedlens_token::classify(claims);
        assert!(!found.because.is_empty());
    }
});
