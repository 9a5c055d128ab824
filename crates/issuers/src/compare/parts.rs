//! Subjects as named parts, and the parts in which two of them differ.

use super::Part;
use crate::Subject;
use crate::platform::pattern;
use crate::subject::github::is_context_key;
use crate::subject::{GITHUB_KEYS, GITLAB_KEYS, known};

/// A part of one subject.
pub(super) type Named = (&'static str, String);

/// The parts of a subject in the order in which it writes them.
pub(super) fn named(subject: &Subject) -> Vec<Named> {
    match subject {
        Subject::GitHub { owner, repository, ids, context } => {
            let mut out = vec![("owner", owner.clone()), ("repository", repository.clone())];
            if let Some((owner, repository)) = ids {
                out.extend([("owner-id", owner.clone()), ("repository-id", repository.clone())]);
            }
            out.push(("context", context.clone()));
            out
        }
        Subject::GitHubTemplate { pairs } => pairs.iter().map(claim).collect(),
        Subject::GitLab { pairs } => {
            pairs.iter().map(|(key, value)| (known(key, GITLAB_KEYS).unwrap_or("claim"), value.clone())).collect()
        }
        Subject::ServiceConnection { organisation, project, connection } => {
            vec![
                ("organisation", organisation.clone()),
                ("project", project.clone()),
                ("connection", connection.clone()),
            ]
        }
        Subject::Pipeline { organisation, project, pipeline } => {
            vec![("organisation", organisation.clone()), ("project", project.clone()), ("pipeline", pipeline.clone())]
        }
        Subject::Eid1(eid1) => {
            let mut out = vec![
                ("cloud", eid1.cloud.clone()),
                ("tenant", eid1.tenant.to_string()),
                ("application", eid1.application.to_string()),
            ];
            match (eid1.service_connection(), eid1.pipeline()) {
                (Some((organisation, connection)), _) => {
                    out.extend([("organisation", organisation.to_owned()), ("connection", connection.to_owned())]);
                }
                (_, Some((host, definition))) => {
                    out.extend([("host", host.to_owned()), ("pipeline", definition.to_owned())]);
                }
                _ => out.push(("path", eid1.path.clone())),
            }
            out
        }
        Subject::ServiceAccount { namespace, name } => {
            vec![("namespace", namespace.clone()), ("service-account", name.clone())]
        }
        Subject::Terraform { organisation, project, workspace, run_phase } => vec![
            ("organisation", organisation.clone()),
            ("project", project.clone()),
            ("workspace", workspace.clone()),
            ("run-phase", run_phase.clone()),
        ],
        Subject::ObjectId(id) => vec![("object-id", id.clone())],
        Subject::Opaque(text) => vec![("subject", text.clone())],
    }
}

/// A pair of a GitHub template; whichever context it has goes by that name.
fn claim((key, value): &(String, String)) -> Named {
    if !is_context_key(key) {
        return (known(key, GITHUB_KEYS).unwrap_or("claim"), value.clone());
    }
    ("context", if value.is_empty() { key.clone() } else { format!("{key}:{value}") })
}

/// The parts that differ. A masked value agrees with whatever it may hide.
pub(super) fn differing(presented: &[Named], configured: &[Named]) -> Vec<Part> {
    let value = |of: &[Named], name: &str| {
        of.iter().find(|(known, _)| *known == name).map_or_else(String::new, |(_, value)| value.clone())
    };
    let mut names: Vec<&'static str> = Vec::with_capacity(presented.len());
    for (name, _) in presented.iter().chain(configured) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| Part { name, presented: value(presented, name), configured: value(configured, name) })
        .filter(|part| !pattern::agrees(&part.presented, &part.configured))
        .collect()
}

/// The subjects as a whole, for when no part can be named.
pub(super) fn whole(presented: &str, configured: &str) -> Vec<Part> {
    vec![Part { name: "subject", presented: presented.to_owned(), configured: configured.to_owned() }]
}
