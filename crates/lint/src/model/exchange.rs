//! What Entra would answer to each workload.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use fedlens_issuers::{Subject, parse_subject, recognise};
use rayon::prelude::*;

use super::fit::{self, Fit, fit};
use super::owners::Owners;
use super::refused::{Asked, refused};
use super::{Candidate, Credential, Identity, Platform, Workload};
use crate::source::{Agreement, Text};

/// A workload with one of its subjects, and what Entra would answer to it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The workload, by its position in the model.
    pub workload: usize,
    /// The subject, by its position in the workload.
    pub candidate: usize,
    /// The answer.
    pub answer: Answer,
}

/// What Entra would answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A token.
    Accepted {
        /// The credential that fits.
        credential: usize,
    },
    /// A refusal.
    Refused(Box<Refused>),
    /// It depends on what is not known.
    CannotTell {
        /// What is not known.
        why: String,
        /// The credentials that may fit.
        credentials: Vec<usize>,
    },
}

/// A refusal with the credential that comes nearest.
#[derive(Clone, Debug)]
pub struct Refused {
    /// `AADSTS700213`
    pub code: String,
    /// The credential that comes nearest.
    pub credential: usize,
    /// Which of its values does not fit.
    pub field: Field,
    /// The cause id: `github.subject.environment-vs-ref`.
    pub cause: &'static str,
    /// Why the two differ, in a sentence or two.
    pub explanation: String,
    /// What the workload presents: its subject, its issuer or its audience.
    pub presented: String,
    /// What the credential trusts in its place.
    pub configured: String,
    /// Whether it is certain that the workload signs in as the owner of that credential.
    pub settled: bool,
    /// What to do about this very pair, where that can be said.
    pub hint: Option<String>,
    /// Whether that credential lets another workload in.
    pub shared: bool,
    /// A credential of another identity that fits, where it is certain who the workload signs in as.
    pub elsewhere: Option<usize>,
}

/// What an assertion and a credential are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `iss`
    Issuer,
    /// `aud`
    Audience,
    /// `sub`
    Subject,
}

/// Judges every subject of every workload that has somebody to sign in as. `own` is the repository of the workflows.
pub(super) fn judge(
    identities: &[Identity],
    credentials: &[Credential],
    workloads: &[Workload],
    own: Option<&(String, String)>,
) -> Vec<Exchange> {
    let subject = |credential: &Credential| credential.subject.as_ref().map(Text::to_string).unwrap_or_default();
    let known = Known {
        identities,
        credentials,
        subjects: credentials.iter().map(subject).collect(),
        repositories: credentials.iter().map(repository_of).collect(),
        own,
    };
    let mut all = AllTargets::default();
    let mut exchanges = Vec::new();
    let mut failed: Vec<Failed<'_>> = Vec::new();
    let owners = Owners::new(workloads, credentials);
    for (at, workload) in workloads.iter().enumerate() {
        let targets = all.of(workload, &known).for_workload(at, &owners, credentials);
        for (candidate, found) in workload.candidates.iter().enumerate() {
            match targets.answer(workload, found, credentials) {
                Some(Some(answer)) => exchanges.push(Exchange { workload: at, candidate, answer }),
                Some(None) => {
                    failed.push(Failed { at, candidate, workload, found, targets: Arc::clone(&targets) });
                }
                None => {}
            }
        }
    }
    let taken: HashSet<usize> = exchanges.iter().filter_map(Exchange::accepted).collect();
    let refusal = |failed: &Failed<'_>| {
        let answer = failed.targets.refusal(failed.workload, failed.found, &known, &taken)?;
        Some(Exchange { workload: failed.at, candidate: failed.candidate, answer })
    };
    exchanges.par_extend(failed.par_iter().filter_map(refusal));
    exchanges.sort_by_key(|exchange| (exchange.workload, exchange.candidate));
    exchanges
}

/// A sign-in that no credential fits.
struct Failed<'a> {
    at: usize,
    candidate: usize,
    workload: &'a Workload,
    found: &'a Candidate,
    targets: Arc<Targets>,
}

impl Exchange {
    /// The credential that accepts it.
    fn accepted(&self) -> Option<usize> {
        match self.answer {
            Answer::Accepted { credential } => Some(credential),
            _ => None,
        }
    }
}

/// Everything that a sign-in may meet.
struct Known<'a> {
    identities: &'a [Identity],
    credentials: &'a [Credential],
    /// The subject of each credential, empty where it has none.
    subjects: Vec<String>,
    /// The repository on GitHub that each credential is for, in lower case, where that is known.
    repositories: Vec<Option<(String, String)>>,
    own: Option<&'a (String, String)>,
}

/// The repository that a credential for GitHub names in full, in lower case.
fn repository_of(credential: &Credential) -> Option<(String, String)> {
    let subject = credential.subject.as_ref()?.to_string();
    match parse_subject(None, &subject) {
        Subject::GitHub { owner, repository, .. } if !owner.contains("${") && !repository.contains("${") => {
            Some((owner.to_ascii_lowercase(), repository.to_ascii_lowercase()))
        }
        _ => None,
    }
}

/// What two workloads have in common that sign in as the same identity, as far as is known.
#[derive(PartialEq, Eq, Hash)]
struct Key(Platform, String, Option<String>);

impl Key {
    fn of(workload: &Workload) -> Self {
        Self(workload.platform, workload.issuer.to_string(), workload.client_id.as_ref().map(Text::to_string))
    }
}

/// The credentials among which a workload's has to be.
struct Targets {
    credentials: Vec<usize>,
    /// Those with a subject that is known, by it.
    by_subject: HashMap<String, Vec<usize>>,
    /// The others.
    open: Vec<usize>,
    /// Whether they belong to the identity that the workload names.
    settled: bool,
    /// Whom they are for, as far as the repository tells.
    readers: Readers,
}

/// Whose credentials those of no certain identity are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    /// The repository's own, or nothing says otherwise.
    Own,
    /// Another repository's, and only that one's: perhaps the name is wrong.
    Another,
    /// Those of several repositories, and which of them this is, is not known.
    Several,
}

/// The targets of all workloads. Most have the same ones, and they are many.
#[derive(Default)]
struct AllTargets {
    by_key: HashMap<Key, Arc<Targets>>,
    by_chosen: HashMap<Chosen, Arc<Targets>>,
    /// The credentials for a platform and an issuer.
    of_platform: HashMap<(Platform, String), Arc<[usize]>>,
}

/// The credentials that a workload may meet, whether that is certain, and whether it runs on GitHub.
type Chosen = (Vec<usize>, bool, bool);

impl AllTargets {
    fn of(&mut self, workload: &Workload, known: &Known<'_>) -> Arc<Targets> {
        let key = Key::of(workload);
        if let Some(found) = self.by_key.get(&key) {
            return Arc::clone(found);
        }
        let (mut chosen, settled) = self.chosen(workload, known);
        let on_github = workload.platform == Platform::GitHub;
        let found = self.by_chosen.entry((chosen.clone(), settled, on_github)).or_insert_with(|| {
            let readers = if on_github && !settled { known.keep_own(&mut chosen) } else { Readers::Own };
            Arc::new(Targets::new(chosen, known.credentials, settled, readers))
        });
        Arc::clone(self.by_key.entry(key).or_insert(Arc::clone(found)))
    }

    /// The credentials of the identity that the workload names; of every identity that it may mean where none can be
    /// told, as long as they are for its platform.
    fn chosen(&mut self, workload: &Workload, known: &Known<'_>) -> (Vec<usize>, bool) {
        let named = |identity: &Identity| workload.client_id.as_ref().is_some_and(|id| identity.is_called(id));
        let meant = |identity: &Identity| match (&workload.client_id, &identity.client_id) {
            (Some(asked), Some(own)) => asked.agrees(own) != Agreement::Different,
            _ => true,
        };
        let by_name: Vec<bool> = known.identities.iter().map(named).collect();
        let settled = by_name.contains(&true);
        let right = if settled { by_name } else { known.identities.iter().map(meant).collect() };
        let of_owner = |at: &usize| {
            let identity = known.credentials.get(*at).map(|credential| credential.identity);
            identity.and_then(|identity| right.get(identity)).copied().unwrap_or_default()
        };
        let chosen = match settled {
            true => (0..known.credentials.len()).filter(of_owner).collect(),
            false => self.of_platform(workload, known).iter().copied().filter(of_owner).collect(),
        };
        (chosen, settled)
    }

    fn of_platform(&mut self, workload: &Workload, known: &Known<'_>) -> Arc<[usize]> {
        let found = self.of_platform.entry((workload.platform, workload.issuer.to_string())).or_insert_with(|| {
            let credentials = known.credentials.iter().enumerate();
            credentials.filter(|(_, credential)| is_of_platform(workload, credential)).map(|(at, _)| at).collect()
        });
        Arc::clone(found)
    }
}

impl Targets {
    fn new(chosen: Vec<usize>, credentials: &[Credential], settled: bool, readers: Readers) -> Self {
        let mut by_subject: HashMap<String, Vec<usize>> = HashMap::new();
        let mut open = Vec::new();
        for at in &chosen {
            match credentials.get(*at).and_then(|credential| credential.subject.as_ref()?.known()) {
                Some(subject) => by_subject.entry(subject.to_owned()).or_default().push(*at),
                None => open.push(*at),
            }
        }
        Self { credentials: chosen, by_subject, open, settled, readers }
    }

    /// Without those that are somebody else's.
    fn for_workload(self: Arc<Self>, workload: usize, owners: &Owners<'_>, credentials: &[Credential]) -> Arc<Self> {
        let own = |at: &usize| self.settled || owners.may_be_of(workload, *at);
        if self.credentials.iter().all(own) {
            return self;
        }
        let chosen = self.credentials.iter().copied().filter(own).collect();
        Arc::new(Self::new(chosen, credentials, self.settled, self.readers))
    }

    /// The answer; `Some(None)` for a refusal, which is worked out later.
    fn answer(&self, workload: &Workload, candidate: &Candidate, credentials: &[Credential]) -> Option<Option<Answer>> {
        if self.credentials.is_empty() {
            return None;
        }
        let mut open = None;
        for (at, credential) in self.within_reach(candidate).filter_map(|at| Some((at, credentials.get(at)?))) {
            let fit: Fit = fit(workload, candidate, credential);
            if fit.is(Agreement::Equal) {
                return Some(Some(Answer::Accepted { credential: at }));
            }
            if fit.is(Agreement::Open) {
                open.get_or_insert_with(Vec::new).push(at);
            }
        }
        let Some(open) = open else { return Some(None) };
        let first = open.first().and_then(|at| credentials.get(*at))?;
        let why = fit::unknown(workload, candidate, first);
        Some(Some(Answer::CannotTell { why, credentials: open }))
    }

    /// The credentials that may fit: where all of a subject is known, those with the same one.
    fn within_reach(&self, candidate: &Candidate) -> impl Iterator<Item = usize> {
        let known: Option<Vec<&str>> = candidate.subjects.iter().map(Text::known).collect();
        let mut found = match known {
            Some(known) => {
                let same = known.into_iter().filter_map(|subject| self.by_subject.get(subject)).flatten();
                same.chain(&self.open).copied().collect()
            }
            None => self.credentials.clone(),
        };
        found.sort_unstable();
        found.into_iter()
    }

    /// What is to be said of a sign-in that no credential fits.
    fn refusal(
        &self,
        workload: &Workload,
        candidate: &Candidate,
        known: &Known<'_>,
        taken: &HashSet<usize>,
    ) -> Option<Answer> {
        if self.readers == Readers::Several {
            let why = "the credentials are for several repositories, and which of them this is, is not known (give `--repository`)";
            return Some(Answer::CannotTell { why: why.to_owned(), credentials: self.credentials.clone() });
        }
        let asked = Asked { workload, candidate, targets: &self.credentials, settled: self.settled, taken };
        let mut refused = refused(&asked, known.credentials, &known.subjects)?;
        if self.readers == Readers::Another && !refused.only_by_repository() {
            return None;
        }
        if self.settled {
            let fits = |credential: &&Credential| fit(workload, candidate, credential).is(Agreement::Equal);
            refused.elsewhere = known.credentials.iter().position(|credential| fits(&credential));
        }
        Some(Answer::Refused(Box::new(refused)))
    }
}

impl Known<'_> {
    /// Leaves out the credentials that are for other repositories: a repository may keep those of many.
    fn keep_own(&self, chosen: &mut Vec<usize>) -> Readers {
        let named = |at: &usize| self.repositories.get(*at).and_then(Option::as_ref);
        let all: HashSet<&(String, String)> = chosen.iter().filter_map(named).collect();
        let Some((owner, name)) = self.own else {
            return if all.len() > 1 { Readers::Several } else { Readers::Own };
        };
        let own = (owner.to_ascii_lowercase(), name.to_ascii_lowercase());
        let others = all.iter().filter(|named| ***named != own).count();
        let only_another = others == 1 && chosen.iter().all(|at| named(at).is_some_and(|named| *named != own));
        if only_another {
            return Readers::Another;
        }
        chosen.retain(|at| named(at).is_none_or(|named| *named == own));
        Readers::Own
    }
}

fn is_of_platform(workload: &Workload, credential: &Credential) -> bool {
    let of = |issuer: &Text| issuer.known().and_then(recognise).map(|found| found.platform.id);
    match (of(&workload.issuer), of(&credential.issuer)) {
        (Some(own), Some(trusted)) => own == trusted || own.is_github() && trusted.is_github(),
        _ => workload.platform.may_be_trusted_by(credential),
    }
}
