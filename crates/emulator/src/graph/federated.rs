//! `/applications/{id}/federatedIdentityCredentials`

use fedlens_trust::{ClaimsMatchingExpression, Client, FederatedIdentityCredential, same_id};
use serde_json::{Map, Value, json};

use super::applications::{Find, no_key};
use super::{Answer, Call, Part, Problem, Version, body};
use crate::credentials::{LIMIT, MAX_TEXT, expression_fault, fits, is_address, is_name, twin};
use crate::directory::Registry;
use crate::emulator::Change;
use crate::{ApplicationDocument, http};

pub(super) fn route(call: &Call<'_>, find: &Find<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    match (call.method, parts) {
        ("GET", []) => list(call, find, Answer::List),
        ("GET", [Part::Plain("$count")]) => list(call, find, |_, all| Answer::Count(all)),
        ("POST", []) => create(call, find, call.body()?, None),
        ("GET", [key]) => get(call, find, *key),
        ("PATCH", [key]) => update(call, find, *key),
        ("DELETE", [key]) => delete(call, find, *key),
        (_, [] | [_]) => Err(Problem::method()),
        (_, [_, Part::Plain(name) | Part::Keyed(_, name), ..]) => Err(Problem::segment(name)),
    }
}

/// The credential as this version shows it. v1.0 knows no expressions: there, a flexible one has no subject.
fn shape(credential: &FederatedIdentityCredential, version: Version) -> Value {
    let mut object = json!({
        "id": credential.id,
        "name": credential.name,
        "issuer": credential.issuer,
        "subject": credential.subject,
        "description": credential.description,
        "audiences": credential.audiences,
    });
    if version == Version::Beta {
        object["claimsMatchingExpression"] = json!(credential.claims_matching_expression);
    }
    object
}

fn set(application_id: &str) -> String {
    format!("applications('{application_id}')/federatedIdentityCredentials")
}

/// The application's object id and its credentials.
fn credentials(registry: &Registry, find: &Find<'_>) -> Result<(String, Vec<FederatedIdentityCredential>), Problem> {
    let (application, _) = find.in_registry(registry)?;
    let id = application.id.clone().unwrap_or_default();
    Ok((id, registry.credential_documents(Client::Application(application))))
}

/// The place of the credential with this id or name.
fn place(all: &[FederatedIdentityCredential], key: Part<'_>) -> Result<usize, Problem> {
    let named =
        |one: &FederatedIdentityCredential, name: &str| one.name.as_deref().is_some_and(|own| same_id(own, name));
    let with_id = |one: &FederatedIdentityCredential, id: &str| one.id.as_deref().is_some_and(|own| same_id(own, id));
    match key {
        Part::Plain(key) => {
            let found = all.iter().position(|one| with_id(one, key) || named(one, key));
            found.ok_or_else(|| Problem::not_found(key))
        }
        Part::Keyed(property, name) if property.eq_ignore_ascii_case("name") => {
            all.iter().position(|one| named(one, name)).ok_or_else(|| {
                let message = format!("FederatedIdentityCredential with name {name} not found.");
                Problem::new(404, "Request_ResourceNotFound", message)
            })
        }
        Part::Keyed(property, _) => Err(no_key(property)),
    }
}

fn list(
    call: &Call<'_>,
    find: &Find<'_>,
    answer: impl FnOnce(String, Vec<Value>) -> Answer,
) -> Result<Answer, Problem> {
    let (id, all) = credentials(&call.emulator.registry(), find)?;
    Ok(answer(set(&id), all.iter().map(|one| shape(one, call.version)).collect()))
}

fn get(call: &Call<'_>, find: &Find<'_>, key: Part<'_>) -> Result<Answer, Problem> {
    let (id, all) = credentials(&call.emulator.registry(), find)?;
    let found = all.get(place(&all, key)?).ok_or_else(|| Problem::segment("federatedIdentityCredentials"))?;
    Ok(Answer::object(set(&id), shape(found, call.version)))
}

/// Creates a credential; an upsert gives its name in the address.
fn create(call: &Call<'_>, find: &Find<'_>, sent: Map<String, Value>, name: Option<&str>) -> Result<Answer, Problem> {
    let mut credential = FederatedIdentityCredential {
        id: Some(http::random_id().to_string()),
        name: name.map(str::to_owned),
        ..FederatedIdentityCredential::default()
    };
    apply(&mut credential, sent, call.version)?;
    check(&credential)?;
    let created = credential.clone();
    let application_id = call.emulator.change(|registry| {
        let mut application = find.document(registry)?;
        let all = &mut application.federated_identity_credentials;
        let name = credential.name.as_deref().unwrap_or_default();
        if all.iter().any(|other| other.name.as_deref().is_some_and(|other| same_id(other, name))) {
            let message = format!("FederatedIdentityCredential with name {name} already exists.");
            return Err(Problem::new(409, "Request_MultipleObjectsWithSameKeyValue", message));
        }
        refuse_twin(all, &credential)?;
        if all.len() >= LIMIT {
            let message = format!("An application has at most {LIMIT} federated identity credentials.");
            return Err(Problem::new(403, "Directory_QuotaExceeded", message));
        }
        all.push(credential);
        let id = application.id.clone().unwrap_or_default();
        Ok((vec![Change::Application(application)], id))
    })?;
    let mut object = json!({"@odata.id": directory_address(call, &application_id, &created)});
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), shape(&created, call.version)) {
        object.extend(fields);
    }
    Ok(Answer::created(set(&application_id), object))
}

/// `https://…/v2/{tenant}/directoryObjects/$/Microsoft.DirectoryServices.Application('…')/…`
fn directory_address(call: &Call<'_>, application_id: &str, credential: &FederatedIdentityCredential) -> String {
    format!(
        "{}/v2/{}/directoryObjects/$/Microsoft.DirectoryServices.Application('{application_id}')/\
         federatedIdentityCredentials/{}",
        call.origin,
        call.tenant(),
        credential.id.as_deref().unwrap_or_default(),
    )
}

fn update(call: &Call<'_>, find: &Find<'_>, key: Part<'_>) -> Result<Answer, Problem> {
    let sent = call.body()?;
    let (_, present) = credentials(&call.emulator.registry(), find)?;
    if let Part::Keyed("name", name) = key
        && call.creates_missing
        && place(&present, key).is_err()
    {
        return create(call, find, sent, Some(name));
    }
    call.emulator.change(|registry| {
        let application = find.document(registry)?;
        let mut all = application.federated_identity_credentials;
        let place = place(&all, key)?;
        let mut credential = all.get(place).cloned().unwrap_or_default();
        apply(&mut credential, sent, call.version)?;
        check(&credential)?;
        refuse_twin(&all, &credential)?;
        if let Some(kept) = all.get_mut(place) {
            *kept = credential;
        }
        let changed = ApplicationDocument { federated_identity_credentials: all, ..application };
        Ok((vec![Change::Application(changed)], Answer::Done))
    })
}

fn delete(call: &Call<'_>, find: &Find<'_>, key: Part<'_>) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        let mut application = find.document(registry)?;
        let place = place(&application.federated_identity_credentials, key)?;
        application.federated_identity_credentials.remove(place);
        Ok((vec![Change::Application(application)], Answer::Done))
    })
}

/// Sets what a client sent.
fn apply(
    credential: &mut FederatedIdentityCredential,
    sent: Map<String, Value>,
    version: Version,
) -> Result<(), Problem> {
    let expression = sent.get("claimsMatchingExpression").is_some_and(|value| !value.is_null());
    if version == Version::V1 && expression {
        let subject = sent.get("subject").is_some_and(|subject| !subject.is_null());
        return Err(if subject { unknown("claimsMatchingExpression") } else { empty("subject") });
    }
    for (name, value) in sent {
        match name.as_str() {
            "name" => rename(credential, body::text(&name, &value)?)?,
            "issuer" => credential.issuer = body::optional_text(&name, &value)?.unwrap_or_default(),
            "subject" => credential.subject = body::optional_text(&name, &value)?,
            "audiences" => credential.audiences = body::texts(&name, &value)?,
            "description" => credential.description = body::optional_text(&name, &value)?,
            "claimsMatchingExpression" => credential.claims_matching_expression = read_expression(&value)?,
            "id" => Problem::unless_same(&name, &value, credential.id.as_deref().unwrap_or_default())?,
            annotation if annotation.contains('@') => {}
            _ => return Err(unknown(&name)),
        }
    }
    Ok(())
}

/// A credential keeps the name that it was created with.
fn rename(credential: &mut FederatedIdentityCredential, name: String) -> Result<(), Problem> {
    match &credential.name {
        Some(own) if *own != name => {
            let message = format!("Property 'name' is immutable: '{own}' cannot become '{name}'.");
            Err(invalid(&message, "Name", &name))
        }
        _ => {
            credential.name = Some(name);
            Ok(())
        }
    }
}

fn read_expression(value: &Value) -> Result<Option<ClaimsMatchingExpression>, Problem> {
    if value.is_null() {
        return Ok(None);
    }
    let fields = body::object("claimsMatchingExpression", value)?;
    let text = body::text("claimsMatchingExpression.value", body::required(fields, "value")?)?;
    let version = body::required(fields, "languageVersion")?;
    let language_version = version.as_i64().and_then(|version| i32::try_from(version).ok());
    let language_version = language_version
        .ok_or_else(|| Problem::wrong_type("claimsMatchingExpression.languageVersion", "a whole number", version))?;
    Ok(Some(ClaimsMatchingExpression { value: text, language_version }))
}

/// What Graph asks of every credential. Whether an assertion will ever match it is no concern of Graph's.
fn check(credential: &FederatedIdentityCredential) -> Result<(), Problem> {
    let name = credential.name.as_deref().unwrap_or_default();
    let subject = credential.subject.as_deref();
    match credential.name.is_some() {
        false => return Err(empty("name")),
        true if !is_name(name) => {
            let message = "Property 'name' must have 3 to 120 letters, digits, hyphens or underscores, and begin with a \
                           letter or digit.";
            return Err(invalid(message, "Name", name));
        }
        true => {}
    }
    if credential.issuer.is_empty() {
        return Err(empty("issuer"));
    }
    if !is_address(&credential.issuer) {
        return Err(invalid("Property 'issuer' must be an absolute URL.", "Issuer", &credential.issuer));
    }
    let [audience] = credential.audiences.as_slice() else {
        let message = "Property 'audiences' must contain exactly one value.";
        return Err(invalid(message, "Audiences", &credential.audiences.join(",")));
    };
    if audience.is_empty() {
        return Err(empty("audiences"));
    }
    for (property, parameter, text) in [
        ("issuer", "Issuer", Some(credential.issuer.as_str())),
        ("subject", "Subject", subject),
        ("audiences", "Audiences", Some(audience)),
        ("description", "Description", credential.description.as_deref()),
    ] {
        if let Some(text) = text.filter(|text| !fits(text)) {
            let start: String = text.chars().take(MAX_TEXT).collect();
            let message = format!("Property '{property}' must not exceed {MAX_TEXT} characters.");
            return Err(invalid(&message, parameter, &start));
        }
    }
    check_match(credential, subject)
}

/// Either a subject or an expression.
fn check_match(credential: &FederatedIdentityCredential, subject: Option<&str>) -> Result<(), Problem> {
    match (subject, &credential.claims_matching_expression) {
        (None | Some(""), None) => Err(empty("subject")),
        (Some(subject), Some(_)) => {
            let message = "Exactly one of 'subject' and 'claimsMatchingExpression' must be set.";
            Err(invalid(message, "Subject", subject))
        }
        (_, Some(expression)) => match expression_fault(credential) {
            Some(fault) => Err(invalid(&fault, "ClaimsMatchingExpression", &expression.value)),
            None => Ok(()),
        },
        (Some(_), None) => Ok(()),
    }
}

fn refuse_twin(all: &[FederatedIdentityCredential], credential: &FederatedIdentityCredential) -> Result<(), Problem> {
    if twin(all, credential).is_none() {
        return Ok(());
    }
    let (issuer, subject) = (&credential.issuer, credential.subject.as_deref().unwrap_or_default());
    let message = format!(
        "The combination of issuer and subject must be unique for the application. Issuer {issuer} and Subject: \
         {subject} already exist."
    );
    Err(of_type(&message, "Subject", subject, "Application"))
}

fn empty(property: &str) -> Problem {
    Problem::bad_request(format!("Property '{property}' cannot be empty."))
}

fn unknown(property: &str) -> Problem {
    Problem::bad_request(format!("Invalid property '{property}'."))
}

fn invalid(message: &str, parameter: &str, value: &str) -> Problem {
    of_type(message, parameter, value, "FederatedIdentityCredential")
}

/// The form in which Graph names the property and its value.
fn of_type(message: &str, parameter: &str, value: &str, object_type: &str) -> Problem {
    Problem::new(
        400,
        "InvalidFederatedIdentityCredentialValue",
        format!(
            "{message} paramName: FederatedIdentityCredential.{parameter}, paramValue: {value}, objectType: \
             Microsoft.Online.DirectoryServices.{object_type}"
        ),
    )
}
