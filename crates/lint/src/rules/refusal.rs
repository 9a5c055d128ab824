//! Findings about sign-ins that Entra would refuse.

use fedlens_issuers::{Subject, parse_subject};

use crate::model::{Answer, Credential, Exchange, Field, Identity, Model, Platform, Refused, Workload};
use crate::source::Place;
use crate::{Confidence, Edit, Finding, Rule};

/// A refused sign-in with both of its sides.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a> {
    pub(super) workload: &'a Workload,
    pub(super) credential: &'a Credential,
    pub(super) refused: &'a Refused,
    candidate: usize,
    /// A credential of another identity that fits, and that identity.
    elsewhere: Option<(&'a Credential, &'a Identity)>,
}

/// What a refusal comes from, which is what the rules divide it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    LetterCase,
    Context,
    Form,
    TagOrBranch,
    Template,
    Subject,
    EnterpriseSlug,
    Issuer,
    DefaultAudience,
    Audience,
}

/// The refusals of one cause.
pub(super) fn of<'a>(model: &'a Model<'_>, cause: Cause) -> impl Iterator<Item = Refusal<'a>> {
    model.exchanges.iter().filter_map(|exchange| refusal(model, exchange)).filter(move |found| found.cause() == cause)
}

fn refusal<'a>(model: &'a Model<'_>, exchange: &'a Exchange) -> Option<Refusal<'a>> {
    let Answer::Refused(refused) = &exchange.answer else { return None };
    let elsewhere = refused.elsewhere.and_then(|at| {
        let credential = model.credentials.get(at)?;
        Some((credential, model.identities.get(credential.identity)?))
    });
    Some(Refusal {
        elsewhere,
        workload: model.workloads.get(exchange.workload)?,
        credential: model.credentials.get(refused.credential)?,
        refused,
        candidate: exchange.candidate,
    })
}

impl Refusal<'_> {
    fn cause(&self) -> Cause {
        match (self.refused.field, self.refused.cause) {
            (Field::Audience, _) if self.is_default_audience() => Cause::DefaultAudience,
            (Field::Audience, _) => Cause::Audience,
            (Field::Issuer, "github.issuer.enterprise-slug") => Cause::EnterpriseSlug,
            (Field::Issuer, _) => Cause::Issuer,
            (_, "fic.subject.case") => Cause::LetterCase,
            (_, "github.subject.environment-vs-ref" | "github.subject.pull-request") => Cause::Context,
            (_, "github.subject.immutable-vs-name") => Cause::Form,
            (_, "github.subject.custom-template") => Cause::Template,
            (_, "github.subject.branch") if self.is_tag_against_branch() => Cause::TagOrBranch,
            _ => Cause::Subject,
        }
    }

    /// What a platform puts in where nobody asks for an audience.
    fn is_default_audience(&self) -> bool {
        let default = match self.workload.platform {
            Platform::GitHub => "https://github.com/",
            Platform::GitLab => "https://gitlab.",
            _ => return false,
        };
        self.refused.presented.starts_with(default)
    }

    fn is_tag_against_branch(&self) -> bool {
        let tag = |subject: &str| match parse_subject(None, subject) {
            Subject::GitHub { context, .. } => Some(context.starts_with("ref:refs/tags/")),
            _ => None,
        };
        let (presented, configured) = (tag(&self.refused.presented), tag(&self.refused.configured));
        presented.is_some() && configured.is_some() && presented != configured
    }

    /// What makes the workload send it, and when.
    fn origin(&self) -> (Place, &str) {
        let candidate = self.workload.candidates.get(self.candidate);
        candidate.map_or((self.workload.place, ""), |candidate| (candidate.place, candidate.when.as_str()))
    }

    /// The finding: at the workload, beside the credential that comes nearest.
    pub(super) fn finding(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        let Refused { presented, configured, code, .. } = self.refused;
        let (place, when) = self.origin();
        let (own, trusted) = match self.refused.field {
            Field::Subject => (place, self.credential.subject_place()),
            Field::Issuer => (self.workload.place, self.credential.issuer.place),
            Field::Audience => (self.workload.audience.place, self.audience_place()),
        };
        // Issuer and audience are the same whatever started the run.
        let when = if self.refused.field == Field::Subject { when } else { "" };
        let label =
            if when.is_empty() { format!("sends `{presented}`") } else { format!("{when}, sends `{presented}`") };
        let mut finding = Finding::new(rule, message, own, label)
            .and(trusted, format!("trusts `{configured}`"))
            .predicts(code.clone())
            .differs(presented.clone(), configured.clone());
        finding.failed_by = Some(trusted);
        if own != self.workload.place {
            finding = finding.and(self.workload.place, "signs in here");
        }
        if !self.refused.settled {
            let other_repository = self.refused.cause == "github.subject.repository";
            finding = finding.confidence(if other_repository { Confidence::Low } else { Confidence::Medium });
        }
        if let Some(help) = self.help() {
            finding = finding.help(help);
        }
        if let Some((other, owner)) = self.elsewhere {
            let help = format!("sign in as `{}`, or {}", owner.name, finding.help);
            finding = finding.and(other.subject_place(), format!("trusts it, for `{}`", owner.name)).help(help);
        }
        if !self.refused.explanation.is_empty() {
            finding = finding.note(self.refused.explanation.clone());
        }
        finding
    }

    /// What to do about this pair.
    fn help(&self) -> Option<String> {
        let Refused { presented, field, hint, shared, .. } = self.refused;
        if *field != Field::Subject {
            return None;
        }
        if self.credential.subject.is_none() {
            return Some(format!("widen the expression, or add a credential for `{presented}`"));
        }
        let unknown = context(presented).filter(|_| self.workload.platform == Platform::GitHub);
        let varies = unknown.is_some_and(|it| it.contains("${") && !it.contains("${default branch}"));
        if varies {
            return Some(
                "give the job an environment and trust that: this subject is not the same in every run".to_owned(),
            );
        }
        if presented.contains("${") {
            return None;
        }
        if *shared {
            return Some(format!("add a credential for `{presented}`; the one beside it lets other jobs in"));
        }
        hint.as_ref().map(|hint| uncapitalised(hint.trim_end_matches('.')))
    }

    /// What is sent and what is trusted, in words: the environment `prod`, the branch `main`.
    pub(super) fn in_words(&self) -> Option<(String, String)> {
        let words = |subject: &str| context_in_words(&context(subject)?);
        Some((words(&self.refused.presented)?, words(&self.refused.configured)?))
    }

    /// The repository that runs and the one that is trusted, where these two differ.
    pub(super) fn repositories(&self) -> Option<(String, String)> {
        let named = |subject: &str| match parse_subject(None, subject) {
            Subject::GitHub { owner, repository, .. } => Some(format!("{owner}/{repository}")),
            _ => None,
        };
        let found = (named(&self.refused.presented)?, named(&self.refused.configured)?);
        (self.refused.cause == "github.subject.repository" && found.0 != found.1).then_some(found)
    }

    /// The finding with the change that makes the credential trust what is sent, where that can be made.
    pub(super) fn trusted(&self, model: &Model<'_>, finding: Finding, title: &str) -> Finding {
        finding.suggest(title, self.edit(model))
    }

    /// The change that makes the credential trust what is sent; `None` where either is not known, and where it would
    /// keep somebody else out.
    pub(super) fn edit(&self, model: &Model<'_>) -> Option<Edit> {
        if self.refused.shared || self.elsewhere.is_some() {
            return None;
        }
        let text = match self.refused.field {
            Field::Subject => self.credential.subject.as_ref()?,
            Field::Issuer => &self.credential.issuer,
            Field::Audience => self.credential.audiences.first()?,
        };
        Edit::rewrite(model.sources, text, &self.refused.presented)
    }

    fn audience_place(&self) -> Place {
        self.credential.audiences.first().map_or(self.credential.place, |audience| audience.place)
    }

    /// Whether the credential names the file of a called workflow.
    pub(super) fn names_workflow(&self) -> bool {
        self.refused.configured.contains("job_workflow_ref:")
    }

    /// What the job is called, for messages.
    pub(super) fn who(&self) -> &str {
        match self.workload.platform {
            Platform::GitHub => "this job's",
            Platform::AzurePipelines => "this service connection's",
            Platform::GitLab => "this job's",
            Platform::Kubernetes => "this service account's",
            Platform::Terraform => "this workspace's",
            Platform::ManagedIdentity => "this managed identity's",
        }
    }
}

/// What a subject of GitHub has after the repository.
fn context(subject: &str) -> Option<String> {
    match parse_subject(None, subject) {
        Subject::GitHub { context, .. } => Some(context),
        _ => None,
    }
}

fn context_in_words(context: &str) -> Option<String> {
    match context {
        "ref:refs/${branch or tag}" => return Some("the branch or tag that it runs on".to_owned()),
        "ref:refs/heads/${default branch}" => return Some("the default branch".to_owned()),
        _ => {}
    }
    let named = [("environment:", "the environment"), ("ref:refs/heads/", "the branch"), ("ref:refs/tags/", "the tag")];
    let found = named.iter().find_map(|(start, kind)| Some(format!("{kind} `{}`", context.strip_prefix(start)?)));
    let other = || match context {
        "pull_request" => Some("a pull request".to_owned()),
        _ => context.strip_prefix("ref:").map(|name| format!("the ref `{name}`")),
    };
    found.or_else(other)
}

fn uncapitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
