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
    pod_label_missing,
    client_id_annotation,
    service_account_mismatch,
    projected_token,
    token_expiration,
    webhook_annotations,
    pod_identity_v1,
    gitlab_token_missing,
    gitlab_audience
];
