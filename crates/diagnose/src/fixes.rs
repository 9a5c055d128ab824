//! What to change, with the reader's values, and what Entra would answer afterwards.

use fedlens_catalog::{cause, fix};
use fedlens_trust::{Client, FederatedIdentityCredential, Outcome, decide};

use crate::causes::nearest_credential;
use crate::diagnosis::aadsts;
use crate::facts::Facts;
use crate::fill::wanted_audience;
use crate::{CauseFinding, CauseVerdict, Command, FixFinding, Placeholders};

/// Fixes that make a credential fit the assertion.
const CREDENTIAL_FIXES: &[&str] = &["correct-fic", "create-fic", "recreate-fic", "fic-audience-exchange-uri"];

/// Fixes that add a credential beside those that exist.
const CREATING_FIXES: &[&str] = &["create-fic", "convert-service-connection"];

/// The fixes of the causes that are confirmed; of the possible ones where none is.
pub(crate) fn collect(facts: &Facts<'_>, causes: &[CauseFinding], placeholders: &Placeholders) -> Vec<FixFinding> {
    let Some(wanted @ (CauseVerdict::Confirmed | CauseVerdict::Possible)) = causes.first().map(|cause| cause.verdict)
    else {
        return Vec::new();
    };
    let mut fixes: Vec<FixFinding> = Vec::new();
    for finding in causes.iter().filter(|cause| cause.verdict == wanted) {
        for id in cause(finding.id).map_or(&[][..], |cause| cause.fixes) {
            match fixes.iter_mut().find(|known| known.id == *id) {
                Some(known) => known.causes.push(finding.id),
                None => fixes.extend(fill(facts, id, finding.id, placeholders)),
            }
        }
    }
    fixes
}

fn fill(facts: &Facts<'_>, id: &str, cause: &'static str, placeholders: &Placeholders) -> Option<FixFinding> {
    let fix = fix(id)?;
    let creates = CREATING_FIXES.contains(&fix.id);
    let text = if creates { placeholders.fill_new(fix.text) } else { placeholders.fill(fix.text) };
    Some(FixFinding {
        id: fix.id,
        title: fix.title,
        causes: vec![cause],
        commands: commands(&text),
        patch: patch(facts, fix.id),
        afterwards: CREDENTIAL_FIXES.contains(&fix.id).then(|| afterwards(facts)).flatten(),
        text,
    })
}

/// The fenced blocks of a Markdown text.
fn commands(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut open: Option<Command> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => commands.extend(open.take()),
            (Some(language), None) => {
                open = Some(Command { language: language.trim().to_owned(), text: String::new() });
            }
            (None, Some(command)) => {
                command.text.push_str(line);
                command.text.push('\n');
            }
            (None, None) => {}
        }
    }
    commands
}

/// The reader's own definition, changed to a managed identity.
fn patch(facts: &Facts<'_>, fix: &str) -> Option<String> {
    if fix != "linked-service-managed-identity" {
        return None;
    }
    let corrected = facts.definitions().find_map(|(_, definition)| definition.corrected.as_ref())?;
    serde_json::to_string_pretty(corrected).ok()
}

/// What Entra would answer once a credential fits the assertion.
fn afterwards(facts: &Facts<'_>) -> Option<String> {
    let exchange = facts.exchange?;
    facts.refusal()?;
    if facts.delegated().is_some() {
        return None;
    }
    let fitting = FederatedIdentityCredential {
        issuer: facts.issuer()?.to_owned(),
        subject: Some(facts.subject()?.to_owned()),
        audiences: vec![wanted_audience(facts)?.to_owned()],
        ..FederatedIdentityCredential::default()
    };
    let mut directory = exchange.directory.clone();
    let nearest = nearest_credential(facts).cloned();
    let credentials = match directory.client(exchange.request.client_id.as_deref())? {
        Client::Application(application) => {
            let id = application.app_id.clone();
            let found = directory.applications.iter_mut().find(|application| application.app_id == id)?;
            found.federated_identity_credentials.get_or_insert_default()
        }
        Client::ManagedIdentity(identity) => {
            let id = identity.client_id.clone();
            let found = directory.managed_identities.iter_mut().find(|identity| identity.client_id == id)?;
            found.federated_identity_credentials.get_or_insert_default()
        }
    };
    credentials.retain(|fic| Some(fic) != nearest.as_ref());
    credentials.push(fitting);
    let decision = decide(&directory, &exchange.request, exchange.now, &exchange.policy);
    Some(match (decision.outcome, decision.refusal()) {
        (_, Some(refusal)) => {
            format!("Entra would still refuse with {}: {}.", aadsts(refusal.code), refusal.detail.trim_end_matches('.'))
        }
        (Outcome::Accepted, None) => "Entra would accept the exchange.".to_owned(),
        _ => "No check would fail any more; the open ones stay open.".to_owned(),
    })
}
