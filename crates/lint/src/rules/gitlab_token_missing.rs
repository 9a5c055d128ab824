use crate::gitlab::{Job, Pipeline, Use, place_in};
use crate::model::Model;
use crate::rule::rule;
use crate::source::Place;
use crate::{Finding, Severity};

rule! {
    /// A job signs in with a token that GitLab does not give to it.
    ///
    /// GitLab puts a token into a variable only for the jobs that ask for it under `id_tokens`, in the job itself, in
    /// what it extends, or in `default`. The tokens that every job once had, `CI_JOB_JWT`, `CI_JOB_JWT_V1` and
    /// `CI_JOB_JWT_V2`, were removed in GitLab 17.0. Such a variable is empty, and the command fails before it asks Entra.
    ///
    /// ## Wrong
    /// `.gitlab-ci.yml`
    /// ```yaml
    /// deploy:
    ///   script:
    ///     - az login --service-principal -u "$CLIENT_ID" -t "$TENANT_ID" --federated-token "$CI_JOB_JWT_V2"
    /// ```
    ///
    /// ## Right
    /// `.gitlab-ci.yml`
    /// ```yaml
    /// deploy:
    ///   id_tokens:
    ///     AZURE_TOKEN:
    ///       aud: api://AzureADTokenExchange
    ///   script:
    ///     - az login --service-principal -u "$CLIENT_ID" -t "$TENANT_ID" --federated-token "$AZURE_TOKEN"
    /// ```
    FL317 "gitlab-token-missing"
    title: "the job does not get the token that it signs in with",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
    help: "ask for the token under `id_tokens` of the job, with the audience that the credential trusts",
    check: check,
}

const REMOVED: &[&str] = &["CI_JOB_JWT_V2", "CI_JOB_JWT_V1", "CI_JOB_JWT"];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for pipeline in &model.gitlab.pipelines {
        for job in &pipeline.jobs {
            for used in &job.uses {
                out.extend(missing(model, pipeline, job, used));
            }
        }
    }
}

fn missing(model: &Model<'_>, pipeline: &Pipeline, job: &Job, used: &Use) -> Option<Finding> {
    let removed = || REMOVED.iter().copied().find(|name| job.scripts.iter().any(|line| says(&line.to_string(), name)));
    let variable = used.variable.as_deref().or_else(removed)?;
    let place = place_of(model, job, used.place, variable);
    if job.token(variable).is_some() {
        return None;
    }
    let name = &job.name;
    if REMOVED.contains(&variable) {
        let message = format!("job `{name}` signs in with `{variable}`, which GitLab has removed");
        return Some(Finding::new(&RULE, message, place, "empty since GitLab 17.0"));
    }
    let elsewhere = !job.complete || pipeline.passes_variables() || job.assigns(variable);
    if elsewhere || variable.starts_with("CI_") {
        return None;
    }
    let message = format!("job `{name}` signs in with `{variable}`, which none of its `id_tokens` defines");
    let finding = Finding::new(&RULE, message, place, "not defined");
    let finding = match job.id_tokens.first() {
        Some(token) => finding.and(token.place, format!("this one is `{}`", token.name)),
        None => finding.and(job.place, "this job has no `id_tokens`"),
    };
    Some(if pipeline.complete { finding } else { finding.severity(Severity::Warning) })
}

/// Whether a script uses a variable.
fn says(text: &str, variable: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.split('$').skip(1).any(|part| part.trim_start_matches('{').strip_prefix(variable).is_some_and(|rest| !goes_on(rest)))
}

/// Where the variable stands: in the script, or in what gives it on.
fn place_of(model: &Model<'_>, job: &Job, used: Place, variable: &str) -> Place {
    let there = |place: Place| model.sources.text(place).contains(variable);
    let lines = job.scripts.iter().map(|line| line.place);
    let found = [used].into_iter().chain(lines).find(|place| there(*place));
    found.map_or(used, |place| place_in(model.sources, place, variable))
}
