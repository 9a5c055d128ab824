//! The jobs that sign in, and the subjects that they come with.

use fedlens_issuers::Cloud;
use fedlens_trust::is_exchange_audience;

use super::compose::Pipeline;
use super::job::{IdToken, Job, Use};
use super::refs;
use crate::model::{Candidate, Platform, Workload};
use crate::source::{Text, Why};

/// The workloads of a pipeline.
pub(super) fn of_pipeline(pipeline: &Pipeline) -> Vec<Workload> {
    let signing = pipeline.jobs.iter().flat_map(|job| job.uses.iter().map(move |used| (job, used)));
    signing.map(|(job, used)| workload(pipeline, job, used)).collect()
}

fn workload(pipeline: &Pipeline, job: &Job, used: &Use) -> Workload {
    let refs = refs::of_job(&job.node, pipeline.workflow.as_ref(), job.place);
    let candidate =
        |on: &refs::Ref| Candidate { subjects: vec![refs::subject(on)], place: on.place, when: on.when.clone() };
    let audience = token(job, used).and_then(|token| match token.audiences.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    });
    Workload {
        platform: Platform::GitLab,
        name: format!("job `{}`", job.name),
        place: used.place,
        issuer: Text::unknown("CI_SERVER_URL", Why::Elsewhere, job.place),
        audience: audience.unwrap_or_else(|| Text::unknown("the token's audience", Why::Elsewhere, used.place)),
        candidates: refs.iter().map(candidate).collect(),
        client_id: used.client_id.clone(),
        tenant: used.tenant.clone(),
        cloud: Cloud::Public,
    }
}

/// The ID token of a sign-in: that of its variable, or the only one that can be meant.
fn token<'a>(job: &'a Job, used: &Use) -> Option<&'a IdToken> {
    if let Some(variable) = &used.variable {
        return job.token(variable);
    }
    let exchange =
        |token: &&IdToken| token.audiences.iter().any(|audience| audience.known().is_some_and(is_exchange_audience));
    let mut tokens = job.id_tokens.iter().filter(exchange);
    match (tokens.next(), tokens.next(), job.id_tokens.as_slice()) {
        (Some(one), None, _) => Some(one),
        (None, _, [only]) if says_azure(&only.name) => Some(only),
        _ => None,
    }
}

fn says_azure(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["azure", "arm_", "entra", "aad"].iter().any(|word| lower.contains(word))
}
