//! From evidence to an exchange that can be judged.

use fedlens_evidence::{Content, CredentialUse, Evidence, WorkloadDefinition};
use fedlens_token::{Claims, Decoded, EXCHANGE_APP_ID};
use fedlens_trust::read::{CredentialList, CredentialOwner, ExchangeCase};
use fedlens_trust::{
    Application, Assertion, Client, Directory, ManagedIdentity, Policy, Signature, TokenRequest, User, View, Wording,
    same_id,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use crate::{Observed, Options};

/// An exchange put together from evidence, or read from a case.
#[derive(Clone, Debug)]
pub struct JudgedExchange {
    /// What is known of the directory.
    pub directory: Directory,
    /// What is known of the request.
    pub request: TokenRequest,
    /// The time it is judged by.
    pub now: Timestamp,
    /// The cloud, the clock skew and the generation of codes.
    pub policy: Policy,
    /// The input that the assertion is from.
    pub assertion_source: Option<String>,
}

impl JudgedExchange {
    /// The exchange as a case of that name, to be saved. Personal claims are hidden.
    pub fn to_case(&self, name: &str) -> ExchangeCase {
        let mut request = self.request.clone();
        for token in [&mut request.assertion, &mut request.user_assertion].into_iter().flatten() {
            token.claims = token.claims.as_ref().map(Claims::redacted);
        }
        request.username = request.username.map(|name| match self.directory.user(&name) {
            Some(user) => user.id.clone(),
            None => "somebody".to_owned(),
        });
        ExchangeCase {
            case: name.to_owned(),
            note: String::new(),
            now: self.now,
            cloud: self.policy.cloud,
            request,
            directory: without_names(&self.directory),
            expect: None,
        }
    }
}

/// The directory with its users known by their ids alone.
fn without_names(directory: &Directory) -> Directory {
    let unnamed = |user: &User| User { user_principal_name: user.id.clone(), display_name: None, ..user.clone() };
    Directory { users: directory.users.iter().map(unnamed).collect(), ..directory.clone() }
}

/// The exchange to judge; `None` where neither a token nor a credential is at hand.
pub(crate) fn from_evidence(
    evidence: &Evidence,
    options: &Options,
    primary: Option<&Observed>,
) -> Option<JudgedExchange> {
    if let Some(case) = evidence.items.iter().find_map(|item| match &item.content {
        Content::Case(case) => Some((item.source.as_str(), case.as_ref())),
        _ => None,
    }) {
        return Some(from_case(case.0, case.1, options));
    }
    let token = choose_token(evidence, primary);
    let lists = credential_lists(evidence);
    let connection = federated_connection(evidence);
    let assertion = token
        .map(|(_, token)| Assertion::from(token))
        .or_else(|| primary.and_then(assertion_from_message))
        .or_else(|| connection.and_then(assertion_from_connection));
    let fields = primary.map(|observed| &observed.failure.fields);
    let named = fields.and_then(|fields| fields.application.clone()).filter(|id| is_guid(id));
    let set_up = |value: fn(&WorkloadDefinition) -> &Option<String>| {
        connection.and_then(|connection| value(connection).clone()).filter(|id| is_guid(id))
    };
    let stated = options.client_id.clone().or(named).or_else(|| set_up(|connection| &connection.client_id));
    let directory = directory(evidence, &lists, stated.as_deref());
    // A message alone says too little to judge: that takes the token, or credentials to hold against it.
    if token.is_none() && !directory.shows_credentials() {
        return None;
    }
    let client_id =
        stated.or_else(|| directory.client(None).map(Client::id).filter(|id| !id.is_empty()).map(str::to_owned));
    let request = TokenRequest {
        view: View::Partial,
        tenant: options
            .tenant
            .clone()
            .or_else(|| fields.and_then(|fields| fields.tenant.clone()).filter(|id| is_guid(id)))
            .or_else(|| set_up(|connection| &connection.tenant)),
        client_id,
        grant_type: Some("client_credentials".to_owned()),
        scope: options.scope.clone(),
        assertion,
        ..TokenRequest::default()
    };
    Some(JudgedExchange {
        directory,
        request,
        now: options.at.or_else(|| fields.and_then(failure_time)).unwrap_or(options.now),
        policy: Policy {
            cloud: options.cloud.unwrap_or_default(),
            wording: match primary.and_then(|observed| observed.failure.code.number()) {
                Some(70_021) => Wording::Until2023,
                _ => Wording::Current,
            },
            ..Policy::default()
        },
        assertion_source: token.map(|(source, _)| source.to_owned()),
    })
}

fn from_case(source: &str, case: &ExchangeCase, options: &Options) -> JudgedExchange {
    let mut request = case.request.clone();
    request.tenant = options.tenant.clone().or(request.tenant);
    request.client_id = options.client_id.clone().or(request.client_id);
    request.scope = options.scope.clone().or(request.scope);
    JudgedExchange {
        directory: case.directory.clone(),
        request,
        now: options.at.unwrap_or(case.now),
        policy: Policy { cloud: options.cloud.unwrap_or(case.cloud), ..Policy::default() },
        assertion_source: Some(source.to_owned()),
    }
}

/// The token that was presented: the one the message speaks of, else one made for the exchange, else the first.
fn choose_token<'a>(evidence: &'a Evidence, primary: Option<&Observed>) -> Option<(&'a str, &'a Decoded)> {
    let tokens = || {
        evidence.items.iter().filter_map(|item| match &item.content {
            Content::Token(token) => Some((item.source.as_str(), token.as_ref())),
            _ => None,
        })
    };
    let subject = primary.and_then(|observed| observed.failure.fields.subject.as_deref());
    let score = |token: &Decoded| {
        let Some(claims) = &token.claims else { return 0 };
        let spoken_of = subject.is_some() && claims.text("sub") == subject;
        let for_exchange = claims.audiences().iter().any(|audience| is_exchange(audience));
        1 + u8::from(for_exchange) + 2 * u8::from(spoken_of)
    };
    let mut best = None;
    for (source, token) in tokens() {
        if best.is_none_or(|(_, known)| score(token) > score(known)) {
            best = Some((source, token));
        }
    }
    best
}

fn is_exchange(audience: &str) -> bool {
    audience.starts_with("api://AzureADTokenExchange") || same_id(audience, EXCHANGE_APP_ID)
}

/// What a message says of the assertion, when the token itself is not at hand.
fn assertion_from_message(observed: &Observed) -> Option<Assertion> {
    let fields = &observed.failure.fields;
    partial_assertion([("iss", &fields.issuer), ("sub", &fields.subject), ("aud", &fields.audience)])
}

/// The service connection that federates, where there is one only.
fn federated_connection(evidence: &Evidence) -> Option<&WorkloadDefinition> {
    let mut connections = evidence.items.iter().filter_map(|item| match &item.content {
        Content::Definition(definition) if definition.credential == CredentialUse::WorkloadIdentity => Some(definition),
        _ => None,
    });
    connections.next().filter(|_| connections.next().is_none())
}

/// What a service connection says that it will present.
fn assertion_from_connection(connection: &WorkloadDefinition) -> Option<Assertion> {
    partial_assertion([("iss", &connection.issuer), ("sub", &connection.subject), ("aud", &None)])
}

fn partial_assertion(values: [(&str, &Option<String>); 3]) -> Option<Assertion> {
    let claims: Claims =
        values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value.clone()?)))).collect();
    (!claims.is_empty()).then_some(Assertion {
        view: View::Partial,
        header: None,
        claims: Some(claims),
        signature: Signature::Unchecked,
    })
}

fn credential_lists(evidence: &Evidence) -> Vec<&CredentialList> {
    evidence
        .items
        .iter()
        .filter_map(|item| match &item.content {
            Content::Credentials(list) => Some(list),
            _ => None,
        })
        .collect()
}

fn directory(evidence: &Evidence, lists: &[&CredentialList], client_id: Option<&str>) -> Directory {
    let mut directory = Directory { view: View::Partial, ..Directory::default() };
    for item in &evidence.items {
        if let Content::Directory(found) = &item.content {
            directory.tenants.extend(found.tenants.iter().cloned());
            directory.applications.extend(found.applications.iter().cloned());
            directory.managed_identities.extend(found.managed_identities.iter().cloned());
            directory.resources.extend(found.resources.iter().cloned());
        }
    }
    for list in lists {
        attach(&mut directory, list, client_id);
    }
    directory
}

/// Gives credentials to their owner; without one named, to the client of the request.
fn attach(directory: &mut Directory, list: &CredentialList, client_id: Option<&str>) {
    let credentials = list.credentials.clone();
    let application = |application: &Application| match &list.owner {
        Some(CredentialOwner::ApplicationObject(id)) => application.id.as_deref().is_some_and(|own| same_id(own, id)),
        Some(CredentialOwner::ApplicationClient(id)) => same_id(&application.app_id, id),
        Some(CredentialOwner::ManagedIdentity(_)) => false,
        None => client_id.is_some_and(|id| same_id(&application.app_id, id)),
    };
    if let Some(owner) = directory.applications.iter_mut().find(|candidate| application(candidate)) {
        owner.federated_identity_credentials.get_or_insert_default().extend(credentials);
        return;
    }
    let unnamed = || client_id.unwrap_or_default().to_owned();
    match &list.owner {
        Some(CredentialOwner::ManagedIdentity(arm_id)) => {
            let name = arm_id.rsplit('/').next().unwrap_or_default();
            let known = directory.managed_identities.iter_mut().find(|identity| identity.name.as_deref() == Some(name));
            match known {
                Some(identity) => identity.federated_identity_credentials.get_or_insert_default().extend(credentials),
                None => directory.managed_identities.push(ManagedIdentity {
                    client_id: unnamed(),
                    name: Some(name.to_owned()),
                    federated_identity_credentials: Some(credentials),
                    ..ManagedIdentity::default()
                }),
            }
        }
        owner => directory.applications.push(Application {
            app_id: match owner {
                Some(CredentialOwner::ApplicationClient(id)) => id.clone(),
                _ => unnamed(),
            },
            id: match owner {
                Some(CredentialOwner::ApplicationObject(id)) => Some(id.clone()),
                _ => None,
            },
            federated_identity_credentials: Some(credentials),
            ..Application::default()
        }),
    }
}

/// When it failed, by Entra's clock or by the message's timestamp.
fn failure_time(fields: &fedlens_catalog::Fields) -> Option<Timestamp> {
    [&fields.current_time, &fields.timestamp].into_iter().flatten().find_map(|text| parse_time(text))
}

/// `2026-03-01T07:41:07.123Z`, or `2026-03-01 07:41:07Z` as in messages.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.trim_end_matches('Z').parse().ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use fedlens_trust::read::exchange_case;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_saved_case_names_no_user() {
        let case = exchange_case(&json!({
            "now": "2026-11-01T12:00:00Z",
            "request": {
                "username": "ada@contoso.example", "password": "wrong",
                "user_assertion": {"header": {"alg": "RS256"}, "claims": {"upn": "ada@contoso.example"}},
            },
            "directory": {"users": [{"id": "u-1", "userPrincipalName": "ada@contoso.example", "displayName": "Ada"}]},
        }))
        .unwrap();
        let saved = from_case("case", &case, &Options::at_time(case.now)).to_case("saved");
        assert_eq!((saved.request.username.as_deref(), saved.directory.user("u-1").is_some()), (Some("u-1"), true));
        let text = fedlens_trust::read::write_exchange_case(&saved).to_string();
        assert!(!text.contains("ada@contoso.example") && !text.contains("Ada"), "{text}");
    }
}
