//! Any text is parsed or refused; what is parsed reads the same when written again, and can be evaluated.

#![no_main]

use fedlens_token::Claims;
use fedlens_trust::flexible::Expression;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    match Expression::parse(text) {
        Ok(expression) => {
            assert_eq!(Expression::parse(&expression.to_string()).as_ref(), Ok(&expression));
            let claims: Claims = [("sub".to_owned(), Value::from(text))].into_iter().collect();
            assert_eq!(expression.first_mismatch(&claims), expression.first_mismatch(&claims));
        }
        Err(error) => assert!(error.expression.get(error.at.clone()).is_some() && error.to_string().contains('^')),
    }
    assert!(Expression::warnings(text).iter().all(|warning| text.get(warning.at.clone()).is_some()));
});
