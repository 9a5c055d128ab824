//! `/applications`

use fedlens_trust::{Application, same_id};
use serde_json::Value;

use super::application::{apply, shape};
use super::{Answer, Call, Part, Problem, empty_list, federated, keys};
use crate::directory::{ApplicationExtra, Registry};
use crate::emulator::Change;
use crate::{ApplicationDocument, http};

const SET: &str = "applications";

/// Which application a request is about.
pub(super) struct Find<'a> {
    key: Part<'a>,
    tenant: &'a str,
}

impl Find<'_> {
    /// The application, by its object id, `appId` or `uniqueName`.
    pub(super) fn in_registry<'r>(
        &self,
        registry: &'r Registry,
    ) -> Result<(&'r Application, &'r ApplicationExtra), Problem> {
        let here = |application: &&Application| application.tenant_id.as_deref() == Some(self.tenant);
        let all = registry.directory.applications.iter();
        let (id, found) = match self.key {
            Part::Plain(id) => {
                (id, all.into_iter().find(|one| one.id.as_deref().is_some_and(|own| same_id(own, id)) && here(one)))
            }
            Part::Keyed(property, id) if property.eq_ignore_ascii_case("appId") => {
                (id, registry.directory.application(id).filter(here))
            }
            Part::Keyed(property, id) if property.eq_ignore_ascii_case("uniqueName") => {
                let named = |one: &&Application| {
                    let extra = registry.application_extra(&one.app_id);
                    extra.and_then(|extra| extra.properties.get("uniqueName")).and_then(Value::as_str) == Some(id)
                };
                (id, all.into_iter().filter(here).find(named))
            }
            Part::Keyed(property, _) => return Err(no_key(property)),
        };
        let extra = found.and_then(|found| registry.application_extra(&found.app_id));
        found.zip(extra).ok_or_else(|| Problem::not_found(id))
    }

    /// The application with everything that it has.
    pub(super) fn document(&self, registry: &Registry) -> Result<ApplicationDocument, Problem> {
        let (application, _) = self.in_registry(registry)?;
        registry.application_document(&application.app_id).ok_or_else(|| Problem::not_found(&application.app_id))
    }
}

/// The property is no key of the set.
pub(super) fn no_key(property: &str) -> Problem {
    Problem::new(400, "BadRequest", format!("The key property '{property}' does not exist."))
}

pub(super) fn route(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    match (call.method, parts) {
        ("GET", []) => Ok(Answer::list(SET, list(call))),
        ("GET", [Part::Plain("$count")]) => Ok(Answer::Count(list(call))),
        ("POST", []) => create(call),
        (_, []) => Err(Problem::method()),
        (method, [key, rest @ ..]) => {
            let find = Find { key: *key, tenant: call.tenant() };
            match (method, rest) {
                ("GET", []) => get(call, &find),
                ("PATCH", []) => update(call, &find),
                ("DELETE", []) => delete(call, &find),
                (_, [Part::Plain("federatedIdentityCredentials"), rest @ ..]) => federated::route(call, &find, rest),
                ("POST", [Part::Plain("addPassword")]) => keys::add_password(call, &find),
                ("POST", [Part::Plain("removePassword")]) => keys::remove_password(call, &find),
                (_, [] | [Part::Plain("addPassword" | "removePassword")]) => Err(Problem::method()),
                (_, rest) => {
                    find.in_registry(&call.emulator.registry())?;
                    empty_list(call, SET, rest)
                }
            }
        }
    }
}

/// The applications whose home is the caller's tenant. A filter by `appId` need not look at all of them.
fn list(call: &Call<'_>) -> Vec<Value> {
    let registry = call.emulator.registry();
    let directory = &registry.directory;
    let pinned = call.query.filter.as_ref().and_then(|filter| filter.pinned("appId"));
    let shown = |application: &Application| {
        let extra = registry.application_extra(&application.app_id)?;
        call.is_here(application.tenant_id.as_deref()).then(|| shape(&registry, application, extra))
    };
    match pinned {
        Some(app_id) => directory.application(app_id).and_then(shown).into_iter().collect(),
        None => directory.applications.iter().filter_map(shown).collect(),
    }
}

fn get(call: &Call<'_>, find: &Find<'_>) -> Result<Answer, Problem> {
    let registry = call.emulator.registry();
    let (application, extra) = find.in_registry(&registry)?;
    Ok(Answer::object(SET, shape(&registry, application, extra)))
}

fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let sent = call.body()?;
    let mut document = ApplicationDocument {
        app_id: http::random_id().to_string(),
        id: Some(http::random_id().to_string()),
        tenant_id: Some(call.tenant().to_owned()),
        service_principals: Some(Vec::new()),
        ..ApplicationDocument::default()
    };
    if sent.get("displayName").is_none_or(Value::is_null) {
        return Err(Problem::bad_request("Property 'displayName' is required."));
    }
    let created = call.emulator.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    document.properties.insert("createdDateTime".to_owned(), created.into());
    apply(&mut document, sent)?;
    let app_id = document.app_id.clone();
    call.emulator.change(|registry| {
        refuse_taken_names(registry, &document)?;
        Ok::<_, Problem>((vec![Change::Application(document)], ()))
    })?;
    let registry = call.emulator.registry();
    let (application, extra) =
        Find { key: Part::Keyed("appId", &app_id), tenant: call.tenant() }.in_registry(&registry)?;
    Ok(Answer::created(SET, shape(&registry, application, extra)))
}

fn update(call: &Call<'_>, find: &Find<'_>) -> Result<Answer, Problem> {
    let sent = call.body()?;
    call.emulator.change(|registry| {
        let mut document = find.document(registry)?;
        apply(&mut document, sent)?;
        refuse_taken_names(registry, &document)?;
        Ok((vec![Change::Application(document)], Answer::Done))
    })
}

fn delete(call: &Call<'_>, find: &Find<'_>) -> Result<Answer, Problem> {
    call.emulator.change(|registry| {
        let (application, _) = find.in_registry(registry)?;
        Ok((vec![Change::RemoveApplication(application.app_id.clone())], Answer::Done))
    })
}

/// An App ID URI belongs to one application of a tenant.
fn refuse_taken_names(registry: &Registry, document: &ApplicationDocument) -> Result<(), Problem> {
    let elsewhere = |uri: &String| {
        let mut owners = registry.directory.applications.find_all(uri);
        owners.any(|other| !same_id(&other.app_id, &document.app_id) && other.tenant_id == document.tenant_id)
    };
    match document.identifier_uris.iter().any(elsewhere) {
        true => {
            Err(Problem::bad_request("Another object with the same value for property identifierUris already exists."))
        }
        false => Ok(()),
    }
}
