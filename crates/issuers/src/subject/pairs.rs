//! Subjects made of `key:value` pairs: GitHub's customised templates and GitLab.
//!
//! A value may hold a colon, such as an environment name that an older Enterprise
//! Server did not escape, so a value ends only where a known key begins.

/// Claims that GitHub lets a template name, and the contexts it expands to.
/// From the claims of GitHub's OIDC reference.
pub(crate) const GITHUB_KEYS: &[&str] = &[
    "actor",
    "actor_id",
    "base_ref",
    "check_run_id",
    "enterprise",
    "enterprise_id",
    "environment",
    "environment_node_id",
    "event_name",
    "head_ref",
    "issuer_scope",
    "job_workflow_ref",
    "job_workflow_sha",
    "pull_request",
    "ref",
    "ref_protected",
    "ref_type",
    "repo",
    "repo_property",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "run_attempt",
    "run_id",
    "run_number",
    "runner_environment",
    "sha",
    "workflow",
    "workflow_ref",
    "workflow_sha",
];

/// Claims that GitLab lets a project's subject be made of.
pub(crate) const GITLAB_KEYS: &[&str] = &[
    "deployment_tier",
    "environment",
    "environment_protected",
    "namespace_id",
    "namespace_path",
    "pipeline_source",
    "project_id",
    "project_path",
    "ref",
    "ref_protected",
    "ref_type",
    "user_login",
];

/// The one key that GitHub writes without a value.
pub(crate) const PULL_REQUEST: &str = "pull_request";

/// The key as the list spells it; `repo_property_{name}` counts as `repo_property`.
pub(crate) fn known(key: &str, keys: &'static [&'static str]) -> Option<&'static str> {
    let family = if key.starts_with("repo_property_") { "repo_property" } else { key };
    keys.iter().find(|known| **known == family).copied()
}

/// Splits a subject that consists of known keys and their values; `None` where it does not.
/// Joining the pairs gives the subject again.
pub(super) fn split(subject: &str, keys: &'static [&'static str]) -> Option<Vec<(String, String)>> {
    let mut words = subject.split(':').peekable();
    let mut pairs = Vec::new();
    while let Some(key) = words.next() {
        known(key, keys)?;
        let mut value = String::new();
        // `pull_request` is a context without a value, unless no known key follows it.
        let bare = key == PULL_REQUEST && words.peek().is_none_or(|next| known(next, keys).is_some());
        if !bare {
            value.push_str(words.next()?);
            while let Some(word) = words.next_if(|next| known(next, keys).is_none()) {
                value.push(':');
                value.push_str(word);
            }
            if key == PULL_REQUEST && value.is_empty() {
                return None;
            }
        }
        pairs.push((key.to_owned(), value));
    }
    Some(pairs)
}

/// The pairs as one text, as they were before [`split`].
pub(super) fn join(pairs: &[(String, String)]) -> String {
    let mut out = String::new();
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push(':');
        }
        out.push_str(key);
        if !(key == PULL_REQUEST && value.is_empty()) {
            out.push(':');
            out.push_str(value);
        }
    }
    out
}

/// GitLab's first component is the project, by path or by id.
pub(super) fn names_gitlab_project(pairs: &[(String, String)]) -> bool {
    pairs.first().is_some_and(|(key, _)| {
        ["project_path", "project_id", "namespace_path", "namespace_id"].contains(&key.as_str())
    })
}
