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
    leftover_subject,
    tag_or_branch,
    subject_template,
    reusable_workflow_subject,
    issuer_enterprise_slug,
    issuer_mismatch,
    audience_default,
    audience_mismatch,
    credential_unused,
    concurrent_writes,
    client_id_as_subject,
    system_assigned_as_assertion,
    app_token_as_assertion,
    identity_of_other_tenant,
    multitenant_app_from_azure_devops,
    application_of_other_tenant,
    id_token_missing,
    id_token_read,
    id_token_of_caller,
    login_inputs,
    fork_pull_request,
    late_step,
    secret_despite_federation,
];
