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
    federated_token_as_assertion,
    token_file_read_once,
    federated_token_reused,
    user_token_as_assertion,
    on_behalf_of_token_as_assertion,
    cli_token_as_assertion,
    delegated_scopes,
    app_token_in_code,
    managed_identity_wrong_audience,
    password_in_environment,
    client_id_is_tenant_id,
];
