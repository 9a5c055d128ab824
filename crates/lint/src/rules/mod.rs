//! The rules, one a file. To add one, write its file and name it here.

use crate::Rule;

/// Every rule that has a file of that name.
macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(pub(crate) mod $name;)*

        /// Every rule, by id.
        pub static RULES: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules![suppression_without_reason, unused_suppression, expired_suppression, subject_mismatch];
