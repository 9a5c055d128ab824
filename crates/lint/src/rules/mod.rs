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
    federated_token_as_assertion,
    token_file_read_once,
    task_without_federation,
    connection_not_referenced,
    oidc_request_get,
    system_accesstoken_not_mapped,
    oidc_without_connection_id,
    spn_variables_missing,
    user_token_as_assertion,
    on_behalf_of_token_as_assertion,
    delegated_scopes,
    user_credential,
    secret_in_plain_text,
    service_principal_is_tenant,
    app_token_in_code,
    managed_identity_wrong_audience,
    credential_reference,
    pipeline_token_request,
];
