//! The rules, one a file. To add one, write its file and name it here.

use crate::Rule;

/// Every rule that has a file of that name.
macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// Every rule, by id.
        pub static RULES: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules![
    subject_mismatch,
    issuer_trailing_slash,
    issuer_in_cluster,
    issuer_malformed,
    audience_wrong_cloud,
    audience_guid,
    audience_unusual,
    credential_overlap,
    credential_duplicate,
    credential_count,
    credential_name,
    subject_wildcard,
    subject_malformed,
    expression_invalid,
    expression_claims,
    concurrent_writes,
];
