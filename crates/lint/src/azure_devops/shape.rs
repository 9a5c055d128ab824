//! What an Azure pipeline looks like: its file may have any name.

use crate::source::{Node, Value};

/// Keys that make a mapping a step.
const STEPS: &[&str] = &[
    "task",
    "bash",
    "pwsh",
    "powershell",
    "checkout",
    "publish",
    "download",
    "downloadBuild",
    "getPackage",
    "reviewApp",
    "template",
];

/// Keys that other pipelines write beside `script`.
const FOREIGN: &[&str] = &["image", "uses", "run", "args", "entrypoint", "commands", "stage", "tags", "only", "rules"];

/// Keys at the top of a file that only holds variables.
const VARIABLES: &[&str] = &["variables", "parameters"];

/// Whether a document is a pipeline or a template of one.
pub(crate) fn is_pipeline(document: &Node) -> bool {
    let foreign = ["apiVersion", "$schema", "openapi", "swagger", "services", "on", "runs"];
    if foreign.iter().any(|key| document.get(key).is_some()) {
        return false;
    }
    let any = |key: &str, is: fn(&Node) -> bool| document.get(key).is_some_and(|list| holds(list, is));
    any("steps", is_step)
        || any("jobs", is_job)
        || any("stages", is_stage)
        || document.get("extends").is_some_and(|extends| extends.get("template").is_some())
        || is_variables(document)
}

/// Whether a list has such an item, also within `${{ if }}` and `${{ each }}`.
pub(super) fn holds(list: &Node, is: fn(&Node) -> bool) -> bool {
    list.items()
        .iter()
        .any(|item| is(item) || item.entries().iter().any(|entry| is_directive(&entry.key) && holds(&entry.value, is)))
}

/// Whether a key is one of `${{ if }}` and its like.
pub(super) fn is_directive(key: &str) -> bool {
    key.trim_start().starts_with("${{")
}

/// Whether a mapping is a step.
pub(super) fn is_step(item: &Node) -> bool {
    let scalar = |key: &str| item.get(key).is_some_and(|value| value.text().is_some());
    // A step's name is a word; elsewhere it is the image that the step runs in.
    let image = item.known_at(&["name"]).is_some_and(|name| name.contains(['/', ':', '.']));
    STEPS.iter().any(|key| scalar(key))
        || scalar("script") && !image && FOREIGN.iter().all(|key| item.get(key).is_none())
        || item.get("checkout").is_some()
}

/// Whether a mapping is a job.
pub(super) fn is_job(item: &Node) -> bool {
    ["job", "deployment", "template"].iter().any(|key| item.get(key).is_some())
}

/// Whether a mapping is a stage.
pub(super) fn is_stage(item: &Node) -> bool {
    ["stage", "template"].iter().any(|key| item.get(key).is_some())
}

/// Whether a file holds variables and nothing else.
fn is_variables(document: &Node) -> bool {
    let only = document.entries().iter().all(|entry| VARIABLES.contains(&entry.key.as_str()));
    only && document.get("variables").is_some_and(|variables| match &variables.value {
        Value::Sequence(_) => {
            holds(variables, |item| ["name", "group", "template"].iter().any(|key| item.get(key).is_some()))
        }
        Value::Mapping(_) => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, yaml};

    fn is(text: &str) -> bool {
        yaml::read(FileId(0), text).0.first().is_some_and(is_pipeline)
    }

    #[test]
    fn pipelines_and_templates() {
        for text in [
            "trigger: [main]\nsteps:\n- script: echo\n",
            "steps:\n- task: AzureCLI@2\n",
            "parameters: []\nsteps:\n- ${{ if true }}:\n  - bash: echo\n",
            "stages:\n- stage: Build\n",
            "jobs:\n- deployment: Deploy\n",
            "extends:\n  template: base.yml\n",
            "variables:\n- group: shared\n",
            "variables:\n  connection: deploy\n",
        ] {
            assert!(is(text), "{text}");
        }
    }

    #[test]
    fn files_of_others() {
        for text in [
            "stages: [build, deploy]\nbuild:\n  stage: build\n  script: [echo]\n",
            "on: push\njobs:\n  a:\n    steps:\n    - run: echo\n",
            "services:\n  app:\n    extends: {file: x, service: y}\n",
            "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build]\n",
            "steps:\n- label: test\n  command: make\n",
            "- hosts: all\n  tasks:\n  - shell: echo\n",
            "openapi: 3.0.0\npaths: {}\n",
            "apiVersion: tekton.dev/v1\nkind: Task\nsteps:\n- script: echo\n",
            "variables:\n  A: b\nbuild:\n  script: echo\n",
            "steps:\n  - image: alpine\n    script: echo\n",
            "steps:\n- name: gcr.io/cloud-builders/docker\n  script: echo\n",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
