//! The tokens that service connections present.

use fedlens_issuers::Cloud;

use super::{Connection, Stage};
use crate::model::{Candidate, Draft, Platform, Workload};
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
    draft.workloads.extend(used.into_iter().filter_map(|name| workload(name, connections)));
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

/// The workload of a connection; none where an export says that it signs in otherwise.
fn workload(name: Text, connections: &[&Connection]) -> Option<Workload> {
    let exported = name.known().and_then(|name| connections.iter().find(|connection| connection.is_called(name)));
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
    let Some(connection) = exported else {
        return Some(Workload { candidates: vec![candidate(subjects(&name), place)], ..base });
    };
    let subject = connection.subject.clone().filter(|_| connection.is_federated())?;
    Some(Workload {
        issuer: connection.issuer.clone().unwrap_or(base.issuer),
        candidates: vec![candidate(vec![subject], place)],
        client_id: connection.client_id.clone(),
        tenant: connection.tenant.clone(),
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
