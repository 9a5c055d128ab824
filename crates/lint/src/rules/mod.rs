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
    issuer_trailing_slash,
    issuer_vstoken,
    issuer_enterprise_slug,
    issuer_in_cluster,
    issuer_of_converted_connection,
    issuer_malformed,
    issuer_mismatch,
    audience_wrong_cloud,
    audience_guid,
    audience_default,
    audience_mismatch,
    audience_unusual,
    credential_unused,
    credential_overlap,
    credential_duplicate,
    credential_count,
    credential_name,
    subject_wildcard,
    subject_malformed,
    expression_invalid,
    expression_claims,
    concurrent_writes,
    client_id_as_subject,
    system_assigned_as_assertion,
    app_token_as_assertion,
    federated_token_as_assertion,
    identity_of_other_tenant,
    multitenant_app_from_azure_devops,
    application_of_other_tenant,
    id_token_missing,
    id_token_read,
    id_token_of_caller,
    login_inputs,
    fork_pull_request,
    late_step,
    token_file_read_once,
    federated_token_reused,
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
    user_token_as_assertion,
    on_behalf_of_token_as_assertion,
    cli_token_as_assertion,
    delegated_scopes,
    user_credential,
    secret_in_plain_text,
    service_principal_is_tenant,
    app_token_in_code,
    managed_identity_wrong_audience,
    credential_reference,
    pipeline_token_request,
    password_in_environment,
    client_id_is_tenant_id,
];
