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
    issuer_vstoken,
    issuer_of_converted_connection,
    task_without_federation,
    connection_not_referenced,
    oidc_request_get,
    system_accesstoken_not_mapped,
    oidc_without_connection_id,
    spn_variables_missing,
    user_credential,
    secret_in_plain_text,
    service_principal_is_tenant,
    credential_reference,
    pipeline_token_request,
];
