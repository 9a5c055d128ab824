//! Subjects that the other platforms never send.

use super::SubjectFault;
use crate::platform::guid;
use crate::{Misencoding, Subject, encode_guid, misencoded};

type Fault = Option<SubjectFault>;

fn fault(sentence: impl Into<String>, instead: Option<String>) -> Fault {
    Some(SubjectFault::malformed(sentence, instead))
}

pub(super) fn kubernetes(parsed: &Subject, subject: &str) -> Fault {
    let Subject::ServiceAccount { namespace, name } = parsed else {
        let form = "Kubernetes writes `system:serviceaccount:namespace:name`.";
        return fault(form, service_account(subject));
    };
    let is_name =
        |name: &str| name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.'));
    if is_name(namespace) && is_name(name) {
        return None;
    }
    fault("Namespaces and service accounts are named in lower-case letters, digits, dashes and dots.", None)
}

/// The service account that a subject with wrong separators, or without its beginning, names.
fn service_account(subject: &str) -> Option<String> {
    let starts = ["system:serviceaccount:", "system:serviceaccounts:", "serviceaccount:", "system:sa:", "system:"];
    let rest = starts.iter().find_map(|start| subject.strip_prefix(start)).unwrap_or(subject);
    let (namespace, name) = rest.split_once([':', '/'])?;
    let plain = |part: &str| !part.is_empty() && !part.contains([':', '/', ' ']);
    (plain(namespace) && plain(name)).then(|| format!("system:serviceaccount:{namespace}:{name}"))
}

pub(super) fn azure_devops(parsed: &Subject, subject: &str) -> Fault {
    match parsed {
        Subject::ServiceConnection { .. } | Subject::Pipeline { .. } => None,
        _ if subject.starts_with("/eid1/") => fault(
            "Subjects of this form come from Entra; Azure DevOps' own issuer sends `sc://organisation/project/connection`.",
            None,
        ),
        _ => {
            let bare = subject.trim_start_matches("sc:").trim_start_matches('/');
            let whole = bare.split('/').filter(|part| !part.is_empty()).count() == 3 && !bare.contains(':');
            fault("Azure DevOps writes `sc://organisation/project/connection`.", whole.then(|| format!("sc://{bare}")))
        }
    }
}

pub(super) fn entra(parsed: &Subject, subject: &str) -> Fault {
    if subject.starts_with("/eid1/") {
        return structured(parsed, subject);
    }
    match parsed {
        Subject::ObjectId(id) if id.bytes().any(|c| c.is_ascii_uppercase()) => {
            fault("Entra writes object ids in lower case.", Some(id.to_ascii_lowercase()))
        }
        Subject::ObjectId(_) => None,
        Subject::ServiceConnection { .. } | Subject::Pipeline { .. } => {
            fault("Under an Entra issuer the subject of a service connection begins with `/eid1/` and holds ids.", None)
        }
        _ => {
            let bare = subject.trim_matches(['{', '}']);
            let instead = guid(bare).map(|id| id.to_string());
            // A template's placeholder is no fault.
            if instead.is_none() && subject.contains(['{', '}']) {
                return None;
            }
            fault("Entra sends the object id of the managed identity, a GUID.", instead)
        }
    }
}

/// `/eid1/…`, of which the tenant and the application are encoded GUIDs.
fn structured(parsed: &Subject, subject: &str) -> Fault {
    let wrong = misencoded(subject);
    if wrong.iter().any(|wrong| wrong.what == Misencoding::Placeholder) {
        return None;
    }
    if let Some(first) = wrong.first() {
        let instead = wrong.iter().try_fold(subject.to_owned(), |text, wrong| {
            Some(text.replacen(&format!("/{}", wrong.text), &format!("/{}", encode_guid(wrong.meant?)), 1))
        });
        return fault(
            format!(
                "The {} in `{}` is not encoded as Entra does: base64url, without padding, of the GUID's bytes with the first three fields little-endian.",
                first.segment, first.text
            ),
            instead,
        );
    }
    match parsed {
        Subject::Eid1(eid1) if eid1.application == crate::AZURE_DEVOPS => {
            let known = eid1.service_connection().is_some() || eid1.pipeline().is_some();
            let form =
                "Azure DevOps ends this subject in `sc/` with the ids of the organisation and of the connection.";
            if known { None } else { fault(form, None) }
        }
        Subject::Eid1(_) => None,
        _ if subject.contains(['{', '}']) => None,
        _ => fault(
            "A structured subject is `/eid1/c/cloud/t/tenant/a/application/` and what the application adds.",
            None,
        ),
    }
}

pub(super) fn gitlab(parsed: &Subject, subject: &str) -> Fault {
    let Subject::GitLab { pairs } = parsed else {
        let form = "GitLab writes `project_path:group/project:ref_type:branch:ref:main`.";
        let instead = subject.strip_prefix("project-path:").map(|rest| format!("project_path:{rest}"));
        return fault(form, instead);
    };
    pairs.iter().find_map(|(key, value)| gitlab_claim(key, value, subject))
}

fn gitlab_claim(key: &str, value: &str, subject: &str) -> Fault {
    match key {
        _ if value.is_empty() => fault(format!("The value of `{key}` is missing."), None),
        "ref" => {
            let (heads, tags) = (value.strip_prefix("refs/heads/"), value.strip_prefix("refs/tags/"));
            let short = heads.or(tags)?;
            let instead = subject.replacen(&format!(":ref:{value}"), &format!(":ref:{short}"), 1);
            fault("GitLab writes the short name of the branch or tag.", Some(instead))
        }
        "ref_type" if !matches!(value, "branch" | "tag") => fault("`ref_type` is `branch` or `tag`.", None),
        "project_path" => {
            let bare = value.split_once("://").and_then(|(_, rest)| Some(rest.split_once('/')?.1));
            if bare.is_none() && value.contains('/') && !value.starts_with('/') {
                return None;
            }
            let instead = bare.or(value.strip_prefix('/')).map(|bare| subject.replacen(value, bare, 1));
            fault("A project's path is `group/project`.", instead)
        }
        "project_id" | "namespace_id" if !value.bytes().all(|byte| byte.is_ascii_digit()) => {
            fault(format!("`{key}` is a number."), None)
        }
        _ => None,
    }
}

pub(super) fn terraform(parsed: &Subject, subject: &str) -> Fault {
    match parsed {
        Subject::Terraform { run_phase, .. } if !matches!(run_phase.as_str(), "plan" | "apply") => {
            fault("`run_phase` is `plan` or `apply`.", None)
        }
        Subject::Terraform { organisation, project, workspace, .. }
            if [organisation, project, workspace].iter().any(|name| name.is_empty()) =>
        {
            fault("A name is missing.", None)
        }
        Subject::Terraform { .. } => None,
        // Stacks name a deployment, and older installations leave the project out.
        _ if subject.contains(":stack:") || subject.starts_with("organization:") && subject.contains(":run_phase:") => {
            None
        }
        _ => fault(
            "Terraform writes `organization:name:project:name:workspace:name:run_phase:` and `plan` or `apply`.",
            None,
        ),
    }
}

pub(super) fn google(subject: &str) -> Fault {
    if subject.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let what = if subject.contains('@') { "; an e-mail address is in another claim" } else { "" };
    fault(format!("Google sends the number of the service account, its unique id{what}."), None)
}
