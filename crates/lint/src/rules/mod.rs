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

mod refusal;

rules![
    suppression_without_reason,
    unused_suppression,
    expired_suppression,
    subject_mismatch,
    subject_case,
    subject_context,
    subject_form,
    leftover_subject,
    tag_or_branch,
    subject_template,
    reusable_workflow_subject,
    issuer_vstoken,
    issuer_enterprise_slug,
    issuer_of_converted_connection,
    issuer_mismatch,
    audience_default,
    audience_mismatch,
    credential_unused,
    id_token_missing,
    id_token_read,
    id_token_of_caller,
    login_inputs,
    fork_pull_request,
    late_step,
    secret_despite_federation,
    pod_label_missing,
    client_id_annotation,
    service_account_mismatch,
    projected_token,
    token_expiration,
    webhook_annotations,
    pod_identity_v1,
    gitlab_token_missing,
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
