//! What is known of the repository: its name, its ids, its subject template.

use fedlens_issuers::{PlatformId, Subject, parse_subject};

use super::subject::{self, Template};
use crate::model::Draft;
use crate::source::{Node, Text};
use crate::{Options, facts};

/// The repository that the workflows belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repository {
    /// Owner and name, where they are known.
    pub(crate) name: Option<(String, String)>,
    /// Their numeric ids, where they are known.
    pub(crate) ids: Option<(String, String)>,
    /// Which form of the subject is sent, where that is known.
    pub(crate) form: Option<Form>,
    /// The template, where it is not the default.
    pub(crate) template: Option<Template>,
    /// Its server is not github.com, so that the issuer cannot be told.
    pub(crate) elsewhere: bool,
}

/// The two forms of GitHub's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `repo:owner/name:…`
    Name,
    /// `repo:owner@id/name@id:…`
    Immutable,
}

impl Repository {
    /// Puts together what the caller, GitHub's answers and the credentials say.
    pub(crate) fn find(options: &Options, facts: &[facts::Facts], draft: &Draft) -> Self {
        let mut repository = Self {
            name: options.repository.as_deref().and_then(split),
            elsewhere: is_elsewhere(draft),
            ..Self::default()
        };
        for template in facts.iter().filter_map(|facts| facts.github.subject_template.as_ref()) {
            repository.apply(template);
        }
        if repository.name.is_none() {
            repository.name = the_only_one_trusted(draft);
        }
        let name = repository.name.as_ref().map(|(_, name)| name.as_str());
        repository.template = repository.template.take().or_else(|| subject::declared(&draft.settings, name));
        repository
    }

    /// What GitHub answers about a repository's subjects; the prefix is right where the flag is not.
    fn apply(&mut self, answer: &Node) {
        if let Some(prefix) = answer.known_at(&["sub_claim_prefix"])
            && let Subject::GitHub { owner, repository, ids, .. } = parse_subject(None, prefix)
        {
            self.form = Some(if ids.is_some() { Form::Immutable } else { Form::Name });
            self.ids = ids;
            self.name.get_or_insert((owner, repository));
        } else if let Some(immutable) = answer.get("use_immutable_subject").and_then(Node::boolean) {
            // A false flag was seen beside an immutable prefix, so it says nothing.
            self.form = immutable.then_some(Form::Immutable).or(self.form);
        }
        if answer.get("use_default").and_then(Node::boolean) == Some(false)
            && let Some(keys) = answer.get("include_claim_keys")
        {
            self.template = Template::of(keys);
        }
    }
}

fn split(name: &str) -> Option<(String, String)> {
    let (owner, name) = name.split_once('/')?;
    let plain = !owner.is_empty() && !name.is_empty() && !name.contains('/');
    plain.then(|| (owner.to_owned(), name.to_owned()))
}

/// Credentials for an Enterprise Server or a data residency and none for github.com: the workflows run there.
fn is_elsewhere(draft: &Draft) -> bool {
    let platforms: Vec<PlatformId> = draft.credentials.iter().filter_map(|found| found.platform()).collect();
    let other = [PlatformId::GitHubEnterpriseServer, PlatformId::GitHubDataResidency];
    platforms.iter().any(|platform| other.contains(platform)) && !platforms.contains(&PlatformId::GitHub)
}

/// The repository that every credential for GitHub names, letter case apart.
fn the_only_one_trusted(draft: &Draft) -> Option<(String, String)> {
    let subjects = draft.credentials.iter().filter_map(|credential| credential.subject.as_ref());
    let mut named = subjects.filter_map(Text::known).filter_map(|subject| match parse_subject(None, subject) {
        Subject::GitHub { owner, repository, .. } => Some((owner, repository)),
        _ => None,
    });
    let first = named.next()?;
    let same =
        |other: (String, String)| other.0.eq_ignore_ascii_case(&first.0) && other.1.eq_ignore_ascii_case(&first.1);
    named.all(same).then_some(first)
}
