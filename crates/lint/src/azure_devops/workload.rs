//! The tokens that service connections present.

use fedlens_issuers::Cloud;

use super::connection::is_federated;
use super::{Connection, Stage};
use crate::model::{Candidate, Draft, Platform, ServiceConnection, Workload};
use crate::source::{Piece, Place, Text, Unknown, Why};

/// What Azure DevOps is called in a structured subject.
const AZURE_DEVOPS: &str = "rISbSSETf0KqFyZ8ppdXmA";

/// Adds a workload for each connection that a task signs in with.
pub(super) fn add(connections: &[&Connection], draft: &mut Draft) {
    let mut used: Vec<Text> = Vec::new();
    for name in draft.stages.iter().flat_map(signs_in_with) {
        if !used.contains(&name) {
            used.push(name);
        }
    }
    let defined = &draft.settings.service_connections;
    let trusted: Vec<&Text> = draft.credentials.iter().filter_map(|credential| credential.subject.as_ref()).collect();
    let made = used.into_iter().filter_map(|name| workload(name, connections, defined, &trusted));
    let workloads: Vec<Workload> = made.collect();
    draft.workloads.extend(workloads);
}

/// The connections that the tasks of a stage sign in with.
fn signs_in_with(stage: &Stage) -> Vec<Text> {
    let mut found = Vec::new();
    for job in &stage.jobs {
        let names = job.steps.iter().flat_map(|step| step.connections()).filter_map(|input| input.text());
        found.extend(names.map(|text| job.at_run_time(text)).filter(|text| text.known() != Some("")));
    }
    found
}

/// The workload of a connection; none where it is known to sign in otherwise.
fn workload(
    name: Text,
    exported: &[&Connection],
    defined: &[ServiceConnection],
    trusted: &[&Text],
) -> Option<Workload> {
    let place = name.place;
    let base = Workload {
        platform: Platform::AzurePipelines,
        name: format!("service connection `{name}`"),
        place,
        issuer: Text::unknown(format!("issuer of {name}"), Why::Elsewhere, place),
        audience: Text::literal(Cloud::Public.exchange_audience(), place),
        candidates: Vec::new(),
        client_id: None,
        tenant: None,
        cloud: Cloud::Public,
    };
    let called = |own: &Option<Text>| own.as_ref().and_then(Text::known).is_some_and(|own| Some(own) == name.known());
    if let Some(found) = exported.iter().find(|found| name.known().is_some_and(|name| found.is_called(name))) {
        from_export(found, base)
    } else if let Some(found) = defined.iter().find(|found| called(&found.name)) {
        let by_address = trusted.contains(&&found.subject);
        let subjects = if by_address { vec![found.subject.clone()] } else { subjects(&name) };
        from_configuration(found, subjects, base)
    } else {
        Some(Workload { candidates: vec![candidate(subjects(&name), place)], ..base })
    }
}

/// An export has the issuer and the subject.
fn from_export(found: &Connection, base: Workload) -> Option<Workload> {
    let subject = found.subject.clone().filter(|_| found.is_federated())?;
    Some(Workload {
        issuer: found.issuer.clone().unwrap_or(base.issuer),
        candidates: vec![candidate(vec![subject], base.place)],
        client_id: found.client_id.clone(),
        tenant: found.tenant.clone(),
        ..base
    })
}

/// A configuration has the addresses that the issuer and the subject will have; a credential may be written with the
/// values instead.
fn from_configuration(found: &ServiceConnection, subjects: Vec<Text>, base: Workload) -> Option<Workload> {
    is_federated(found).then(|| Workload {
        issuer: found.issuer.clone(),
        candidates: vec![candidate(subjects, base.place)],
        client_id: found.client_id.clone(),
        tenant: found.tenant.clone(),
        ..base
    })
}

fn candidate(subjects: Vec<Text>, place: Place) -> Candidate {
    Candidate { subjects, place, when: "when a task uses the connection".to_owned() }
}

/// The subject of the Azure DevOps issuer, by names, and that of the Entra issuer, by ids.
fn subjects(name: &Text) -> Vec<Text> {
    let place = name.place;
    let literal = |text: &str| Piece::Literal(text.to_owned());
    let unknown = |symbol: String| Piece::Unknown(Unknown { symbol, why: Why::Elsewhere });
    let by_name = [
        literal("sc://"),
        unknown("organisation".to_owned()),
        literal("/"),
        unknown("project".to_owned()),
        literal("/"),
    ];
    let by_id = [
        literal("/eid1/c/pub/t/"),
        unknown("tenant".to_owned()),
        literal(&format!("/a/{AZURE_DEVOPS}/sc/")),
        unknown("organisation id".to_owned()),
        literal("/"),
        unknown(format!("id of {name}")),
    ];
    vec![Text::of(by_name.into_iter().chain(name.pieces()), place), Text::of(by_id, place)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Agreement, FileId};

    const HERE: Place = Place { file: FileId(0), start: 0, end: 0 };

    #[test]
    fn by_its_name_alone_both_subjects_are_possible() {
        let found = workload(Text::literal("deploy-prod", HERE), &[], &[], &[]).unwrap();
        let agrees = |text: &str| {
            let text = Text::literal(text, HERE);
            found.candidates[0].subjects.iter().any(|subject| subject.agrees(&text) != Agreement::Different)
        };
        assert!(agrees("sc://contoso/shop/deploy-prod"));
        assert!(agrees("/eid1/c/pub/t/UhoOD9zoekuaTh0sO0pfZg/a/rISbSSETf0KqFyZ8ppdXmA/sc/o/c"));
        assert!(!agrees("sc://contoso/shop/deploy-dev"));
        assert!(!agrees("p://contoso/shop/deploy-prod"));
        assert_eq!(found.issuer.known(), None);
    }
}
