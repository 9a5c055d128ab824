//! Federated identity credentials of user-assigned managed identities.

use fedlens_trust::{ClaimsMatchingExpression, FederatedIdentityCredential, same_id};
use serde_json::{Map, Value, json};

use super::identities::identity;
use super::{Answer, Call, Problem, versions};
use crate::credentials::{LIMIT, MAX_TEXT, expression_fault, fits, is_address, is_name, twin};
use crate::directory::Registry;
use crate::emulator::Change;
use crate::{ManagedIdentityDocument, http};

/// The identity that a request's credentials belong to.
pub(super) struct Parent<'a> {
    pub(super) subscription: &'a str,
    pub(super) group: &'a str,
    pub(super) name: &'a str,
}

impl Parent<'_> {
    fn find(&self, registry: &Registry) -> Result<ManagedIdentityDocument, Problem> {
        identity(registry, self.subscription, self.group, self.name).ok_or_else(|| {
            Problem::new(404, "ParentResourceNotFound", "The parent user-assigned identity doesn't exist.")
        })
    }
}

pub(super) fn route(call: &Call<'_>, parent: &Parent<'_>, names: &[&str]) -> Result<Answer, Problem> {
    match (call.method, names) {
        ("GET", []) => {
            let identity = parent.find(&call.emulator.registry())?;
            let all = identity.federated_identity_credentials.iter();
            Ok(Answer::List(all.map(|one| shape(&identity, one, call)).collect()))
        }
        ("GET", [name]) => {
            let identity = parent.find(&call.emulator.registry())?;
            let found = identity.federated_identity_credentials.iter().find(|one| has_name(one, name));
            Ok(Answer::Found(shape(&identity, found.ok_or_else(|| missing(name))?, call)))
        }
        ("PUT", [name]) => put(call, parent, name),
        ("DELETE", [name]) => delete(call, parent, name),
        (method, [] | [_]) => Err(Problem::method(method)),
        _ => Err(Problem::path(call.path)),
    }
}

fn has_name(credential: &FederatedIdentityCredential, name: &str) -> bool {
    credential.name.as_deref().is_some_and(|own| same_id(own, name))
}

fn missing(name: &str) -> Problem {
    let message = format!("The Federated Identity Credential '{name}' could not be found.");
    Problem::new(404, "NotFound", message)
}

fn shape(identity: &ManagedIdentityDocument, credential: &FederatedIdentityCredential, call: &Call<'_>) -> Value {
    let mut properties = Map::new();
    properties.insert("issuer".to_owned(), json!(credential.issuer));
    if let Some(subject) = &credential.subject {
        properties.insert("subject".to_owned(), json!(subject));
    }
    properties.insert("audiences".to_owned(), json!(credential.audiences));
    let expression = credential.claims_matching_expression.as_ref().filter(|_| versions::is_flexible(&call.version));
    if let Some(expression) = expression {
        properties.insert("claimsMatchingExpression".to_owned(), json!(expression));
    }
    let (parent, name) = (identity.resource_id.as_deref().unwrap_or_default(), &credential.name);
    json!({
        "id": format!("{parent}/federatedIdentityCredentials/{}", name.as_deref().unwrap_or_default()),
        "name": name,
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "properties": properties,
    })
}

/// Creates a credential or replaces what it says; its name stays.
fn put(call: &Call<'_>, parent: &Parent<'_>, name: &str) -> Result<Answer, Problem> {
    if !is_name(name) {
        let message = format!("Federated Identity Credential name '{name}' is invalid.");
        return Err(Problem::bad_request(message));
    }
    parent.find(&call.emulator.registry())?;
    let sent = read(&call.body()?, &call.version)?;
    call.emulator.change(|registry| {
        let mut identity = parent.find(registry)?;
        let all = &mut identity.federated_identity_credentials;
        let place = all.iter().position(|one| has_name(one, name));
        let kept = place.and_then(|place| all.get(place));
        let credential = FederatedIdentityCredential {
            id: kept.and_then(|kept| kept.id.clone()).or_else(|| Some(http::random_id().to_string())),
            name: kept.and_then(|kept| kept.name.clone()).or_else(|| Some(name.to_owned())),
            ..sent
        };
        if twin(all, &credential).is_some() {
            let message = "Issuer and subject combination already exists for this Managed Identity.";
            return Err(Problem::bad_request(message));
        }
        if place.is_none() && all.len() >= LIMIT {
            let message = format!("A managed identity has at most {LIMIT} federated identity credentials.");
            return Err(Problem::bad_request(message));
        }
        match place.and_then(|place| all.get_mut(place)) {
            Some(kept) => *kept = credential.clone(),
            None => all.push(credential.clone()),
        }
        let shape = shape(&identity, &credential, call);
        Ok((vec![Change::Identity(identity)], Answer::put(place.is_none(), shape)))
    })
}

fn delete(call: &Call<'_>, parent: &Parent<'_>, name: &str) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        let mut identity = parent.find(registry)?;
        let before = identity.federated_identity_credentials.len();
        identity.federated_identity_credentials.retain(|one| !has_name(one, name));
        Ok(match identity.federated_identity_credentials.len() == before {
            true => (Vec::new(), Answer::Status(204)),
            false => (vec![Change::Identity(identity)], Answer::Status(200)),
        })
    })
}

/// What a client wants a credential to say. Whether an assertion will ever match it is no concern here.
fn read(body: &Map<String, Value>, version: &str) -> Result<FederatedIdentityCredential, Problem> {
    let properties = match body.get("properties") {
        None | Some(Value::Null) => &Map::new(),
        Some(Value::Object(properties)) => properties,
        Some(other) => return Err(Problem::wrong_type("properties", "an object", other)),
    };
    if properties.is_empty() {
        return Err(Problem::bad_request("Federated Identity Credential from HTTP body has empty properties"));
    }
    let credential = FederatedIdentityCredential {
        issuer: text(properties, "issuer")?.unwrap_or_default(),
        subject: text(properties, "subject")?.filter(|subject| !subject.is_empty()),
        audiences: texts(properties, "audiences")?,
        claims_matching_expression: match versions::is_flexible(version) {
            true => expression(properties)?,
            false => None,
        },
        ..FederatedIdentityCredential::default()
    };
    check(&credential)?;
    Ok(credential)
}

fn check(credential: &FederatedIdentityCredential) -> Result<(), Problem> {
    let subject = credential.subject.as_deref();
    let expression = credential.claims_matching_expression.is_some();
    if credential.issuer.is_empty() || (subject.is_none() && !expression) {
        return Err(Problem::bad_request(
            "The request format was unexpected. Federated Identity Credential must specify 'issuer', 'subject' and \
             'audience'.",
        ));
    }
    let [audience] = credential.audiences.as_slice() else {
        let code = "InvalidFederatedIdentityCredentialsAudienceLength";
        return Err(Problem::new(400, code, "Federated identity credentials must have exactly 1 audience."));
    };
    if !is_address(&credential.issuer) {
        return Err(unexpected("'issuer' must be an absolute URL."));
    }
    if subject.is_some() && expression {
        return Err(unexpected("Exactly one of 'subject' and 'claimsMatchingExpression' must be set."));
    }
    for (name, text) in
        [("issuer", Some(credential.issuer.as_str())), ("subject", subject), ("audience", Some(audience))]
    {
        if text.is_some_and(|text| !fits(text)) {
            return Err(unexpected(&format!("'{name}' must not exceed {MAX_TEXT} characters.")));
        }
    }
    expression_fault(credential).map_or(Ok(()), |fault| Err(unexpected(&fault)))
}

fn unexpected(what: &str) -> Problem {
    Problem::bad_request(format!("The request format was unexpected. {what}"))
}

fn text(properties: &Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Problem::wrong_type(&format!("properties.{name}"), "a string", other)),
    }
}

fn texts(properties: &Map<String, Value>, name: &str) -> Result<Vec<String>, Problem> {
    let property = format!("properties.{name}");
    let element = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(Problem::wrong_type(&property, "an array of strings", other)),
    };
    match properties.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(element).collect(),
        Some(other) => Err(Problem::wrong_type(&property, "an array of strings", other)),
    }
}

fn expression(properties: &Map<String, Value>) -> Result<Option<ClaimsMatchingExpression>, Problem> {
    const NAME: &str = "properties.claimsMatchingExpression";
    let fields = match properties.get("claimsMatchingExpression") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(fields)) => fields,
        Some(other) => return Err(Problem::wrong_type(NAME, "an object", other)),
    };
    let version = fields.get("languageVersion").unwrap_or(&Value::Null);
    let language_version = version.as_i64().and_then(|version| i32::try_from(version).ok());
    Ok(Some(ClaimsMatchingExpression {
        value: text(fields, "value")?
            .ok_or_else(|| Problem::wrong_type(NAME, "an object with a value", &Value::Null))?,
        language_version: language_version
            .ok_or_else(|| Problem::wrong_type(&format!("{NAME}.languageVersion"), "a whole number", version))?,
    }))
}
