//! `fedlens emulate token`

use std::path::Path;

use anyhow::{Context, Error, bail};
use clap::ValueEnum;
use fedlens_emulator::issuers::{
    AzureDevOps, AzureDevOpsForm, Draft, EXCHANGE_AUDIENCE, EntraClient, EntraToken, Generic, GitHub, GitLab,
    Kubernetes, Terraform,
};
use fedlens_emulator::{KeyError, Keys};
use fedlens_report::TokenView;
use fedlens_token::Redaction;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::serve::directory;
use crate::cli::{PlatformName, TokenArguments, TokenForm};
use crate::commands::now;
use crate::input;
use crate::output::{Output, Status};

pub(super) fn run(arguments: &TokenArguments, output: &Output) -> Result<Status, Error> {
    refuse_strays(arguments)?;
    let keys = keys(arguments)?;
    let real_time = now();
    let mut draft = draft(arguments, &keys, arguments.at.unwrap_or(real_time))?;
    change(&mut draft, arguments)?;
    spoil(&mut draft, arguments, arguments.at.unwrap_or(real_time));
    let token = draft.sign(&keys);
    if arguments.decode {
        let view = TokenView::new(&fedlens_token::decode(&token), real_time, Redaction::Off);
        output.aside(&fedlens_report::token(&view, Redaction::Off));
    }
    output.print(&match arguments.format {
        TokenForm::Jwt => format!("{token}\n"),
        TokenForm::Json => {
            let decoded = fedlens_token::decode(&token);
            let part = |part: Option<fedlens_token::Claims>| part.map(|claims| claims.0);
            let whole = json!({"header": part(decoded.header), "claims": part(decoded.claims), "token": token});
            format!("{}\n", serde_json::to_string_pretty(&whole)?)
        }
    })?;
    Ok(Status::Clean)
}

fn refuse_strays(arguments: &TokenArguments) -> Result<(), Error> {
    let strays = arguments.strays();
    if strays.is_empty() {
        return Ok(());
    }
    let platform = arguments.platform.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let say = if strays.len() == 1 { "says" } else { "say" };
    bail!("{} {say} nothing about a token of --as {platform}; see fedlens emulate token --help", strays.join(", "))
}

fn keys(arguments: &TokenArguments) -> Result<Keys, KeyError> {
    match arguments.data.clone().or_else(|| arguments.keys.folder()) {
        Some(folder) => Keys::open(folder),
        None => Ok(Keys::new(None)),
    }
}

/// The token as the platform issues it.
fn draft(arguments: &TokenArguments, keys: &Keys, now: Timestamp) -> Result<Draft, Error> {
    Ok(match arguments.platform {
        PlatformName::GitHub => github(arguments)?.draft(now)?,
        PlatformName::AzureDevops => azure_devops(arguments)?.draft(now),
        PlatformName::Kubernetes => kubernetes(arguments).draft(now),
        PlatformName::GitLab => gitlab(arguments).draft(now),
        PlatformName::Terraform => terraform(arguments).draft(now),
        PlatformName::Generic => generic(arguments, now)?,
        PlatformName::ManagedIdentity => {
            let (name, federated) = (arguments.identity.clone(), arguments.chained);
            entra(arguments, EntraClient::ManagedIdentity { name, federated }, keys, now)?
        }
        PlatformName::Application => {
            entra(arguments, EntraClient::Application(arguments.application.clone()), keys, now)?
        }
        PlatformName::User => entra(arguments, EntraClient::User(arguments.user.clone()), keys, now)?,
    })
}

fn github(arguments: &TokenArguments) -> Result<GitHub, Error> {
    let job = arguments.repo.as_deref().map_or_else(|| Ok(GitHub::default()), GitHub::new)?;
    let git_ref = match (&arguments.git_ref, &arguments.tag) {
        (Some(full), _) if full.starts_with("refs/") => full.clone(),
        (Some(branch), _) => format!("refs/heads/{branch}"),
        (None, Some(tag)) => format!("refs/tags/{tag}"),
        (None, None) => job.git_ref.clone(),
    };
    Ok(GitHub {
        ids: arguments.owner_id.clone().zip(arguments.repository_id.clone()),
        immutable: arguments.immutable,
        environment: arguments.environment.clone(),
        event: arguments.event.clone().unwrap_or_else(|| job.event.clone()),
        git_ref,
        claim_keys: arguments.claim_keys.clone(),
        job_workflow: arguments.job_workflow.clone(),
        enterprise: arguments.enterprise.clone(),
        enterprise_issuer: arguments.enterprise_issuer,
        audience: Some(EXCHANGE_AUDIENCE.to_owned()),
        ..job
    })
}

fn azure_devops(arguments: &TokenArguments) -> Result<AzureDevOps, Error> {
    let usual = AzureDevOps::default();
    let named = AzureDevOps::new(
        arguments.organization.as_deref().unwrap_or(&usual.organisation),
        arguments.project.as_deref().unwrap_or(&usual.project),
        arguments.connection.as_deref().unwrap_or(&usual.connection),
    );
    let of_directory = match &arguments.directory {
        None => None,
        Some(path) => directory(Some(path))?.tenants.first().and_then(|tenant| tenant.id.parse().ok()),
    };
    Ok(AzureDevOps {
        form: if arguments.old { AzureDevOpsForm::Own } else { AzureDevOpsForm::Entra },
        tenant: arguments.tenant.or(of_directory).unwrap_or(usual.tenant),
        organisation_id: arguments.organization_id.unwrap_or(named.organisation_id),
        connection_id: arguments.connection_id.unwrap_or(named.connection_id),
        pipeline: arguments.pipeline.clone(),
        ..named
    })
}

fn kubernetes(arguments: &TokenArguments) -> Kubernetes {
    let usual = Kubernetes::default();
    Kubernetes {
        namespace: arguments.namespace.clone().unwrap_or(usual.namespace),
        pod: arguments.service_account.as_ref().map(|account| format!("{account}-0")).or(usual.pod),
        service_account: arguments.service_account.clone().unwrap_or(usual.service_account),
        ..Kubernetes::default()
    }
}

fn gitlab(arguments: &TokenArguments) -> GitLab {
    let usual = GitLab::default();
    let branch = arguments.git_ref.as_deref().map(|name| name.strip_prefix("refs/heads/").unwrap_or(name));
    GitLab {
        project: arguments.project.clone().unwrap_or(usual.project),
        by_id: arguments.immutable,
        is_tag: arguments.tag.is_some(),
        name: arguments.tag.as_deref().or(branch).map_or(usual.name, str::to_owned),
        environment: arguments.environment.clone(),
        ..GitLab::default()
    }
}

fn terraform(arguments: &TokenArguments) -> Terraform {
    let usual = Terraform::default();
    Terraform {
        organisation: arguments.organization.clone().unwrap_or(usual.organisation),
        project: arguments.project.clone().unwrap_or(usual.project),
        workspace: arguments.workspace.clone().unwrap_or(usual.workspace),
        run_phase: arguments.run_phase.clone().unwrap_or(usual.run_phase),
        ..Terraform::default()
    }
}

fn generic(arguments: &TokenArguments, now: Timestamp) -> Result<Draft, Error> {
    if let Some(given) = &arguments.claims {
        return Ok(Draft::new(object(given)?));
    }
    match (&arguments.issuer, &arguments.subject) {
        (Some(issuer), Some(subject)) => Ok(Generic::new(issuer, subject).draft(now)),
        (None, _) => bail!("--as generic needs --issuer and --subject, or --claims; --issuer is missing"),
        (_, None) => bail!("--as generic needs --issuer and --subject, or --claims; --subject is missing"),
    }
}

/// A JSON object that was typed, or is in a file.
fn object(given: &str) -> Result<Map<String, Value>, Error> {
    let text = match given.trim_start().starts_with('{') {
        true => given.to_owned(),
        false => input::whole(Path::new(given))?,
    };
    serde_json::from_str(&text).context("--claims is no JSON object")
}

fn entra(arguments: &TokenArguments, client: EntraClient, keys: &Keys, now: Timestamp) -> Result<Draft, Error> {
    let directory = directory(arguments.directory.as_deref())?;
    let audience = arguments.audience.first().map_or(EXCHANGE_AUDIENCE, String::as_str);
    Ok(EntraToken { directory: &directory, client, audience }.draft(keys, now)?)
}

/// Sets what was given over what the platform would say.
fn change(draft: &mut Draft, arguments: &TokenArguments) -> Result<(), Error> {
    for (name, value) in [("iss", &arguments.issuer), ("sub", &arguments.subject)] {
        if let Some(value) = value {
            draft.claims.insert(name.to_owned(), value.as_str().into());
        }
    }
    let is_entra =
        matches!(arguments.platform, PlatformName::ManagedIdentity | PlatformName::Application | PlatformName::User);
    match arguments.audience.as_slice() {
        [] => {}
        // What an Entra token is for was settled when it was issued.
        _ if is_entra => {}
        [one] if !draft.claims.get("aud").is_some_and(Value::is_array) => {
            draft.claims.insert("aud".to_owned(), one.as_str().into());
        }
        several => {
            draft.claims.insert("aud".to_owned(), several.into());
        }
    }
    for given in &arguments.claim {
        let (name, value) = pair("--claim", given)?;
        draft.claims.insert(name, value);
    }
    for given in &arguments.header {
        let (name, value) = pair("--header", given)?;
        draft.header.insert(name, value);
    }
    for name in &arguments.without {
        draft.claims.shift_remove(name);
    }
    if let Some(seconds) = arguments.lifetime {
        draft.set_lifetime(seconds.into());
    }
    Ok(())
}

/// `NAME=TEXT` or `NAME:=JSON`
fn pair(option: &str, given: &str) -> Result<(String, Value), Error> {
    match given.split_once('=') {
        None | Some(("", _)) => bail!("{option} {given}: write NAME=TEXT or NAME:=JSON"),
        Some((name, value)) => match name.strip_suffix(':') {
            None => Ok((name.to_owned(), value.into())),
            Some(name) => {
                let value =
                    serde_json::from_str(value).with_context(|| format!("{option} {given}: this is no JSON"))?;
                Ok((name.to_owned(), value))
            }
        },
    }
}

fn spoil(draft: &mut Draft, arguments: &TokenArguments, now: Timestamp) {
    if arguments.expired {
        draft.expire(now);
    }
    if arguments.not_yet_valid {
        draft.postpone(now);
    }
    if let Some(algorithm) = &arguments.alg {
        draft.header.insert("alg".to_owned(), algorithm.as_str().into());
    }
    if let Some(kid) = &arguments.kid {
        draft.set_key_id(kid);
    }
    draft.invalid_signature = arguments.invalid_signature;
}
