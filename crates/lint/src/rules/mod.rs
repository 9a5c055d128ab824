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

mod refusal;

rules![
    subject_mismatch,
    subject_case,
    subject_context,
    subject_form,
    tag_or_branch,
    issuer_enterprise_slug,
    issuer_mismatch,
    audience_mismatch,
];
