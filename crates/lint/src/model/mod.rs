//! Everything that the files say, joined: who signs in, as whom, and what that one trusts.

mod exchange;
mod fit;
mod identity;
mod owners;
mod refused;
mod settings;
mod subject;
mod workload;

use jiff::civil::Date;

use crate::facts::Facts;
use crate::source::{Place, Sources, SyntaxError};
use crate::{Options, arm, azure_devops, github, gitlab, kubernetes, terraform};

pub use exchange::{Answer, Exchange, Field, Refused};
pub use identity::{Credential, Identity, IdentityKind, Origin};
pub use settings::{ServiceAccount, ServiceConnection, Settings, Stored, SubjectTemplate};
pub(crate) use subject::is_placeholder;
pub use workload::{Candidate, Platform, Workload};

/// A repository as its workload identities see it.
pub struct Model<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// What the caller told.
    pub options: &'a Options,
    /// What each file says, in the order of the files.
    pub facts: Vec<Facts>,
    /// Applications and managed identities.
    pub identities: Vec<Identity>,
    /// Their federated identity credentials.
    pub credentials: Vec<Credential>,
    /// Whatever presents an assertion.
    pub workloads: Vec<Workload>,
    /// The stages of Azure pipelines, with their templates put in.
    pub(crate) stages: Vec<azure_devops::Stage>,
    /// What Entra would answer to each.
    pub exchanges: Vec<Exchange>,
    /// What configurations set up on other platforms.
    pub settings: Settings,
    /// Files, or parts of them, that could not be read.
    pub unreadable: Vec<SyntaxError>,
    /// The workflows of GitHub, put together.
    pub(crate) github: github::Joined,
    /// The pipelines of GitLab.
    pub(crate) gitlab: gitlab::Pipelines,
    /// What is deployed to clusters.
    pub(crate) kubernetes: kubernetes::Manifests,
    /// The credentials of each identity.
    of_identity: Vec<Vec<usize>>,
}

/// What the readers of several files find together.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) identities: Vec<Identity>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) settings: Settings,
    pub(crate) stages: Vec<azure_devops::Stage>,
}

impl<'a> Model<'a> {
    /// Joins what the files say.
    pub(crate) fn join(sources: &'a Sources, options: &'a Options, mut facts: Vec<Facts>) -> Self {
        let unreadable = facts.iter_mut().flat_map(|facts| std::mem::take(&mut facts.unreadable)).collect();
        let mut draft = Draft::default();
        terraform::join(sources, &mut facts, &mut draft);
        arm::join(sources, &facts, &mut draft);
        for facts in &facts {
            draft.identities.extend(facts.identities.iter().cloned());
            draft.credentials.extend(facts.credentials.iter().cloned());
        }
        let repository = github::Repository::find(options, &facts, &draft);
        let github = github::join(sources, &facts, repository, &mut draft);
        azure_devops::join(sources, &facts, &mut draft);
        let gitlab = gitlab::join(sources, &facts, &mut draft);
        let kubernetes = kubernetes::join(sources, &facts, &mut draft);
        let Draft { identities, credentials, workloads, settings, stages } = identity::resolve(draft);
        let exchanges = exchange::judge(&identities, &credentials, &workloads, github.repository.name.as_ref());
        let mut of_identity = vec![Vec::new(); identities.len()];
        for (at, credential) in credentials.iter().enumerate() {
            if let Some(own) = of_identity.get_mut(credential.identity) {
                own.push(at);
            }
        }
        Self {
            sources,
            options,
            facts,
            identities,
            credentials,
            workloads,
            stages,
            exchanges,
            settings,
            unreadable,
            github,
            gitlab,
            kubernetes,
            of_identity,
        }
    }

    /// The credentials of an identity, with their positions.
    pub fn credentials_of(&self, identity: usize) -> impl Iterator<Item = (usize, &Credential)> {
        let own = self.of_identity.get(identity).map(Vec::as_slice).unwrap_or_default();
        own.iter().filter_map(|at| Some((*at, self.credentials.get(*at)?)))
    }

    /// The day by which dated rules judge.
    pub fn today(&self) -> Date {
        self.options.today
    }

    /// Where a place is, as `path:line`.
    pub fn at(&self, place: Place) -> String {
        format!("{}:{}", self.sources.path(place), self.sources.position(place).line)
    }
}
