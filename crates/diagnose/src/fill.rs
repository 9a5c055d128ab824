//! Placeholders of commands, filled with the reader's values.

use std::collections::BTreeMap;

use fedlens_issuers::{Subject, parse_subject};
use fedlens_trust::{Client, FederatedIdentityCredential};

use crate::causes::nearest_credential;
use crate::facts::Facts;

/// Values for `<client-id>`-style placeholders. Unknown ones stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placeholders(BTreeMap<&'static str, String>);

impl Placeholders {
    pub(crate) fn new(facts: &Facts<'_>) -> Self {
        let mut filled = Self::default();
        filled.request(facts);
        filled.presented(facts);
        if let Some(fic) = nearest_credential(facts) {
            filled.credential(fic);
        }
        filled
    }

    fn request(&mut self, facts: &Facts<'_>) {
        let fields = facts.primary().map(|failure| &failure.fields);
        let Some(exchange) = facts.exchange else {
            self.set("<client-id>", fields.and_then(|fields| fields.application.as_deref()));
            self.set("<tenant-id>", fields.and_then(|fields| fields.tenant.as_deref()));
            return;
        };
        let request = &exchange.request;
        let client = exchange.directory.client(request.client_id.as_deref());
        let tenant = client.and_then(Client::home_tenant).or(request.tenant.as_deref());
        self.set("<tenant-id>", tenant);
        self.set("<scope>", request.scope.as_deref());
        match client {
            Some(Client::Application(application)) => {
                self.set("<client-id>", Some(application.app_id.as_str()));
                self.set("<app-object-id>", application.id.as_deref());
            }
            Some(Client::ManagedIdentity(identity)) => {
                self.set("<client-id>", Some(identity.client_id.as_str()));
                self.set("<identity-name>", identity.name.as_deref());
                self.set("<principal-id>", identity.principal_id.as_deref());
            }
            None => self.set("<client-id>", request.client_id.as_deref()),
        }
    }

    fn presented(&mut self, facts: &Facts<'_>) {
        self.set("<issuer>", facts.issuer());
        self.set("<audience>", Some(wanted_audience(facts).unwrap_or("api://AzureADTokenExchange")));
        // A user's subject is never what a credential should name.
        let Some(subject) = facts.subject().filter(|_| facts.delegated().is_none()) else { return };
        self.set("<subject>", Some(subject));
        match parse_subject(facts.issuer(), subject) {
            Subject::ServiceAccount { namespace, name } => {
                self.set("<namespace>", Some(&namespace));
                self.set("<service-account>", Some(&name));
            }
            Subject::GitHub { owner, repository, context, .. } => {
                self.set("<repository>", Some(&format!("{owner}/{repository}")));
                self.set("<environment>", context.strip_prefix("environment:"));
            }
            Subject::ObjectId(principal) => self.set("<principal-id>", Some(&principal)),
            _ => {}
        }
    }

    fn credential(&mut self, fic: &FederatedIdentityCredential) {
        let configured = fic.subject.as_deref().map(|subject| parse_subject(Some(&fic.issuer), subject));
        if let Some(Subject::GitHub { context, .. }) = configured {
            self.set("<environment>", context.strip_prefix("environment:"));
        }
        self.set("<fic-name>", fic.name.as_deref());
        self.set("<fic-id>", fic.id.as_deref().filter(|id| !id.contains('/')));
    }

    /// Evidence may come from anywhere, and commands get pasted: a value with characters that a shell
    /// or a string literal gives a meaning to is not filled in.
    fn set(&mut self, name: &'static str, value: Option<&str>) {
        let safe = |value: &&str| {
            !value.is_empty()
                && value.len() <= 600
                && value.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/@%+=#*".contains(c))
        };
        if let Some(value) = value.filter(safe) {
            self.0.entry(name).or_insert_with(|| value.to_owned());
        }
    }

    /// As [`Self::fill`], for a credential that is created: it cannot have the name of one that exists.
    pub fn fill_new(&self, text: &str) -> String {
        let mut renamed = self.clone();
        if let Some(name) = renamed.0.get_mut("<fic-name>") {
            name.push_str("-2");
        }
        renamed.fill(text)
    }

    /// The text with every known placeholder filled.
    pub fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// The audience that a credential should name: the exchange URI for an Entra token, else what is presented.
pub(crate) fn wanted_audience<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let from_entra =
        facts.issuer().and_then(fedlens_issuers::recognise).is_some_and(|recognised| recognised.entra.is_some());
    if from_entra {
        let cloud = facts.exchange.map(|exchange| exchange.policy.cloud).unwrap_or_default();
        return Some(cloud.exchange_audience());
    }
    facts.audience()
}
