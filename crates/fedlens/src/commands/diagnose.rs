//! `fedlens diagnose`

use std::fs;
use std::path::Path;

use anyhow::{Context, Error, bail};
use fedlens_diagnose::{Diagnosis, Options, diagnose};
use fedlens_evidence::{Content, Evidence, Item};
use fedlens_report::{diagnosis, diagnosis_markdown, json};
use fedlens_token::Redaction;
use fedlens_trust::read::{exchange_case, write_exchange_case};

use crate::cli::{DiagnoseArguments, Format};
use crate::commands::now;
use crate::input;
use crate::output::{Output, Status};

pub(crate) fn run(arguments: &DiagnoseArguments, output: &Output) -> Result<Status, Error> {
    let mut evidence = input::evidence(&arguments.paths, output);
    if let Some(path) = &arguments.case {
        evidence.items.insert(0, case(path)?);
    }
    let options = Options {
        tenant: arguments.tenant.clone(),
        client_id: arguments.client_id.clone(),
        scope: arguments.scope.clone(),
        at: arguments.at,
        now: now(),
        cloud: arguments.cloud.map(Into::into),
    };
    let found = diagnose(&evidence, &options);
    if let Some(path) = &arguments.save_case {
        save(&found, path)?;
    }
    let redaction = arguments.form.redaction();
    output.print(&match arguments.form.format {
        Format::Human => diagnosis(&found, &languages(&evidence), redaction),
        Format::Json => json(&found, redaction)?,
        Format::Markdown => diagnosis_markdown(&found, redaction),
    })?;
    Ok(if evidence.items.is_empty() { Status::Failed } else { found.exit().into() })
}

fn case(path: &Path) -> Result<Item, Error> {
    let text = input::whole(path)?;
    let named = || format!("{} is not an exchange case", path.display());
    let document = serde_json::from_str(&text).with_context(named)?;
    let case = exchange_case(&document).with_context(named)?;
    Ok(Item {
        source: path.display().to_string(),
        taken_for: format!("exchange case `{}`", case.case),
        content: Content::Case(Box::new(case)),
    })
}

fn save(found: &Diagnosis, path: &Path) -> Result<(), Error> {
    let Some(exchange) = &found.exchange else {
        bail!("there is no exchange to save: that takes a token, a message that quotes it, or a credential list");
    };
    let name = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let text = json(&write_exchange_case(&exchange.to_case(&name)), Redaction::On)?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The languages of the reader's source code, as fenced blocks name them.
fn languages(evidence: &Evidence) -> Vec<&'static str> {
    let named = |item: &Item| match &item.content {
        Content::Code(file) => Some(match file.language {
            "C#" => "csharp",
            "Python" => "python",
            "TypeScript" | "JavaScript" => "typescript",
            "Java" => "java",
            "Go" => "go",
            "PowerShell" => "powershell",
            _ => "bash",
        }),
        _ => None,
    };
    let mut languages: Vec<_> = evidence.items.iter().filter_map(named).collect();
    languages.dedup();
    languages
}
