//! `/directoryObjects`: whatever has an object id.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Part, Problem, application, body, principal, users};

/// The most ids in one request.
const MAX_IDS: usize = 1_000;

pub(super) fn route(call: &Call<'_>, parts: &[Part<'_>]) -> Result<Answer, Problem> {
    match (call.method, parts) {
        ("POST", [Part::Plain("getByIds" | "microsoft.graph.getByIds")]) => get_by_ids(call),
        ("GET", [Part::Plain(id)]) => {
            let found = everything(call).find(|object| has_id(object, id));
            Ok(Answer::object("directoryObjects", found.ok_or_else(|| Problem::not_found(id))?))
        }
        (_, [_] | []) => Err(Problem::method()),
        (_, [_, Part::Plain(name) | Part::Keyed(_, name), ..]) => Err(Problem::segment(name)),
    }
}

fn get_by_ids(call: &Call<'_>) -> Result<Answer, Problem> {
    let sent = call.body()?;
    let ids = body::texts("ids", body::required(&sent, "ids")?)?;
    if ids.len() > MAX_IDS {
        return Err(Problem::bad_request(format!("Property 'ids' must not have more than {MAX_IDS} values.")));
    }
    let types = sent.get("types").filter(|types| !types.is_null());
    let types = types.map(|types| body::texts("types", types)).transpose()?.unwrap_or_default();
    let wanted = |object: &Value| {
        let kind = object.get("@odata.type").and_then(Value::as_str).and_then(|kind| kind.rsplit('.').next());
        types.is_empty()
            || types
                .iter()
                .any(|wanted| wanted == "directoryObject" || kind.is_some_and(|kind| wanted.eq_ignore_ascii_case(kind)))
    };
    let found = everything(call).filter(|object| ids.iter().any(|id| has_id(object, id)) && wanted(object)).collect();
    Ok(Answer::list("directoryObjects", found))
}

fn has_id(object: &Value, id: &str) -> bool {
    object.get("id").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(id))
}

/// All objects of the tenant with their types.
fn everything(call: &Call<'_>) -> impl Iterator<Item = Value> {
    let registry = call.emulator.registry();
    let of_type = |kind: &str, object: Value| {
        let mut typed = Map::new();
        typed.insert("@odata.type".to_owned(), json!(format!("#microsoft.graph.{kind}")));
        typed.extend(object.as_object().cloned().unwrap_or_default());
        Value::Object(typed)
    };
    let applications = registry.directory.applications.iter().filter_map(|one| {
        let extra = registry.application_extra(&one.app_id)?;
        call.is_here(one.tenant_id.as_deref())
            .then(|| of_type("application", application::shape(&registry, one, extra)))
    });
    let principals =
        principal::all(&registry, call.tenant()).map(|one| of_type("servicePrincipal", one.shape(&registry)));
    let mut all: Vec<_> = applications.chain(principals).collect();
    all.extend(users::list(call, &registry).into_iter().map(|user| of_type("user", user)));
    all.into_iter()
}
