//! What a file is: by its path, then by what is in it.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use crate::facts::Facts;
use crate::source::{FileId, json, yaml};
use crate::{arm, azure_devops, code, commands, definitions, export, github, gitlab, kubernetes, terraform};

/// The forms that files are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Yaml,
    Json,
    Terraform,
    TerraformVariables,
    Bicep,
    Notebook,
    Shell,
    PowerShell,
    Dockerfile,
    Environment,
    Source(code::Language),
}

/// The form of a file, by its name; `None` for one that is of no use.
pub(crate) fn form(path: &str) -> Option<Form> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    if lower == "dockerfile"
        || lower == "containerfile"
        || lower.starts_with("dockerfile.")
        || lower.ends_with(".dockerfile")
    {
        return Some(Form::Dockerfile);
    }
    if lower == ".env" || lower.starts_with(".env.") || lower.ends_with(".env") {
        return Some(Form::Environment);
    }
    if name == "Kustomization" {
        return Some(Form::Yaml);
    }
    if lower.ends_with(".tf.json") || lower.ends_with(".tfvars.json") {
        return None;
    }
    let (_, extension) = lower.rsplit_once('.')?;
    Some(match extension {
        "yml" | "yaml" => Form::Yaml,
        "json" | "jsonc" => Form::Json,
        "tf" => Form::Terraform,
        "tfvars" => Form::TerraformVariables,
        "bicep" | "bicepparam" => Form::Bicep,
        "ipynb" => Form::Notebook,
        "sh" | "bash" | "zsh" | "ksh" => Form::Shell,
        "ps1" | "psm1" => Form::PowerShell,
        _ => return code::Language::of_extension(extension).map(Form::Source),
    })
}

/// Whether files of that name can be of use; [`wants`] looks into them.
pub fn may_want(path: &str) -> bool {
    form(path).is_some()
}

/// Words without one of which a file says nothing of a sign-in to Entra. Letter case does not count.
const WORDS: &[&str] = &[
    "azure",
    "id-token",
    "id_token",
    "federat",
    "oauth2/",
    "client_assertion",
    "clientassertion",
    "msal",
    "serviceaccount",
    "serviceprincipal",
    "microsoft.identity",
    "microsoft.managedidentity",
    "microsoft.graph",
    "az login",
    "connect-az",
    "connect-mggraph",
    "get-azaccesstoken",
    "az account",
    "azd auth",
    "datasourcetype",
    "credentialtype",
    "credentialdetails",
    ".github/workflows/",
    "arm_",
    "idtoken",
    "oidc",
    "\"audiences\"",
    "aadpodid",
    "kustomize.toolkit.fluxcd.io",
    "argoproj.io",
    "ci_job_jwt",
    "managedidentity",
    "serviceconnection",
    "system_accesstoken",
    "typeproperties",
];

static SCAN: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());

/// Whether a file can say anything of a sign-in: whether its name is of a form that is read, and one of the words
/// that have to be in it is. It parses nothing.
pub fn wants(path: &str, bytes: &[u8]) -> bool {
    let Some(form) = form(path) else { return false };
    match form {
        // Variables and overlays hold values for what other files say.
        Form::TerraformVariables => true,
        Form::Terraform => true,
        // A template may only pass on what its modules need.
        Form::Bicep => true,
        Form::Yaml if is_kustomization(path) || gitlab::is_named(path) => true,
        // A broken workflow is worth a word whatever is in it.
        Form::Yaml if github::is_workflow(path) => true,
        Form::Source(language) => code::wants(language, bytes),
        _ => has_word(bytes),
    }
}

fn has_word(bytes: &[u8]) -> bool {
    SCAN.as_ref().is_none_or(|scan| scan.is_match(bytes))
}

/// Whether a file is a kustomization, by its name.
pub(crate) fn is_kustomization(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("kustomization.yaml" | "kustomization.yml" | "Kustomization"))
}

/// Reads a file of a form.
pub(crate) fn read(form: Form, file: FileId, path: &str, text: &str, facts: &mut Facts) {
    match form {
        Form::Yaml => read_yaml(file, path, text, facts),
        Form::Json => read_json(file, path, text, facts),
        Form::Terraform => terraform::read(file, text, facts),
        Form::TerraformVariables => terraform::read_variables(file, text, facts),
        Form::Bicep => arm::read_bicep(file, text, facts),
        Form::Notebook => code::read_notebook(file, text, facts),
        Form::Shell | Form::PowerShell | Form::Dockerfile | Form::Environment => {
            commands::read(form, file, text, facts);
        }
        Form::Source(language) => code::read(language, file, text, facts),
    }
}

fn read_yaml(file: FileId, path: &str, text: &str, facts: &mut Facts) {
    if is_template(text) && !path.contains(".github/") {
        return;
    }
    let (documents, error) = yaml::read(file, text);
    if let Some(error) = error.filter(|_| is_ours(path, text)) {
        facts.fault(error);
    }
    if github::is_workflow(path) && !has_word(text.as_bytes()) {
        return;
    }
    for document in documents {
        commands::read_steps(&document, text, facts);
        if github::is_workflow(path) {
            github::read_workflow(document, facts);
        } else if github::is_action(path, &document) {
            github::read_action(&document, facts);
        } else if gitlab::is_pipeline(path, &document) {
            gitlab::read(&document, facts);
        } else if kubernetes::is_manifest(path, &document) {
            kubernetes::read(path, &document, facts);
        } else if azure_devops::is_pipeline(&document) {
            azure_devops::read(&document, text, facts);
        }
    }
}

/// What is in files that deal with a federated identity credential, whatever else they are.
const FEDERATED: &[&str] =
    &["federatedIdentityCredentials", "AzureADTokenExchange", "azure.workload.identity/", "azure/login", "id_tokens"];

/// Whether a file that cannot be read is of use without doubt: by its path, or by a word that nothing else has. Of
/// any other, such as a template for YAML or lines of JSON, nobody expects that it can be read.
fn is_ours(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let named = github::is_workflow(path)
        || gitlab::is_named(path)
        || is_kustomization(path)
        || name.starts_with("azure-pipelines");
    named || FEDERATED.iter().any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a YAML file is a Helm template: it is YAML only once it is rendered.
fn is_template(text: &str) -> bool {
    text.contains("{{-") || text.contains("{{ .Values") || text.contains("{{ include") || text.contains("{{.Values")
}

fn read_json(file: FileId, path: &str, text: &str, facts: &mut Facts) {
    let document = match json::read(file, text) {
        Ok(document) => document,
        Err(error) if is_ours(path, text) => return facts.fault(error),
        Err(_) => return,
    };
    if arm::is_template(&document) {
        arm::read(path, &document, facts);
    } else if terraform::is_plan(&document) {
        terraform::read_plan(&document, facts);
    } else if github::is_subject_template(&document) {
        github::read_subject_template(&document, facts);
    } else if definitions::is_definition(path, &document) {
        definitions::read(&document, facts);
    } else {
        export::read(path, &document, facts);
    }
}
